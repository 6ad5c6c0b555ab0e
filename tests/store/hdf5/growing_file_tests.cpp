#include "store/hdf5/growing_file.hpp"

#include <fcntl.h>

#include <cstring>
#include <numeric>
#include <optional>

#include "store/hdf5/checksum.hpp"
#include "store/read_hdf5.hpp"
#include "store/results/results_files.hpp"
#include "store/sweep.hpp"

#include "catch.hpp"

using namespace sibyl;
using namespace sibyl::test;
using hdf5::CellType;

namespace fs = std::filesystem;

namespace {

/// A table of one column of numbers, of which some chunks are new.
hdf5::TableUpdate numbers(const std::vector<std::int64_t>& values, std::uint64_t chunk_rows,
                          const std::vector<std::size_t>& changed, std::uint64_t layout = 1) {
  hdf5::TableUpdate table;
  table.name = "numbers";
  table.columns = {{"value", CellType::int64, 8}};
  table.rows = values.size();
  table.chunk_rows = chunk_rows;
  table.layout = layout;
  for (const std::size_t chunk : changed) {
    auto bytes = std::make_shared<Bytes>(chunk_rows * 8);
    const std::size_t first = chunk * chunk_rows;
    std::memcpy(bytes->data(), values.data() + first, 8 * std::min(chunk_rows, values.size() - first));
    table.changed.emplace_back(chunk, bytes);
  }
  return table;
}

std::vector<std::size_t> all_chunks(std::size_t rows, std::uint64_t chunk_rows) {
  std::vector<std::size_t> chunks((rows + chunk_rows - 1) / chunk_rows);
  std::iota(chunks.begin(), chunks.end(), std::size_t{0});
  return chunks;
}

std::vector<std::int64_t> counted(std::size_t rows, std::int64_t from = 0) {
  std::vector<std::int64_t> values(rows);
  std::iota(values.begin(), values.end(), from);
  return values;
}

std::vector<long> read_numbers(const fs::path& path) {
  return ResultsFile(path).integers("numbers", "value");
}

std::vector<long> longs(const std::vector<std::int64_t>& values) {
  return {values.begin(), values.end()};
}

hdf5::Update whole(const std::vector<std::int64_t>& values, std::uint64_t chunk_rows) {
  return {{}, {numbers(values, chunk_rows, all_chunks(values.size(), chunk_rows))}};
}

}  // namespace

TEST_CASE("The checksum is the one of the specification's library") {
  const auto of = [](std::string_view text) { return hdf5::lookup3(std::as_bytes(std::span(text))); };
  CHECK(of("") == 0xdeadbeef);
  CHECK(of("Four score and seven years ago") == 0x17770551);
}

TEST_CASE("HDF5 finds every row, however many chunks there are") {
  const Folder folder;
  for (const std::size_t rows : {0, 1, 7, 8, 9, 63, 64, 65, 640, 4096, 4097, 5000}) {
    for (const std::uint64_t chunk_rows : {1, 8}) {
      const auto values = counted(rows, 17);
      write_results(folder / "file.h5", whole(values, chunk_rows));
      CHECK(read_numbers(folder / "file.h5") == longs(values));
    }
  }
}

TEST_CASE("Attributes of any length and any number are as they were given") {
  const Folder folder;
  hdf5::Update update{{{"empty", std::string()},
                       {"long", std::string(300'000, 'x')},
                       {"again", std::string("text")},
                       {"twice", std::string("text")},
                       {"int", std::int64_t{-5}},
                       {"uint", ~std::uint64_t{0}},
                       {"real", 0.1}},
                      {}};
  for (int i = 0; i < 300; ++i) update.attributes.push_back({"n" + std::to_string(i), std::to_string(i)});
  write_results(folder / "file.h5", update);
  const ResultsFile file(folder / "file.h5");
  CHECK(file.text_attribute("empty").empty());
  CHECK(file.text_attribute("long") == std::string(300'000, 'x'));
  CHECK(file.text_attribute("again") == "text");
  CHECK(file.text_attribute("twice") == "text");
  CHECK(file.text_attribute("n299") == "299");
  CHECK(file.number_attribute<long>("int", H5T_NATIVE_LONG) == -5);
  CHECK(file.number_attribute<std::uint64_t>("uint", H5T_NATIVE_UINT64) == ~std::uint64_t{0});
  CHECK(file.number_attribute("real") == 0.1);
}

TEST_CASE("A file is brought from version to version, and who has an old one open goes on to see that") {
  const Folder folder;
  const fs::path path = folder / "file.h5";
  ResultsFiles files(path);
  std::vector<std::int64_t> values = counted(1000);
  files.publish(whole(values, 8));
  std::vector<std::pair<std::unique_ptr<ResultsFile>, std::vector<long>>> readers;
  for (int version = 1; version < 40; ++version) {
    // Some readers stay. A library that has a file open takes a file of the same number for the same, so each
    // looks at a copy under another name where it may be: the same file.
    if (version % 7 == 0) {
      readers.emplace_back(std::make_unique<ResultsFile>(path), longs(values));
      CHECK(readers.back().first->integers("numbers", "value") == readers.back().second);
    }
    const std::size_t changed = static_cast<std::size_t>(version * 37) % 1000;
    values[changed] = -version;
    std::vector<std::size_t> chunks{changed / 8};
    for (int i = 0; i < 5; ++i) values.push_back(version * 1000 + i);
    for (std::size_t chunk = (values.size() - 5) / 8; chunk * 8 < values.size(); ++chunk)
      if (chunk != chunks[0]) chunks.push_back(chunk);
    files.publish({{}, {numbers(values, 8, chunks)}});
    CHECK(read_numbers(path) == longs(values));
    for (const auto& [reader, saw] : readers) CHECK(reader->integers("numbers", "value") == saw);
  }
  files.tidy();
  CHECK(read_numbers(path) == longs(values));
  CHECK_FALSE(fs::exists(folder / "file.h5.tmp"));
}

TEST_CASE("Nothing that an old version consists of is ever written to") {
  const Folder folder;
  const fs::path path = folder / "file.h5";
  hdf5::GrowingFile file(create_anew(path));
  auto values = counted(1000);
  file.write(whole(values, 8), 1, nullptr);
  for (std::uint64_t version = 2; version < 20; ++version) {
    const std::string before = contents(path);
    const std::size_t changed = version * 37;
    values[changed] = -5;
    values.push_back(7);
    std::vector<std::size_t> chunks{changed / 8, (values.size() - 1) / 8};
    file.write({{}, {numbers(values, 8, chunks)}}, version, &file);
    const std::string after = contents(path);
    CHECK(after.substr(hdf5::superblock_size, before.size() - hdf5::superblock_size) ==
          before.substr(hdf5::superblock_size));
    CHECK(read_numbers(path) == longs(values));
    // With the superblock of before, and what was written behind: the version of before.
    write(folder / "old.h5", before.substr(0, hdf5::superblock_size) + after.substr(hdf5::superblock_size));
    const auto old = read_numbers(folder / "old.h5");
    CHECK(old.size() == values.size() - 1);
    CHECK(old[changed] == static_cast<long>(changed));
  }
}

TEST_CASE("A publication costs what has changed, and files do not grow for ever") {
  const Folder folder;
  const fs::path path = folder / "file.h5";
  ResultsFiles files(path);
  auto values = counted(1'000'000);
  files.publish(whole(values, 4096));
  const auto first = fs::file_size(path);
  CHECK(first > 8'000'000);
  values[5] = -1;
  files.publish({{}, {numbers(values, 4096, {0})}});  // this one makes the second file
  std::uint64_t largest = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto there = fs::file_size(folder / "file.h5.tmp");
    values[5] = i;
    files.publish({{}, {numbers(values, 4096, {0})}});
    const auto now = fs::file_size(path);
    // Two versions' worth: a chunk of 32 KiB, and an index of 245.
    CHECK((now < there + 150'000 || now < first + 150'000));
    largest = std::max(largest, now);
  }
  CHECK(largest < 2 * first + 2'000'000);
  CHECK(read_numbers(path) == longs(values));
}

TEST_CASE("A results file that is deleted or replaced in the meantime is published again") {
  const Folder folder;
  const fs::path path = folder / "file.h5";
  ResultsFiles files(path);
  auto values = counted(100);
  files.publish(whole(values, 8));
  for (int i = 0; i < 6; ++i) {
    if (i % 3 == 0) fs::remove(path);
    if (i % 3 == 1) write(path, "mine");
    if (i == 4) fs::remove(folder / "file.h5.tmp");
    values[50] = i + 1000;
    files.publish({{}, {numbers(values, 8, {6})}});
    CHECK(read_numbers(path) == longs(values));
  }
}
