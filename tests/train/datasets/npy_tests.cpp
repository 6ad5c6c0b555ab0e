#include "sibyl/data/npy.hpp"

#include <torch/torch.h>

#include "sibyl/error.hpp"
#include "train/datasets/idx_files.hpp"
#include "train/datasets/temporary_folder.hpp"
// Last: LibTorch has a CHECK of its own.
#include "catch.hpp"

using namespace sibyl;

namespace {

std::vector<std::uint8_t> npy(const std::string& header, const std::vector<std::uint8_t>& data,
                              int version = 1) {
  std::vector<std::uint8_t> bytes = {0x93, 'N', 'U', 'M', 'P', 'Y', static_cast<std::uint8_t>(version), 0};
  const std::size_t length = header.size() + 1;
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i)
    bytes.push_back(static_cast<std::uint8_t>(length >> (8 * i)));
  bytes.insert(bytes.end(), header.begin(), header.end());
  bytes.push_back('\n');
  bytes.insert(bytes.end(), data.begin(), data.end());
  return bytes;
}

std::string header(const std::string& type, const std::string& shape, const std::string& order = "False") {
  return "{'descr': '" + type + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }   ";
}

}  // namespace

TEST_CASE("NumPy's arrays are read with their type and shape") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "array.npy";
  const auto read = [&](const std::vector<std::uint8_t>& bytes) {
    write_plain(file, bytes);
    return read_npy(file);
  };
  CHECK(torch::equal(read(npy(header("|u1", "(2, 3)"), {1, 2, 3, 4, 5, 255})),
                     torch::tensor({{1, 2, 3}, {4, 5, 255}}, torch::kByte)));
  CHECK(torch::equal(read(npy(header("|i1", "(2,)"), {1, 255})), torch::tensor({1, -1}, torch::kChar)));
  CHECK(torch::equal(read(npy(header("|b1", "(2,)"), {1, 0})), torch::tensor({true, false})));
  CHECK(torch::equal(read(npy(header("<i2", "(2,)"), {1, 2, 255, 255})),
                     torch::tensor({513, -1}, torch::kShort)));
  CHECK(torch::equal(read(npy(header("<i4", "(1, 1)"), {1, 2, 0, 0})), torch::tensor({{513}}, torch::kInt)));
  CHECK(torch::equal(read(npy(header("<f4", "(1,)"), {0, 0, 0xC0, 0x3F})), torch::tensor({1.5f})));
  CHECK(torch::equal(read(npy(header("<f8", "()"), {0, 0, 0, 0, 0, 0, 0xF8, 0x3F})),
                     torch::tensor(1.5, torch::kDouble)));
  CHECK(torch::equal(read(npy(header("<i8", "(1L,)"), {7, 0, 0, 0, 0, 0, 0, 0}, 2)),
                     torch::tensor({7}, torch::kLong)));
  CHECK(read(npy(header("<f4", "(0, 5)"), {}, 3)).sizes() == at::IntArrayRef({0, 5}));
  write_gzipped(file, npy(header("|u1", "(2,)"), {1, 2}));
  CHECK(torch::equal(read_npy(file), torch::tensor({1, 2}, torch::kByte)));
}

TEST_CASE("A .npy file that is not right is refused with its name and what to do") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "array.npy";
  const auto refused = [&](const std::vector<std::uint8_t>& bytes, const std::string& why) {
    write_plain(file, bytes);
    CHECK_THROWS_AS(read_npy(file), Error);
    CHECK_THROWS_WITH(read_npy(file), ContainsSubstring(file.string()) && ContainsSubstring(why));
    CHECK_THROWS_AS(map_npy(file), Error);
    CHECK_THROWS_WITH(map_npy(file), ContainsSubstring(file.string()) && ContainsSubstring(why));
  };
  refused({}, "is no .npy file");
  refused({'P', 'K', 3, 4, 0, 0, 0, 0, 0}, "is no .npy file");
  auto bytes = npy(header("<f4", "(1,)"), {0, 0, 0, 0});
  refused({bytes.begin(), bytes.begin() + 20}, "is truncated: it ends in its header");
  refused({bytes.begin(), bytes.end() - 1}, "is truncated: it ends in its data, after 3 of 4 bytes");
  bytes.push_back(0);
  refused(bytes, "has trailing bytes after the 4 it promises");
  bytes[6] = 4;
  refused(bytes, "is of format 4; only 1, 2 and 3");
  refused(npy(header("<f4", "(2, 2)", "True"), {}), "numpy.ascontiguousarray");
  refused(npy(header(">f4", "(1,)"), {0, 0, 0, 0}), "holds the type '>f4'");
  refused(npy(header("<U3", "(1,)"), {}), "holds the type '<U3'");
  refused(npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", {}),
          "holds the type [('a'");
  refused(npy("{'descr': '<f4', 'fortran_order': False, }", {}), "has no 'shape'");
  refused(npy(header("<f4", "(-1,)"), {}), "is damaged");
  refused(npy(header("<f4", "(a,)"), {}), "is damaged");
  refused(npy(header("<f4", "(4000000000, 4000000000)"), {}), "more than a petabyte");
  refused(npy(header("<f4", "(100000000,)"), {0}),
          "is truncated: it ends in its data, after 1 of 400000000 bytes");
}

TEST_CASE("A mapped array is what is read, and stays where it is") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "array.npy";
  // numpy.save() begins the array at a multiple of 64 bytes.
  const std::string text = header("<f4", "(2, 3)");
  const std::string padded = text + std::string(128 - 10 - 1 - text.size(), ' ');
  std::vector<std::uint8_t> data(24);
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::uint8_t>(i);
  write_plain(file, npy(padded, data));
  const at::Tensor read = read_npy(file);
  at::Tensor mapped = map_npy(file);
  CHECK(mapped.scalar_type() == torch::kFloat);
  CHECK(torch::equal(mapped, read));
  // Its pages are the file's own: what is written there is seen.
  std::fstream(file, std::ios::in | std::ios::out | std::ios::binary).seekp(128).write("\0\0\x80\x3F", 4);
  CHECK(mapped[0][0].item<float>() == 1);
  mapped.fill_(7);
  CHECK(read_npy(file)[0][0].item<float>() == 1);
  // It lives as long as a view of it, and is not the file's name.
  const at::Tensor row = map_npy(file)[1];
  std::filesystem::remove(file);
  CHECK(torch::equal(row, read[1]));
}

TEST_CASE("What can't be mapped is refused with what to do") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "array.npy";
  CHECK_THROWS_WITH(map_npy(file), ContainsSubstring("there is no such file"));
  const std::string text = header("<f4", "(1,)");
  write_gzipped(file, npy(text, {0, 0, 0, 0}));
  CHECK_THROWS_WITH(map_npy(file), ContainsSubstring("is gzipped") && ContainsSubstring("gunzip"));
  write_plain(file, npy(text + std::string(4 - (10 + text.size() + 1) % 4 + 1, ' '), {0, 0, 0, 0}));
  CHECK_THROWS_WITH(map_npy(file), ContainsSubstring("can't be mapped: save it anew"));
  write_plain(file, npy(header("<f4", "(0, 5)"), {}));
  CHECK(map_npy(file).sizes() == at::IntArrayRef({0, 5}));
}
