#include "sibyl/streaming/npy_dataset.hpp"

#include <ATen/ATen.h>
#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/numbers.hpp"
#include "sibyl/data/npy.hpp"
#include "sibyl/data/split.hpp"
#include "train/datasets/npy.hpp"

namespace sibyl {

/// The rows of one file.
class NpyRows {
 public:
  explicit NpyRows(const std::filesystem::path& path) : path_(path), header_(read_plain_npy_header(path)) {
    if (header_.sizes.empty() || header_.bytes == 0)
      refuse(path_, "holds no samples: its first dimension has to count them");
    row_bytes_ = header_.bytes / static_cast<std::uint64_t>(header_.sizes.front());
    file_ = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file_ < 0) refuse(path_, std::string("can't be opened: ") + std::strerror(errno));
  }
  ~NpyRows() { close(file_); }
  NpyRows(const NpyRows&) = delete;
  NpyRows& operator=(const NpyRows&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::int64_t count() const { return header_.sizes.front(); }
  at::Tensor room(std::int64_t samples, at::ScalarType type) const {
    std::vector<std::int64_t> sizes = header_.sizes;
    sizes.front() = samples;
    return at::empty(sizes, type);
  }

  void read(std::span<const std::int64_t> places, const at::Tensor& into) const {
    const bool same = into.scalar_type() == header_.type;
    const at::Tensor rows = same ? into : room(static_cast<std::int64_t>(places.size()), header_.type);
    auto* const to = static_cast<char*>(rows.data_ptr());
    // What is in memory first; then all that isn't is asked for at once, before any of it is waited for.
    std::vector<std::size_t> missing;
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (!read_now(places[i], to + i * row_bytes_)) missing.push_back(i);
    }
    for (const std::size_t i : missing)
      posix_fadvise(file_, offset(places[i]), static_cast<off_t>(row_bytes_), POSIX_FADV_WILLNEED);
    for (const std::size_t i : missing) read_row(places[i], to + i * row_bytes_);
    if (!same) into.copy_(rows);
  }

 private:
  off_t offset(std::int64_t place) const {
    return static_cast<off_t>(header_.begin + static_cast<std::uint64_t>(place) * row_bytes_);
  }

  /// Not from the disk.
  bool read_now(std::int64_t place, char* to) const {
    const iovec piece{.iov_base = to, .iov_len = row_bytes_};
    return preadv2(file_, &piece, 1, offset(place), RWF_NOWAIT) == static_cast<ssize_t>(row_bytes_);
  }

  void read_row(std::int64_t place, char* to) const {
    for (std::size_t done = 0; done < row_bytes_;) {
      const ssize_t got =
          pread(file_, to + done, row_bytes_ - done, offset(place) + static_cast<off_t>(done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) refuse(path_, std::string("can't be read: ") + std::strerror(errno));
      if (got == 0) refuse(path_, "has become shorter since it was opened");
      done += static_cast<std::size_t>(got);
    }
  }

  std::filesystem::path path_;
  NpyHeader header_;
  std::size_t row_bytes_ = 0;
  int file_ = -1;
};

NpyDataset::NpyDataset(const std::filesystem::path& x, const std::filesystem::path& y,
                       const std::vector<std::filesystem::path>& more) {
  inputs_.push_back(std::make_unique<NpyRows>(x));
  for (const std::filesystem::path& file : more) inputs_.push_back(std::make_unique<NpyRows>(file));
  for (const auto& each : inputs_) {
    if (each->count() == size()) continue;
    refuse(each->path(), "has " + std::to_string(each->count()) + " rows, and " + x.string() + " has " +
                             std::to_string(size()) + ": they have to have one for each sample");
  }
  // Looks at y alone, and says which file that is.
  targets_ = samples(at::zeros({size()}), read_npy(y), y.string()).y;
}

NpyDataset::~NpyDataset() = default;

std::int64_t NpyDataset::size() const {
  return inputs_.front()->count();
}

Split NpyDataset::batch(std::int64_t samples) const {
  Split into{.x = inputs_.front()->room(samples, at::kFloat), .y = {}};
  for (std::size_t i = 1; i < inputs_.size(); ++i) into.more.push_back(inputs_[i]->room(samples, at::kFloat));
  std::vector<std::int64_t> sizes = targets_.sizes().vec();
  sizes.front() = samples;
  into.y = at::empty(sizes, targets_.options());
  return into;
}

void NpyDataset::read(std::span<const std::int64_t> places, const SampleRandom&, const Split& into) const {
  inputs_.front()->read(places, into.x);
  for (std::size_t i = 1; i < inputs_.size(); ++i) inputs_[i]->read(places, into.more.at(i - 1));
  at::Tensor y = into.y;
  at::index_select_out(y, targets_, 0,
                       at::from_blob(const_cast<std::int64_t*>(places.data()),
                                     {static_cast<std::int64_t>(places.size())}, at::kLong));
}

std::string NpyDataset::describe() const {
  return quantity(static_cast<std::uint64_t>(size()), "sample") + " in " + inputs_.front()->path().string();
}

}  // namespace sibyl
