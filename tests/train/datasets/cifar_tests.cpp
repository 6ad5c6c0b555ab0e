#include "sibyl/data/cifar.hpp"

#include <torch/torch.h>

#include <cstdlib>

#include "sibyl/error.hpp"
#include "train/datasets/idx_files.hpp"
#include "train/datasets/temporary_folder.hpp"
// Last: LibTorch has a CHECK of its own.
#include "catch.hpp"

using namespace sibyl;

namespace {

/// Records whose red is the label, green the number of the record, and blue 255.
std::vector<std::uint8_t> records(int count, int classes, int labels = 1) {
  std::vector<std::uint8_t> bytes;
  for (int i = 0; i < count; ++i) {
    const auto label = static_cast<std::uint8_t>(i % classes);
    if (labels == 2) bytes.push_back(label / 5);
    bytes.push_back(label);
    for (const int value : {static_cast<int>(label), i, 255})
      bytes.insert(bytes.end(), 1024, static_cast<std::uint8_t>(value));
  }
  return bytes;
}

struct Published : TemporaryFolder {
  Published() {
    for (int i = 1; i <= 5; ++i)
      write_plain(path() / ("data_batch_" + std::to_string(i) + ".bin"), records(20, 10));
    write_plain(path() / "test_batch.bin", records(30, 10));
  }
};

}  // namespace

TEST_CASE("CIFAR-10's published files become pictures of three planes from 0 to 1") {
  const Published files;
  const Data data = cifar10({.directory = files.path(), .seed = 1});
  CHECK(data.train.x.sizes() == at::IntArrayRef({90, 3, 32, 32}));
  CHECK(data.validation.size() == 10);
  CHECK(data.test.x.sizes() == at::IntArrayRef({30, 3, 32, 32}));
  CHECK(data.train.y.scalar_type() == at::kLong);
  CHECK(data.test.x.scalar_type() == at::kFloat);
  CHECK(data.test.y[13].item<int>() == 3);
  CHECK(data.test.x[13][0][31][31].item<float>() == 3 / 255.0f);
  CHECK(data.test.x[13][1][0][0].item<float>() == 13 / 255.0f);
  CHECK(data.test.x[13][2].min().item<float>() == 1);
  // Labels stay with their pictures.
  CHECK(torch::equal((data.train.x.select(1, 0).amax({1, 2}) * 255).round().to(at::kLong), data.train.y));
  CHECK(torch::equal(cifar10({.directory = files.path(), .seed = 1}).validation.x, data.validation.x));
  CHECK_FALSE(torch::equal(cifar10({.directory = files.path(), .seed = 2}).validation.x, data.validation.x));
}

TEST_CASE("Any *.bin of the same records will do, and the folder around the published one") {
  const TemporaryFolder files;
  write_plain(files.path() / "train_a.bin", records(15, 10));
  write_plain(files.path() / "train_b.bin", records(5, 10));
  CHECK(cifar10({.directory = files.path(), .seed = 1}).test.size() == 0);
  write_plain(files.path() / "test_2.bin", records(2, 10));
  const Data data = cifar10({.directory = files.path(), .seed = 1});
  CHECK(data.train.size() == 18);
  CHECK(data.test.size() == 2);

  const TemporaryFolder around;
  const Published published;
  std::filesystem::create_directory_symlink(published.path(), around.path() / "cifar-10-batches-bin");
  CHECK(cifar10({.directory = around.path(), .seed = 1}).train.size() == 90);
  setenv("SIBYL_DATA", around.path().c_str(), 1);
  CHECK(cifar10({.directory = {}, .seed = 1}).train.size() == 90);
  unsetenv("SIBYL_DATA");
}

TEST_CASE("CIFAR-100 has a coarse and a fine label") {
  const TemporaryFolder files;
  write_plain(files.path() / "train.bin", records(100, 100, 2));
  write_plain(files.path() / "test.bin", records(10, 100, 2));
  CHECK(cifar100({.directory = files.path(), .seed = 1}).test.y[9].item<int>() == 9);
  CHECK(cifar100({.directory = files.path(), .seed = 1}, CifarLabels::coarse).test.y[9].item<int>() == 1);
  CHECK(cifar100({.directory = files.path(), .seed = 1}).test.x[9][0][0][0].item<float>() == 9 / 255.0f);
}

TEST_CASE("Damaged CIFAR files are refused with their name and record") {
  const Published files;
  const auto spoiled = files.path() / "data_batch_3.bin";
  auto bytes = records(20, 10);
  std::string why;
  SECTION("truncated") {
    bytes.pop_back();
    why = "has 61459 bytes, 19 records of 3073 and 3072 more: it is truncated, or not of this data set";
  }
  SECTION("empty") {
    bytes.clear();
    why = "0 records";
  }
  SECTION("a label out of range") {
    bytes[3073 * 7] = 10;
    why = "record 7 (from 0) has the label 10, which is out of range: there are 10 classes";
  }
  write_plain(spoiled, bytes);
  CHECK_THROWS_AS(cifar10({.directory = files.path(), .seed = 1}), Error);
  CHECK_THROWS_WITH(cifar10({.directory = files.path(), .seed = 1}),
                    ContainsSubstring(spoiled.string()) && ContainsSubstring(why));
}

TEST_CASE("A coarse label out of range is refused") {
  const TemporaryFolder files;
  auto bytes = records(3, 100, 2);
  bytes[3074] = 20;
  write_plain(files.path() / "train.bin", bytes);
  CHECK_THROWS_WITH(read_cifar({files.path() / "train.bin"}, {.classes = {20, 100}, .label = 1}),
                    ContainsSubstring("record 1 (from 0) has the label 20"));
}

TEST_CASE("CIFAR files that are not there are named, with where they were looked for and where to get them") {
  const TemporaryFolder empty;
  CHECK_THROWS_WITH(cifar10({.directory = empty.path(), .seed = 1}),
                    ContainsSubstring("data_batch_1.bin") && ContainsSubstring(empty.path().string()) &&
                        ContainsSubstring("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz") &&
                        ContainsSubstring("--data") && ContainsSubstring("$SIBYL_DATA/cifar-10-batches-bin"));
  const Published files;
  std::filesystem::remove(files.path() / "data_batch_4.bin");
  CHECK_THROWS_WITH(cifar10({.directory = files.path(), .seed = 1}),
                    ContainsSubstring("There is no data_batch_4.bin"));
}
