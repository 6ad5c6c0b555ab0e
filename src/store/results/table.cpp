#include "store/results/table.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "store/results/text.hpp"

namespace sibyl::store {

std::size_t Table::Column::rows() const {
  return std::visit([](const auto& cells) { return cells.size(); }, cells);
}

std::size_t Table::Column::cell_size() const {
  if (const auto* texts = std::get_if<std::span<const std::string>>(&cells)) {
    std::size_t longest = 1;  // HDF5 knows no string of length 0
    for (const std::string& text : *texts) longest = std::max(longest, text.size());
    return longest;
  }
  return std::visit([](const auto& cells) { return sizeof(cells[0]); }, cells);
}

bool Table::has(const std::string& name) const {
  return std::any_of(columns_.begin(), columns_.end(), [&](const Column& each) { return each.name == name; });
}

void Table::append(Column column) {
  if (!columns_.empty() && column.rows() != rows())
    throw std::logic_error("column '" + column.name + "' is not as long as its table");
  column.name = clean_utf8(column.name);
  while (has(column.name)) column.name += '_';
  columns_.push_back(std::move(column));
}

void pack_rows(const Table& table, const std::vector<std::size_t>& cell_sizes, std::size_t first,
               std::size_t count, std::size_t row_size, std::byte* out) {
  for (std::size_t i = 0; i < cell_sizes.size(); ++i) {
    const auto copy = [&]<class T>(std::span<const T> cells) {
      std::byte* to = out;
      for (std::size_t row = first; row < first + count; ++row, to += row_size) {
        if constexpr (std::is_same_v<T, std::string>) {
          const std::size_t length = std::min(cells[row].size(), cell_sizes[i]);
          std::memcpy(to, cells[row].data(), length);
          std::memset(to + length, 0, cell_sizes[i] - length);
        } else {
          std::memcpy(to, &cells[row], sizeof(T));
        }
      }
    };
    std::visit(copy, table.columns()[i].cells);
    out += cell_sizes[i];
  }
}

}  // namespace sibyl::store
