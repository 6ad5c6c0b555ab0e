#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/file.hpp"
#include "store/hdf5/format.hpp"

namespace sibyl::hdf5 {

/// A table as it is to stand in the next version of a file: which of its chunks are not as in the version
/// before.
struct TableUpdate : ChunkedTable {
  std::string name;
  /// Another number than before: other columns or another size of chunks, so all chunks are in `changed`.
  std::uint64_t layout = 0;
  using Chunk = std::shared_ptr<const Bytes>;  ///< as long for the last one, whose end is zeros
  std::vector<std::pair<std::size_t, Chunk>> changed;

  std::size_t chunk_count() const { return (rows + chunk_rows - 1) / chunk_rows; }
};

/// The bytes of a row with these columns.
std::size_t row_size(const std::vector<Column>& columns);
/// How many rows a chunk has in a table of `rows`: as many as fit into 32 KiB, so that a change of one row
/// costs no more than that; a small table is one chunk, not much larger than it.
std::uint64_t rows_of_a_chunk(std::uint64_t rows, std::size_t row_size);

/// A version of a whole file, told by what is new in it.
struct Update {
  Attributes attributes;  ///< of the root
  std::vector<TableUpdate> tables;
};

/// A file of tables that is brought from version to version at the cost of what has changed: new chunks, and
/// a new index of all, are written behind the old ones, and at last the superblock is turned to them. Nothing
/// else that a version consists of is ever written to, so whoever opened the file at one version, and read
/// its superblock, goes on to see that version. What is no longer used stays in the file.
class GrowingFile {
 public:
  /// An empty one, of version 0.
  explicit GrowingFile(File file) : file_(std::move(file)) {}

  /// Writes the version that is `update` after the newest one, and syncs it. What is neither new in it nor
  /// here is taken from `newest`; none: the update is whole. After an Error the file is good for nothing.
  void write(const Update& update, std::uint64_t version, const GrowingFile* newest);

  std::uint64_t size() const { return end_; }
  std::uint64_t size_in_use() const { return in_use_; }
  File& file() { return file_; }

 private:
  struct Chunk {
    Address address = undefined;
    std::uint64_t version = 0;  ///< in which it was written
  };
  struct Chunks {
    std::uint64_t layout = 0;
    std::vector<Chunk> all;
  };
  class Appended;
  void write_chunks(const TableUpdate& table, Chunks& here, std::uint64_t version, const Chunks* newest,
                    const File* source, Appended& out);

  File file_;
  Address end_ = superblock_size;
  std::uint64_t in_use_ = 0;
  std::vector<Chunks> tables_;
};

}  // namespace sibyl::hdf5
