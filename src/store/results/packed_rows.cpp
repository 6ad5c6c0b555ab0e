#include "store/results/packed_rows.hpp"

#include <algorithm>
#include <limits>

namespace sibyl {

using hdf5::CellType;
using hdf5::Column;
using hdf5::TableUpdate;

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

}  // namespace

void PackedRows::set_columns(std::vector<Column> columns) {
  columns_ = std::move(columns);
  if (first_added_ == 0) first_added_ = columns_.size();
  offsets_.clear();
  row_size_ = 0;
  for (const Column& column : columns_) {
    offsets_.push_back(row_size_);
    row_size_ += column.size;
  }
}

bool PackedRows::has(const std::string& column) const {
  return std::any_of(columns_.begin(), columns_.end(),
                     [&](const Column& each) { return each.name == column; });
}

bool PackedRows::add_column(const std::string& name) {
  std::vector<Column> columns = columns_;
  columns.push_back({name, CellType::float64, sizeof(double)});
  if (left_out_ > 0 || columns_that_fit(columns) < columns.size()) {
    ++left_out_;
    return false;
  }
  rearrange(columns, hdf5::rows_of_a_chunk(rows_, hdf5::row_size(columns)));
  return true;
}

// The rows as they are, in chunks of another size, perhaps with more columns behind.
void PackedRows::rearrange(std::vector<Column> columns, std::uint64_t chunk_rows) {
  const std::size_t old_size = row_size_;
  const std::uint64_t old_rows = chunk_rows_;
  const auto old = std::exchange(chunks_, {});
  const std::size_t rows = std::exchange(rows_, 0);
  set_columns(std::move(columns));
  chunk_rows_ = chunk_rows;
  ++layout_;
  for (std::size_t row = 0; row < rows; ++row) {
    add();
    std::memcpy(last_row_, old[row / old_rows]->data() + row % old_rows * old_size, old_size);
  }
}

void PackedRows::add() {
  if (rows_ == chunk_rows_) {  // the one chunk is full: perhaps it may be larger
    const auto wanted = hdf5::rows_of_a_chunk(rows_ + 1, row_size_);
    if (wanted != chunk_rows_) rearrange(columns_, wanted);
  }
  if (rows_ == chunks_.size() * chunk_rows_)
    chunks_.push_back(std::make_shared<Bytes>(chunk_rows_ * row_size_));
  last_row_ = chunks_.back()->data() + rows_ % chunk_rows_ * row_size_;
  ++rows_;
  for (std::size_t i = first_added_; i < columns_.size(); ++i) set(i, missing);
}

void PackedRows::set(std::size_t column, std::string_view text) {
  std::memcpy(last_row_ + offsets_[column], text.data(), std::min(text.size(), columns_[column].size));
}

TableUpdate PackedRows::changes(const std::string& name) {
  offered_ = {layout_, rows_};
  return since(published_, name);
}

TableUpdate PackedRows::since(Base base, const std::string& name) const {
  TableUpdate update;
  update.name = name;
  update.columns = columns_;
  update.rows = rows_;
  update.chunk_rows = chunk_rows_;
  update.layout = layout_;
  if (left_out_ > 0) update.attributes.push_back({"columns_left_out", static_cast<std::int64_t>(left_out_)});
  const std::size_t known = base.layout == layout_ ? base.rows : 0;
  if (known < rows_) {
    for (std::size_t i = known / chunk_rows_; i < chunks_.size(); ++i) {
      const bool full = (i + 1) * chunk_rows_ <= rows_;
      update.changed.emplace_back(i, full ? chunks_[i] : std::make_shared<Bytes>(*chunks_[i]));
    }
  }
  return update;
}

}  // namespace sibyl
