#include "sibyl/streaming/npy_dataset.hpp"

#include <torch/torch.h>

#include "train/datasets/idx_files.hpp"
#include "train/datasets/temporary_folder.hpp"
// Last: LibTorch has a CHECK of its own.
#include "catch.hpp"

using namespace sibyl;

namespace {

/// As numpy.save() does it, for floats, bytes and whole numbers.
void save_npy(const std::filesystem::path& file, const at::Tensor& array) {
  const std::string type = array.scalar_type() == at::kFloat  ? "<f4"
                           : array.scalar_type() == at::kByte ? "|u1"
                                                              : "<i8";
  std::string shape = "(";
  for (const std::int64_t size : array.sizes()) shape += std::to_string(size) + ",";
  std::string header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + "), }";
  header.resize(117, ' ');
  header += '\n';
  std::vector<std::uint8_t> bytes = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0};
  bytes.insert(bytes.end(), header.begin(), header.end());
  const auto* const data = static_cast<const std::uint8_t*>(array.data_ptr());
  bytes.insert(bytes.end(), data, data + array.nbytes());
  write_plain(file, bytes);
}

}  // namespace

TEST_CASE("Samples of .npy files are read from where they lie") {
  const TemporaryFolder folder;
  const auto x = folder.path() / "x.npy", y = folder.path() / "y.npy", table = folder.path() / "table.npy";
  const at::Tensor pictures = torch::arange(2000).reshape({100, 4, 5}) % 251;
  save_npy(x, pictures.to(at::kFloat) / 2);
  save_npy(y, torch::arange(100) % 7);
  save_npy(table, pictures.select(1, 0).to(at::kByte).contiguous());
  const NpyDataset dataset(x, y, {table});
  CHECK(dataset.size() == 100);
  CHECK(dataset.parts().empty());
  CHECK(torch::equal(dataset.targets(), torch::arange(100) % 7));
  CHECK(dataset.describe() == "100 samples in " + x.string());
  const std::vector<std::int64_t> places = {99, 0, 50, 50};
  const at::Tensor index = at::tensor(places, at::kLong);
  const Split into = dataset.batch(4);
  dataset.read(places, {}, into);
  CHECK(torch::equal(into.x, (pictures.to(at::kFloat) / 2).index_select(0, index)));
  REQUIRE(into.more.size() == 1);
  CHECK(torch::equal(into.more[0], pictures.select(1, 0).to(at::kFloat).index_select(0, index)));
  CHECK(torch::equal(into.y, index % 7));

  std::filesystem::resize_file(x, 200);
  CHECK_THROWS_WITH(dataset.read(places, {}, into),
                    ContainsSubstring("has become shorter since it was opened"));
}

TEST_CASE("Files that are not of the same samples are refused") {
  const TemporaryFolder folder;
  const auto x = folder.path() / "x.npy", y = folder.path() / "y.npy";
  save_npy(x, torch::zeros({10, 2}));
  save_npy(y, torch::zeros({9}));
  CHECK_THROWS_WITH(NpyDataset(x, y), ContainsSubstring(y.string()) && ContainsSubstring("y [9]"));
  CHECK_THROWS_WITH(NpyDataset(x, x, {y}),
                    ContainsSubstring(y.string() + ": has 9 rows, and " + x.string() + " has 10"));
  std::filesystem::resize_file(x, 150);
  CHECK_THROWS_WITH(NpyDataset(x, y), ContainsSubstring("is truncated"));
}
