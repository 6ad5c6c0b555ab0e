#include "sibyl/streaming/hdf5_dataset.hpp"

#include <fcntl.h>
#include <hdf5.h>
#include <sys/file.h>
#include <torch/torch.h>
#include <unistd.h>

#include <fstream>
#include <numeric>
#include <thread>

#include "sibyl/data/hdf5.hpp"
#include "train/datasets/hdf5_file.hpp"
// Last: LibTorch has a CHECK of its own.
#include "catch.hpp"

using namespace sibyl;

namespace {

struct Packing {
  std::vector<hsize_t> chunk = {};  ///< none: in one piece
  bool shuffle = false, deflate = false, checksum = false;
};

class PackedFile : public Hdf5File {
 public:
  void add(const char* name, const at::Tensor& values, hid_t type, const Packing& how = {},
           bool write = true) {
    const auto sizes = values.sizes();
    const hid_t made = H5Pcreate(H5P_DATASET_CREATE);
    if (!how.chunk.empty()) H5Pset_chunk(made, static_cast<int>(how.chunk.size()), how.chunk.data());
    if (how.shuffle) H5Pset_shuffle(made);
    if (how.deflate) H5Pset_deflate(made, 4);
    if (how.checksum) H5Pset_fletcher32(made);
    const at::Tensor doubles = values.to(at::kDouble).contiguous();
    Hdf5File::add(name, {sizes.begin(), sizes.end()}, type, H5T_NATIVE_DOUBLE,
                  write ? doubles.data_ptr() : nullptr, made);
    H5Pclose(made);
  }
};

/// Reads all samples in a mixed order, a batch a time in four threads, and compares.
void check_against_read_hdf5(const PackedFile& file, const Hdf5Names& names = {}) {
  const Hdf5Dataset dataset(file.path(), names);
  const at::Tensor x = read_hdf5(file.path(), names.x).to(at::kFloat), y = read_hdf5(file.path(), names.y);
  REQUIRE(dataset.size() == x.size(0));
  std::vector<std::int64_t> places(static_cast<std::size_t>(dataset.size()));
  for (std::size_t i = 0; i < places.size(); ++i)
    places[i] = static_cast<std::int64_t>(i * 7919 % places.size());
  constexpr std::size_t batch = 50;
  std::atomic<int> wrong = 0, read = 0;
  std::vector<std::thread> threads;
  for (std::size_t thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (std::size_t i = thread * batch; i < places.size(); i += 4 * batch) {
        const std::vector<std::int64_t> some(
            places.begin() + static_cast<std::ptrdiff_t>(i),
            places.begin() + static_cast<std::ptrdiff_t>(std::min(i + batch, places.size())));
        const Split into = dataset.batch(static_cast<std::int64_t>(some.size()));
        dataset.read(some, {}, into);
        const at::Tensor index = at::tensor(some, at::kLong);
        wrong += !torch::equal(into.x, x.index_select(0, index));
        wrong += !torch::equal(into.y, y.index_select(0, index).to(into.y.scalar_type()));
        read += static_cast<int>(some.size());
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(wrong == 0);
  CHECK(read == dataset.size());
}

at::Tensor numbers(const std::vector<std::int64_t>& sizes) {
  const std::int64_t count =
      std::accumulate(sizes.begin(), sizes.end(), std::int64_t{1}, std::multiplies<>());
  return (at::arange(count) * 37 % 1009).reshape(sizes);
}

}  // namespace

TEST_CASE("Samples of an HDF5 file are those that read_hdf5() reads, however they are packed") {
  struct Case {
    std::vector<std::int64_t> sizes;
    Packing packing;
    hid_t type;
  };
  const std::vector<Case> cases = {
      {{1003, 70}, {}, H5T_NATIVE_FLOAT},
      {{1003, 70}, {.chunk = {64, 70}, .shuffle = true, .deflate = true}, H5T_NATIVE_FLOAT},
      {{503, 6, 50}, {.chunk = {10, 4, 17}, .shuffle = true, .deflate = true}, H5T_NATIVE_INT16},
      {{1003, 70}, {.chunk = {64, 33}, .deflate = true}, H5T_NATIVE_DOUBLE},
      {{1003, 70}, {.chunk = {900, 70}}, H5T_NATIVE_INT64},
      {{1003, 70}, {.chunk = {64, 70}, .shuffle = true}, H5T_NATIVE_INT32},
      // What the library alone can do: a checksum, another byte order.
      {{1003, 70}, {.chunk = {64, 70}, .deflate = true, .checksum = true}, H5T_NATIVE_FLOAT},
      {{1003, 70}, {.chunk = {64, 70}, .deflate = true}, H5T_IEEE_F32BE},
      {{1003, 70}, {}, H5T_STD_U16BE}};
  for (const Case& each : cases) {
    PackedFile file;
    file.add("x", numbers(each.sizes), each.type, each.packing);
    file.add("y", numbers({each.sizes[0]}), H5T_NATIVE_INT32, {.chunk = {100}, .deflate = true});
    file.close();
    check_against_read_hdf5(file);
  }
}

TEST_CASE("Parts of an HDF5 file are whole chunks of at least 256 KiB, each read once") {
  PackedFile file;
  file.add("x", numbers({4000, 64}), H5T_NATIVE_FLOAT, {.chunk = {100, 64}, .deflate = true});
  file.add("table", numbers({4000, 3}), H5T_NATIVE_INT32);
  file.add("y", numbers({4000}).to(at::kDouble) / 4, H5T_NATIVE_DOUBLE);
  file.close();
  const Hdf5Dataset dataset(file.path(), {.more = {"table"}, .window = 2});
  CHECK(dataset.parts() == std::vector<std::int64_t>{0, 1100, 2200, 3300});
  CHECK(dataset.window() == 2);
  CHECK(torch::equal(dataset.targets(), read_hdf5(file.path(), "y").to(at::kFloat)));
  CHECK(dataset.describe() == "4000 samples in 4 parts of " + file.path().string());
  const Split into = dataset.batch(3);
  REQUIRE(into.more.size() == 1);
  for (int again = 0; again < 2; ++again) dataset.read(std::vector<std::int64_t>{3999, 1100, 2199}, {}, into);
  CHECK(torch::equal(into.more[0][1], read_hdf5(file.path(), "table")[1100].to(at::kFloat)));
  CHECK(dataset.parts_read() == 2);
}

TEST_CASE("Chunks that were never written have the values that the library says") {
  PackedFile file;
  file.add("x", numbers({1000, 100}), H5T_NATIVE_FLOAT, {.chunk = {100, 100}, .deflate = true}, false);
  file.add("y", numbers({1000}), H5T_NATIVE_INT32);
  file.close();
  check_against_read_hdf5(file);
}

TEST_CASE("An HDF5 file that can't be a dataset is refused with what is wrong") {
  PackedFile file;
  file.add("x", numbers({100, 70}), H5T_NATIVE_FLOAT);
  file.add("short", numbers({99}), H5T_NATIVE_INT32);
  file.add("y", numbers({100}), H5T_NATIVE_INT32);
  file.add("number", numbers({}), H5T_NATIVE_INT32);
  const auto refused = [&](const Hdf5Names& names, const std::string& why) {
    CHECK_THROWS_AS(Hdf5Dataset(file.path(), names), Error);
    CHECK_THROWS_WITH(Hdf5Dataset(file.path(), names),
                      ContainsSubstring(file.path().string() + ": ") && ContainsSubstring(why));
  };
  file.close();
  const int writer = open(file.path().c_str(), O_RDWR);
  REQUIRE(flock(writer, LOCK_EX) == 0);  // as the library does
  refused({}, "another process has it open for writing");
  close(writer);
  refused({.y = "short"}, "x has the shape [100, 70] and short [99]");
  refused({.y = "z"}, "has no dataset 'z'; there is number, short, x, y");
  refused({.y = "number"}, "is a single number");
  CHECK(Hdf5Dataset(file.path()).size() == 100);
  CHECK_THROWS_WITH(Hdf5Dataset(file.path() / "no"), ContainsSubstring("there is no such file"));
}

TEST_CASE("A chunk that is damaged makes its samples bad") {
  PackedFile file;
  file.add("x", numbers({4000, 64}), H5T_NATIVE_FLOAT, {.chunk = {2000, 64}, .deflate = true});
  file.add("y", numbers({4000}), H5T_NATIVE_INT32);
  file.close();
  {
    // Somewhere in the first chunk, which is most of the file's first half.
    std::fstream bytes(file.path(), std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekp(static_cast<std::streamoff>(std::filesystem::file_size(file.path()) / 4));
    bytes.write(std::string(64, '\x7F').data(), 64);
  }
  const Hdf5Dataset dataset(file.path());
  const Split into = dataset.batch(2);
  CHECK_THROWS_AS(dataset.read(std::vector<std::int64_t>{3000, 5}, {}, into), BadSample);
  CHECK_THROWS_WITH(dataset.read(std::vector<std::int64_t>{3000, 5}, {}, into),
                    ContainsSubstring("its dataset 'x' can't be read: it is damaged"));
  dataset.read(std::vector<std::int64_t>{3000, 2005}, {}, into);
  CHECK(torch::equal(into.x[1], numbers({4000, 64})[2005].to(at::kFloat)));
}
