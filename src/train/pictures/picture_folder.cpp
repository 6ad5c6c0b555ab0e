#include <ATen/ATen.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cmath>
#include <cstring>

#include "base/numbers.hpp"
#include "sibyl/streaming/pictures.hpp"
#include "train/datasets/input_file.hpp"
#include "train/pictures/decode.hpp"

namespace sibyl {

namespace {

bool is_picture(const std::filesystem::path& file) {
  std::string kind = file.extension().string();
  std::transform(kind.begin(), kind.end(), kind.begin(), [](unsigned char c) { return std::tolower(c); });
  return kind == ".jpg" || kind == ".jpeg" || kind == ".png";
}

bool is_hidden(const std::filesystem::path& file) {
  return file.filename().string().starts_with('.');
}

/// The middle of a picture: `part` of the largest box of these proportions.
PixelBox centre_of(const PictureSize& size, double ratio, double part) {
  const auto width = static_cast<double>(size.width), height = static_cast<double>(size.height);
  const double wide = std::min(width, height * ratio) * part, high = std::min(height, width / ratio) * part;
  return {.left = (width - wide) / 2, .top = (height - high) / 2, .width = wide, .height = high};
}

double between(RandomStream& random, double low, double high) {
  return low + (high - low) * random.uniform();
}

/// torchvision's RandomResizedCrop.
PixelBox crop_of(const PictureSize& size, const PictureOptions& options, RandomStream& random) {
  const auto area = static_cast<double>(size.width) * static_cast<double>(size.height);
  for (int attempt = 0; attempt < 10; ++attempt) {
    const double wanted = area * between(random, options.least_area, 1);
    const double ratio =
        std::exp(between(random, std::log(options.least_ratio), std::log(options.most_ratio)));
    const auto width = static_cast<std::int64_t>(std::lround(std::sqrt(wanted * ratio)));
    const auto height = static_cast<std::int64_t>(std::lround(std::sqrt(wanted / ratio)));
    if (width < 1 || height < 1 || width > size.width || height > size.height) continue;
    const auto place = [&](std::int64_t room) {
      return static_cast<double>(random.below(static_cast<std::uint64_t>(room) + 1));
    };
    PixelBox box{.width = static_cast<double>(width), .height = static_cast<double>(height)};
    box.top = place(size.height - height);
    box.left = place(size.width - width);
    return box;
  }
  const double ratio = static_cast<double>(size.width) / static_cast<double>(size.height);
  return centre_of(size, std::clamp(ratio, options.least_ratio, options.most_ratio), 1);
}

/// All of a file; why not, if it can't be read.
std::string read_bytes(const std::filesystem::path& path, std::vector<std::uint8_t>& bytes) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return std::string("can't be opened: ") + std::strerror(errno);
  std::size_t size = 0;
  while (true) {
    if (bytes.size() < size + 4096) bytes.resize(std::max<std::size_t>(2 * bytes.size(), 1 << 18));
    const ssize_t got = ::read(file, bytes.data() + size, bytes.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      const int why = errno;
      close(file);
      if (got < 0) return std::string("can't be read: ") + std::strerror(why);
      bytes.resize(size);
      return {};
    }
    size += static_cast<std::size_t>(got);
  }
}

void check(const PictureOptions& options) {
  if (options.height < 1 || options.width < 1)
    throw Error("Pictures have to be made at least one pixel large.");
  if (options.channels != 1 && options.channels != 3)
    throw Error("Pictures are made to have 1 channel (grey) or 3, not " + std::to_string(options.channels) +
                ".");
  if (!(options.least_area > 0 && options.least_area <= 1 && options.centre > 0 && options.centre <= 1))
    throw Error("least_area and centre of PictureOptions are parts of a picture: above 0, at most 1.");
  if (!(options.least_ratio > 0 && options.least_ratio <= options.most_ratio))
    throw Error("The ratios of PictureOptions have to be positive, and least_ratio at most most_ratio.");
}

}  // namespace

PictureFolder::PictureFolder(std::filesystem::path folder, const PictureOptions& options)
    : folder_(std::move(folder)), options_(options) {
  check(options_);
  if (!std::filesystem::is_directory(folder_)) refuse(folder_, "there is no such folder");
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    if (is_hidden(entry.path())) continue;
    if (entry.is_directory()) {
      class_names_.push_back(entry.path().filename().string());
    } else {
      ++others_;
    }
  }
  if (class_names_.empty())
    refuse(folder_, "has no folders: there has to be one for each class, with its pictures");
  std::sort(class_names_.begin(), class_names_.end());
  std::vector<std::int64_t> classes;
  for (std::size_t i = 0; i < class_names_.size(); ++i) {
    const std::size_t before = files_.size();
    for (const auto& entry : std::filesystem::directory_iterator(folder_ / class_names_[i])) {
      if (is_hidden(entry.path())) continue;
      if (is_picture(entry.path()) && entry.is_regular_file()) {
        files_.push_back(entry.path().filename().string());
      } else {
        ++others_;
      }
    }
    if (files_.size() == before)
      refuse(folder_ / class_names_[i], "holds no pictures (.jpg, .jpeg, .png), and each folder is a class");
    std::sort(files_.begin() + static_cast<std::ptrdiff_t>(before), files_.end());
    classes.resize(files_.size(), static_cast<std::int64_t>(i));
  }
  targets_ = at::tensor(classes, at::kLong);
}

std::filesystem::path PictureFolder::file(std::int64_t place) const {
  const auto name = class_names_.at(static_cast<std::size_t>(targets_.data_ptr<std::int64_t>()[place]));
  return folder_ / name / files_.at(static_cast<std::size_t>(place));
}

Split PictureFolder::batch(std::int64_t samples) const {
  return {.x = at::empty({samples, options_.channels, options_.height, options_.width},
                         options_.bytes ? at::kByte : at::kFloat),
          .y = at::empty({samples}, at::kLong)};
}

void PictureFolder::read(std::span<const std::int64_t> places, const SampleRandom& random,
                         const Split& into) const {
  if (places.empty()) return;
  const std::size_t bytes = into.x.nbytes() / places.size();
  for (std::size_t i = 0; i < places.size(); ++i) {
    const auto place = static_cast<std::size_t>(places[i]);
    try {
      read_one(place, random, static_cast<char*>(into.x.data_ptr()) + i * bytes);
    } catch (const BadSample& bad) {
      throw BadSample(i, bad.what());
    }
    into.y.data_ptr<std::int64_t>()[i] = targets_.data_ptr<std::int64_t>()[place];
  }
}

void PictureFolder::read_one(std::size_t place, const SampleRandom& random, void* pixels) const {
  static thread_local std::vector<std::uint8_t> bytes;
  static thread_local DecodedPicture picture;
  const std::filesystem::path path = file(static_cast<std::int64_t>(place));
  if (const std::string why = read_bytes(path, bytes); !why.empty())
    throw BadSample(0, path.string() + ": " + why);
  RandomStream stream = random.of(static_cast<std::int64_t>(place));
  const auto choose = [&](const PictureSize& size) {
    if (random.trains() && options_.least_area < 1) return crop_of(size, options_, stream);
    const double ratio = static_cast<double>(options_.width) / static_cast<double>(options_.height);
    return centre_of(size, ratio, options_.centre);
  };
  PixelBox box;
  decode_picture(bytes, options_.channels, {.width = options_.width, .height = options_.height}, choose,
                 picture, box);
  if (!picture.damage.empty()) {
    throw BadSample(0, path.string() + ": can't be decoded: " + picture.damage +
                           ". The file is damaged: replace it, or leave it out");
  }
  const bool flip = random.trains() && options_.flip && stream.below(2) == 1;
  const PixelSource from{picture.pixels.data(), picture.width, picture.height, picture.channels};
  const PixelPlanes to{.width = options_.width, .height = options_.height, .flip = flip};
  if (options_.bytes) {
    resize_into(from, box, to, static_cast<std::uint8_t*>(pixels));
  } else {
    resize_into(from, box, to, 255, static_cast<float*>(pixels));
  }
}

std::string PictureFolder::describe() const {
  std::string text = quantity(files_.size(), "picture") + " of " + quantity(class_names_.size(), "class") +
                     " in " + folder_.string();
  if (others_ > 0) text += " (" + quantity(static_cast<std::uint64_t>(others_), "other file") + " left out)";
  return text;
}

Preparation PictureFolder::preparation() const {
  Preparation preparation;
  preparation.steps.push_back({.kind = ArrayStep::Kind::channels_first, .sizes = {options_.channels}});
  preparation.steps.push_back({.kind = ArrayStep::Kind::resize, .sizes = {options_.height, options_.width}});
  if (!options_.bytes) {
    preparation.steps.push_back(
        {.kind = ArrayStep::Kind::scale, .shift = at::zeros({1}), .scale = at::full({1}, 255.0)});
  }
  return preparation;
}

}  // namespace sibyl
