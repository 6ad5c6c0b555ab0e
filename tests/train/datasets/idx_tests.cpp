#include "sibyl/data/idx.hpp"

#include "sibyl/error.hpp"
#include "train/datasets/idx_files.hpp"
#include "train/datasets/temporary_folder.hpp"
// Last, as everywhere in this room.
#include "catch.hpp"

using namespace sibyl;

TEST_CASE("An IDX file is read, plain and gzipped") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "images";
  const auto bytes = idx_bytes({2, 1, 3}, {1, 2, 3, 4, 5, 255});
  SECTION("plain") {
    write_plain(path, bytes);
  }
  SECTION("gzipped") {
    write_gzipped(path, bytes);
  }
  const IdxArray array = read_idx(path, 3);
  CHECK(array.sizes == std::vector<std::int64_t>{2, 1, 3});
  CHECK(array.bytes == std::vector<std::uint8_t>{1, 2, 3, 4, 5, 255});
}

namespace {

void require_refused(const std::filesystem::path& path, const std::string& why) {
  CHECK_THROWS_AS(read_idx(path, 1), Error);
  CHECK_THROWS_WITH(read_idx(path, 1), ContainsSubstring(path.string()) && ContainsSubstring(why));
}

}  // namespace

TEST_CASE("An IDX file that is not right is refused with its name and what is wrong") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "labels";
  auto bytes = idx_bytes({4}, {1, 2, 3, 4});
  std::string expected;
  SECTION("missing") {
    expected = "there is no such file";
  }
  SECTION("a folder") {
    std::filesystem::create_directory(path);
    expected = "is a folder";
  }
  SECTION("empty") {
    write_plain(path, {});
    expected = "is truncated: it ends in its first four bytes";
  }
  SECTION("truncated in its sizes") {
    bytes.resize(6);
    write_plain(path, bytes);
    expected = "is truncated: it ends in its sizes";
  }
  SECTION("truncated in its data") {
    bytes.pop_back();
    write_plain(path, bytes);
    expected = "is truncated: it ends in its data, after 3 of 4 bytes";
  }
  SECTION("no IDX at all") {
    write_plain(path, {'P', 'K', 3, 4});
    expected = "is no IDX file";
  }
  SECTION("another type") {
    bytes[2] = 0x0D;
    write_plain(path, bytes);
    expected = "holds the IDX type 13";
  }
  SECTION("other dimensions") {
    write_plain(path, idx_bytes({2, 2, 1}, {1, 2, 3, 4}));
    expected = "has 3 dimensions, not 1";
  }
  SECTION("a header that promises the moon") {
    write_plain(path, idx_bytes({0xFFFFFFFF}, {1}));
    expected = "is truncated";
  }
  SECTION("trailing bytes") {
    bytes.push_back(9);
    write_plain(path, bytes);
    expected = "has trailing bytes after the 4 it promises";
  }
  require_refused(path, expected);
}

TEST_CASE("A gzipped IDX file that is cut short or damaged is refused with its name and what is wrong") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "labels";
  std::vector<std::uint8_t> data(100000);
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::uint8_t>(i * i >> 3);
  write_gzipped(path, idx_bytes({100000}, data));
  const auto size = std::filesystem::file_size(path);
  SECTION("cut short") {
    std::filesystem::resize_file(path, size / 2);
    require_refused(path, "is truncated: it ends in its data");
  }
  SECTION("a wrong byte") {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(size) - 6);  // the checksum
    file.put('\x5a');
    file.put('\xa5');
    file.close();
    require_refused(path, "is damaged");
  }
}
