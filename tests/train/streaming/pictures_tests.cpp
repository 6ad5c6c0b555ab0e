#include "sibyl/streaming/pictures.hpp"

#include <torch/torch.h>

#include <set>
#include <thread>

#include "sibyl/data/preparation.hpp"
#include "train/datasets/temporary_folder.hpp"
#include "train/streaming/picture_files.hpp"
// Last: LibTorch has a CHECK of its own.
#include "catch.hpp"

using namespace sibyl;

namespace {

Split read_places(const Dataset& dataset, const std::vector<std::int64_t>& places,
                  const SampleRandom& random = {}) {
  const Split into = dataset.batch(static_cast<std::int64_t>(places.size()));
  dataset.read(places, random, into);
  return into;
}

/// As the file's pixels are, all of them.
PictureOptions whole(std::int64_t height, std::int64_t width) {
  PictureOptions options{.height = height, .width = width};
  options.bytes = true;
  options.centre = 1;
  options.least_area = 1;
  options.flip = false;
  return options;
}

/// The one picture of the folder, (height, width, channels).
at::Tensor pixels_of(const std::filesystem::path& folder, PictureOptions options, std::int64_t channels = 3) {
  options.channels = channels;
  return read_places(PictureFolder(folder, options), {0}).x[0].permute({1, 2, 0});
}

std::int64_t largest_difference(const at::Tensor& a, const at::Tensor& b) {
  REQUIRE(a.sizes() == b.sizes());
  return (a.to(at::kLong) - b.to(at::kLong)).abs().max().item<std::int64_t>();
}

const SampleRandom training(7, 3, 1, 2);

}  // namespace

TEST_CASE("A folder of pictures has a class for each folder, and pictures by name") {
  const TemporaryFolder folder;
  for (const char* name : {"wren/2.png", "wren/10.PNG", "owl/a.png"})
    write_png(folder.path() / name, noise(4, 5).reshape({4, -1}), 5);
  write_jpeg(folder.path() / "owl/b.JPeG", slopes(4, 5));
  write_bytes(folder.path() / "owl/notes.txt", nullptr, 0);
  write_bytes(folder.path() / "readme", nullptr, 0);
  write_bytes(folder.path() / ".hidden/x.png", nullptr, 0);
  const PictureFolder pictures(folder.path(), {.height = 4, .width = 6});
  CHECK(pictures.size() == 4);
  CHECK(pictures.class_names() == std::vector<std::string>{"owl", "wren"});
  CHECK(torch::equal(pictures.targets(), torch::tensor({0, 0, 1, 1}, torch::kLong)));
  CHECK(pictures.file(2) == folder.path() / "wren/10.PNG");
  CHECK(pictures.describe() ==
        "4 pictures of 2 classes in " + folder.path().string() + " (2 other files left out)");
  const Split some = read_places(pictures, {3, 0});
  CHECK(some.x.sizes() == at::IntArrayRef({2, 3, 4, 6}));
  CHECK(some.x.scalar_type() == at::kFloat);
  CHECK(torch::equal(some.y, torch::tensor({1, 0}, torch::kLong)));
  CHECK(torch::equal(some.x[0], read_places(pictures, {3}).x[0]));
}

TEST_CASE("PNGs of all kinds become their exact pixels") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "class/picture.png";
  const at::Tensor rgb = noise(7, 9);
  const at::Tensor grey = rgb.select(2, 0).contiguous(), three = grey.unsqueeze(2).expand({7, 9, 3});
  const auto check = [&](const at::Tensor& rows, const PngKind& kind, const at::Tensor& wanted) {
    write_png(file, rows, 9, kind);
    CHECK(torch::equal(pixels_of(folder.path(), whole(7, 9)), wanted));
  };
  check(rgb, {}, rgb);
  check(rgb, {.interlace = PNG_INTERLACE_ADAM7}, rgb);
  check(grey, {.colour = PNG_COLOR_TYPE_GRAY}, three);
  check(torch::cat({rgb, rgb.narrow(2, 0, 1)}, 2), {.colour = PNG_COLOR_TYPE_RGB_ALPHA}, rgb);
  check(torch::stack({grey, 255 - grey}, 2), {.colour = PNG_COLOR_TYPE_GRAY_ALPHA}, three);
  check(torch::stack({rgb, rgb}, 3), {.bits = 16}, rgb);  // 0xABAB is 0xAB
  const std::vector<png_color> palette = {{10, 20, 30}, {200, 100, 0}};
  const at::Tensor colours = torch::tensor({{10, 20, 30}, {200, 100, 0}}, at::kByte);
  check(grey % 2, {.colour = PNG_COLOR_TYPE_PALETTE, .palette = palette},
        colours.index({(grey % 2).to(at::kLong)}));
  check(torch::full({7, 2}, 0xAA), {.colour = PNG_COLOR_TYPE_GRAY, .bits = 1},
        torch::tensor({255, 0, 255, 0, 255, 0, 255, 0, 255}, at::kByte).reshape({1, 9, 1}).expand({7, 9, 3}));

  write_png(file, grey, 9, {.colour = PNG_COLOR_TYPE_GRAY});
  CHECK(torch::equal(pixels_of(folder.path(), whole(7, 9), 1), grey.unsqueeze(2)));
  write_png(file, rgb, 9);
  const at::Tensor weights = torch::tensor({0.299, 0.587, 0.114});
  CHECK(largest_difference(pixels_of(folder.path(), whole(7, 9), 1).squeeze(2),
                           (rgb * weights).sum(2).round().to(at::kByte)) <= 1);
}

TEST_CASE("JPEGs become what they were made of, in colour, grey and in inks") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "class/picture.jpg";
  const at::Tensor rgb = slopes(64, 48);
  write_jpeg(file, rgb);
  CHECK(largest_difference(pixels_of(folder.path(), whole(64, 48)), rgb) <= 3);
  write_jpeg(file, rgb.select(2, 1), TJPF_GRAY);
  CHECK(largest_difference(pixels_of(folder.path(), whole(64, 48), 1), rgb.narrow(2, 1, 1)) <= 3);
  CHECK(largest_difference(pixels_of(folder.path(), whole(64, 48)),
                           rgb.narrow(2, 1, 1).expand({64, 48, 3})) <= 3);
  // No black ink: red is what cyan leaves.
  write_jpeg(file, torch::cat({rgb, torch::full({64, 48, 1}, 255, at::kByte)}, 2), TJPF_CMYK);
  CHECK(largest_difference(pixels_of(folder.path(), whole(64, 48)), rgb) <= 3);
}

TEST_CASE("Pictures are resized as LibTorch resizes them, with antialiasing") {
  const TemporaryFolder folder;
  const auto resized = [](const at::Tensor& pixels, std::int64_t height, std::int64_t width) {
    return at::_upsample_bilinear2d_aa(pixels.permute({2, 0, 1}).unsqueeze(0).to(at::kFloat), {height, width},
                                       false)[0];
  };
  const at::Tensor rgb = noise(40, 60);
  write_png(folder.path() / "class/a.png", rgb.reshape({40, -1}), 60);
  const auto check = [&](std::int64_t height, std::int64_t width) {
    PictureOptions options = whole(height, width);
    options.bytes = false;
    const at::Tensor x = read_places(PictureFolder(folder.path(), options), {0}).x[0] * 255;
    CHECK((x - resized(rgb, height, width)).abs().max().item<float>() < 0.01);
    options.bytes = true;
    CHECK((read_places(PictureFolder(folder.path(), options), {0}).x[0] - x).abs().max().item<float>() <
          0.51);
  };
  check(10, 15);
  check(14, 21);
  check(80, 120);

  // The centre: 7/8 of the height, and as much of the width.
  PictureOptions options{.height = 35, .width = 35};
  const at::Tensor centre = read_places(PictureFolder(folder.path(), options), {0}).x[0] * 255;
  CHECK((centre - rgb.permute({2, 0, 1}).narrow(1, 2, 35).to(at::kFloat).narrow(2, 12, 35))
            .abs()
            .max()
            .item<float>() > 1);
  options.centre = 1;
  options.height = options.width = 40;
  const at::Tensor square = read_places(PictureFolder(folder.path(), options), {0}).x[0] * 255;
  CHECK((square - rgb.permute({2, 0, 1}).narrow(2, 10, 40)).abs().max().item<float>() < 0.01);

  // A JPEG that is made much smaller is decoded smaller.
  std::filesystem::remove_all(folder.path() / "class");
  const at::Tensor large = slopes(640, 960);
  write_jpeg(folder.path() / "class/a.jpg", large);
  const at::Tensor small = pixels_of(folder.path(), whole(50, 75)).permute({2, 0, 1});
  CHECK((small - resized(large, 50, 75)).abs().max().item<float>() < 3);
}

TEST_CASE("In training pictures are cut and turned at random, the same for the same trial, epoch and place") {
  const TemporaryFolder folder;
  for (int i = 0; i < 40; ++i)
    write_png(folder.path() / ("class/" + std::to_string(100 + i) + ".png"), slopes(60, 80).reshape({60, -1}),
              80);
  const PictureFolder pictures(folder.path(), {.height = 16, .width = 16});
  std::vector<std::int64_t> all(40), backwards(40);
  for (int i = 0; i < 40; ++i)
    all[static_cast<std::size_t>(i)] = backwards[static_cast<std::size_t>(39 - i)] = i;
  const at::Tensor x = read_places(pictures, all, training).x;
  CHECK(torch::equal(read_places(pictures, backwards, training).x.flip(0), x));
  CHECK_FALSE(torch::equal(read_places(pictures, all, SampleRandom(7, 3, 1, 3)).x, x));
  CHECK_FALSE(torch::equal(read_places(pictures, all).x, x));
  // Half of them are turned: green grows to the left.
  const at::Tensor green = x.select(1, 1).mean(1);
  const auto turned = (green.select(1, 0) > green.select(1, 15)).sum().item<std::int64_t>();
  CHECK(turned > 8);
  CHECK(turned < 32);
  // What is cut has from 8 % to all of the area: red spans as much of 0 to 200.
  const at::Tensor red = x.select(1, 0).mean(2);
  const at::Tensor span = (red.select(1, 15) - red.select(1, 0)) * 255 / 200;
  CHECK(span.min().item<float>() > 0.2);
  CHECK(span.min().item<float>() < 0.6);
  CHECK(span.max().item<float>() > 0.8);
  CHECK(span.max().item<float>() < 1);
}

TEST_CASE("Loader threads read the same pictures") {
  const TemporaryFolder folder;
  for (int i = 0; i < 12; ++i)
    write_jpeg(folder.path() / ("c/" + std::to_string(10 + i) + ".jpg"), noise(90 + i, 70));
  const PictureFolder pictures(folder.path(), {.height = 24, .width = 24});
  const std::vector<std::int64_t> all = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  const at::Tensor x = read_places(pictures, all, training).x;
  std::atomic<int> same = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread)
    threads.emplace_back([&] { same += torch::equal(read_places(pictures, all, training).x, x); });
  for (auto& thread : threads) thread.join();
  CHECK(same == 4);
}

TEST_CASE("A picture that is damaged is named, with what is wrong") {
  const TemporaryFolder folder;
  const auto jpeg = folder.path() / "class/1.jpg", png = folder.path() / "class/2.png";
  write_jpeg(jpeg, noise(64, 64));
  write_png(png, noise(64, 64).reshape({64, -1}), 64);
  const PictureFolder pictures(folder.path(), {.height = 8, .width = 8});
  const auto bad = [&](std::int64_t place, const std::string& why) {
    try {
      read_places(pictures, {1 - place, place});
      CHECK(false);
    } catch (const BadSample& error) {
      CHECK(error.at() == 1);
      CHECK_THAT(error.what(),
                 ContainsSubstring(pictures.file(place).string() + ": ") && ContainsSubstring(why));
    }
  };
  const auto size = std::filesystem::file_size(jpeg);
  std::filesystem::resize_file(jpeg, size / 2);
  bad(0, "can't be decoded: Premature end of JPEG file");
  std::filesystem::resize_file(jpeg, 10);
  bad(0, "can't be decoded: ");
  std::filesystem::resize_file(jpeg, 0);
  bad(0, "the file is empty");
  write_bytes(jpeg, reinterpret_cast<const unsigned char*>("GIF89a"), 6);
  bad(0, "it is neither a JPEG nor a PNG");
  std::filesystem::remove(jpeg);
  bad(0, "can't be opened: No such file");
  write_jpeg(jpeg, noise(64, 64));
  std::filesystem::resize_file(png, std::filesystem::file_size(png) - 1000);
  bad(1, "the file ends too early");
  write_png(png, noise(64, 64).reshape({64, -1}), 64);
  std::fstream(png, std::ios::in | std::ios::out | std::ios::binary).seekp(5000).put('\x55').put('\x55');
  bad(1, "can't be decoded: ");
}

TEST_CASE("A folder that is none of pictures is refused with what to do") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH(PictureFolder(folder.path() / "no"), ContainsSubstring("there is no such folder"));
  CHECK_THROWS_WITH(PictureFolder(folder.path()),
                    ContainsSubstring("has no folders: there has to be one for each class"));
  write_bytes(folder.path() / "class/notes.txt", nullptr, 0);
  CHECK_THROWS_WITH(PictureFolder(folder.path()), ContainsSubstring("class: holds no pictures"));
  CHECK_THROWS_WITH(PictureFolder(folder.path(), {.channels = 4}),
                    ContainsSubstring("1 channel (grey) or 3"));
  CHECK_THROWS_WITH(PictureFolder(folder.path(), {.height = 0}), ContainsSubstring("one pixel"));
}

TEST_CASE("The preparation of pictures makes raw ones what the model was trained with") {
  const TemporaryFolder folder;
  write_png(folder.path() / "class/a.png", slopes(40, 40).reshape({40, -1}), 40);
  const PictureFolder pictures(folder.path(), whole(20, 20));
  PictureOptions options = whole(20, 20);
  options.bytes = false;
  const PictureFolder floats(folder.path(), options);
  const at::Tensor prepared = floats.preparation().prepare(slopes(40, 40).unsqueeze(0));
  CHECK((prepared - read_places(floats, {0}).x).abs().max().item<float>() < 0.01);
  CHECK((pictures.preparation().prepare(slopes(40, 40).unsqueeze(0)) - read_places(pictures, {0}).x)
            .abs()
            .max()
            .item<float>() < 2);
}
