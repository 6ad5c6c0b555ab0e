#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace sibyl::store {

/// A column's cells: one contiguous array of its type, owned by somebody else.
using Cells =
    std::variant<std::span<const std::int8_t>, std::span<const std::int32_t>, std::span<const std::int64_t>,
                 std::span<const double>, std::span<const std::string>>;

/// A table as it will stand in the file: columns of the same length, in order, each with a type and a name of
/// its own.
class Table {
 public:
  struct Column {
    std::string name;
    Cells cells;
    std::shared_ptr<const void> owner;  ///< of the cells, where the table owns them
    std::size_t rows() const;
    std::size_t cell_size() const;  ///< bytes in the file; of strings, the longest (at least 1)
  };

  /// A column of one cell for each of `rows`, whatever `cell` makes of it.
  template <class Row, class Make>
  void add(std::string name, const std::vector<Row>& rows, Make cell) {
    std::vector<std::decay_t<std::invoke_result_t<Make, const Row&>>> cells;
    cells.reserve(rows.size());
    for (const Row& row : rows) cells.push_back(cell(row));
    add(std::move(name), std::move(cells));
  }
  template <class T>
  void add(std::string name, std::vector<T> cells) {
    auto owned = std::make_shared<const std::vector<T>>(std::move(cells));
    append({std::move(name), std::span<const T>(*owned), owned});
  }
  /// A column of cells that stay where they are, and must outlive the table.
  template <class T>
  void refer(std::string name, const std::vector<T>& cells) {
    append({std::move(name), std::span<const T>(cells), nullptr});
  }

  const std::vector<Column>& columns() const { return columns_; }
  std::size_t rows() const { return columns_.empty() ? 0 : columns_.front().rows(); }
  bool has(const std::string& name) const;

 private:
  /// A name that is taken gets a "_" (two hyperparameters may differ in what is no UTF-8 only).
  void append(Column column);

  std::vector<Column> columns_;
};

/// Lays rows [first, first + count) of the table out as packed structs of `row_size` bytes at `out`: cell i
/// of a row begins at the sum of the cell sizes before it. Strings are padded with NULs.
void pack_rows(const Table& table, const std::vector<std::size_t>& cell_sizes, std::size_t first,
               std::size_t count, std::size_t row_size, std::byte* out);

}  // namespace sibyl::store
