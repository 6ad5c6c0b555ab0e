#include "sibyl/data/hdf5.hpp"

#include <hdf5.h>
#include <torch/torch.h>

#include "sibyl/error.hpp"
#include "train/datasets/hdf5_file.hpp"
#include "train/datasets/idx_files.hpp"
// Last: LibTorch has a CHECK of its own.
#include "catch.hpp"

using namespace sibyl;

namespace {

const std::vector<float> six = {1, 2, 3, 4, 5, 6.5};
const std::vector<std::int64_t> labels = {2, 0};

}  // namespace

TEST_CASE("Samples are read from the datasets x and y of an HDF5 file") {
  Hdf5File file;
  file.add("x", {2, 3}, H5T_IEEE_F32BE, H5T_NATIVE_FLOAT, six.data());
  file.add("y", {2}, H5T_STD_I16LE, H5T_NATIVE_INT64, labels.data());
  file.add("double", {6}, H5T_IEEE_F64LE, H5T_NATIVE_FLOAT, six.data());
  file.add("bytes", {2}, H5T_STD_U8LE, H5T_NATIVE_INT64, labels.data());
  file.close();
  const Split split = read_hdf5_samples(file.path());
  CHECK(torch::equal(split.x, torch::tensor({{1.f, 2.f, 3.f}, {4.f, 5.f, 6.5f}})));
  CHECK(torch::equal(split.y, torch::tensor({2, 0}, torch::kLong)));
  CHECK(read_hdf5(file.path(), "double").scalar_type() == torch::kDouble);
  CHECK(torch::equal(read_hdf5(file.path(), "bytes"), torch::tensor({2, 0}, torch::kByte)));
}

TEST_CASE("An HDF5 file that is not right is refused with its name and dataset") {
  Hdf5File file;
  file.add("x", {2, 3}, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, six.data());
  file.add("text", {2}, H5T_C_S1, H5T_C_S1, nullptr);
  file.add("three", {3}, H5T_STD_I64LE, H5T_NATIVE_INT64, std::vector<std::int64_t>{1, 2, 3}.data());
  const std::vector<float> nan = {1, 2, 3, 4, 5, 0.0f / 0.0f};
  file.add("nan", {2, 3}, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, nan.data());
  file.close();
  const auto named = [&](const std::string& why) {
    return ContainsSubstring(file.path().string() + ": " + why);
  };
  CHECK_THROWS_AS(read_hdf5_samples(file.path()), Error);
  CHECK_THROWS_WITH(read_hdf5_samples(file.path()),
                    named("has no dataset 'y'; there is nan, text, three, x"));
  CHECK_THROWS_WITH(read_hdf5(file.path(), "text"), named("its dataset 'text' holds no plain numbers"));
  CHECK_THROWS_WITH(read_hdf5_samples(file.path(), "x", "three"), named("x has the shape [2, 3] and y [3]"));
  CHECK_THROWS_WITH(read_hdf5_samples(file.path(), "nan", "x"),
                    named("x holds NaN or infinity in 1 of 2 samples, first in sample 1"));

  std::filesystem::resize_file(file.path(), 500);
  CHECK_THROWS_WITH(read_hdf5_samples(file.path()),
                    named("can't be opened: it is damaged, or was not closed"));
  write_plain(file.path(), {'x', ',', 'y'});
  CHECK_THROWS_WITH(read_hdf5_samples(file.path()), named("is no HDF5 file, or damaged"));
  std::filesystem::remove(file.path());
  CHECK_THROWS_WITH(read_hdf5_samples(file.path()), named("there is no such file"));
}
