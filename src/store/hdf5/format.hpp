#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "core/codec.hpp"

// The small part of HDF5's file format that a results file needs, as every HDF5 since 1.8 reads it; after
// "HDF5 File Format Specification, Version 2.0". Why not by the library: it changes a file in place, while we
// must be able to add to one without touching a byte that a reader may look at (see growing_file.hpp); after
// a write that failed, on a full disk, it neither closes the file nor forgets it; and it can't be used by two
// threads.
namespace sibyl::hdf5 {

/// Bytes from the file's beginning.
using Address = std::uint64_t;
inline constexpr Address undefined = ~Address{0};

/// Appends little-endian numbers and text.
class Encoder {
 public:
  explicit Encoder(Bytes& out) : out_(out) {}
  Encoder& number(std::uint64_t value, int bytes);
  Encoder& u8(std::uint64_t value) { return number(value, 1); }
  Encoder& u16(std::uint64_t value) { return number(value, 2); }
  Encoder& u32(std::uint64_t value) { return number(value, 4); }
  Encoder& u64(std::uint64_t value) { return number(value, 8); }
  Encoder& text(std::string_view text);
  Encoder& bytes(const Bytes& bytes);
  Encoder& zeros(std::size_t count);

 private:
  Bytes& out_;
};

/// What a cell of a table is.
enum class CellType : std::uint8_t { int8, int32, int64, float64, text };

struct Column {
  std::string name;
  CellType type = CellType::int64;
  std::size_t size = 8;  ///< of a cell, in bytes; of text, the longest
  bool operator==(const Column&) const = default;
};

/// The description of a table's rows, the columns packed one behind the other, as a compound type.
Bytes compound_type(const std::vector<Column>& columns);
/// How many of the columns, from the first on, a description can have: it is at most 64 KiB.
std::size_t columns_that_fit(const std::vector<Column>& columns);

struct Attribute {
  std::string name;
  std::variant<std::int64_t, std::uint64_t, double, std::string> value;
};
using Attributes = std::vector<Attribute>;

/// The texts of attributes, which are of any length: a global heap collection.
class TextHeap {
 public:
  void add(const Attributes& attributes);
  /// The collection; it must be written at `address`.
  Bytes place(Address address);
  /// How an attribute refers to a text that was added.
  void refer(Encoder& out, const std::string& text) const;

 private:
  std::unordered_map<std::string, std::uint32_t> places_;
  std::vector<const std::string*> texts_;  ///< in that order; the map owns them
  Address address_ = undefined;
};

/// A table in chunks of equally many rows.
struct ChunkedTable {
  std::vector<Column> columns;
  std::uint64_t rows = 0;
  std::uint64_t chunk_rows = 1;
  Attributes attributes;
};

/// The object headers of a table, whose chunks are found by the index at an address, and of the root group.
Bytes table_header(const ChunkedTable& table, Address index, const TextHeap& heap);
Bytes root_header(const std::vector<std::pair<std::string, Address>>& links, const Attributes& attributes,
                  const TextHeap& heap);

/// The file's first bytes. `end`: of what belongs to the file, which may be longer.
Bytes superblock(Address end, Address root);
inline constexpr std::size_t superblock_size = 48;

}  // namespace sibyl::hdf5
