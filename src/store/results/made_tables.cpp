#include "store/results/made_tables.hpp"

#include <algorithm>

namespace sibyl {

using hdf5::CellType;
using hdf5::Column;
using hdf5::TableUpdate;

namespace {

void note_left_out(TableUpdate& update, std::size_t columns) {
  if (columns > 0) update.attributes.push_back({"columns_left_out", static_cast<std::int64_t>(columns)});
}

}  // namespace

std::vector<Column> file_columns(const store::Table& table) {
  struct Type {
    CellType operator()(std::span<const std::int8_t>) const { return CellType::int8; }
    CellType operator()(std::span<const std::int32_t>) const { return CellType::int32; }
    CellType operator()(std::span<const std::int64_t>) const { return CellType::int64; }
    CellType operator()(std::span<const double>) const { return CellType::float64; }
    CellType operator()(std::span<const std::string>) const { return CellType::text; }
  };
  std::vector<Column> columns;
  for (const store::Table::Column& each : table.columns())
    columns.push_back({each.name, std::visit(Type{}, each.cells), each.cell_size()});
  columns.resize(columns_that_fit(columns));
  return columns;
}

std::shared_ptr<Bytes> pack_chunk(const store::Table& table, const std::vector<Column>& columns,
                                  std::size_t first, std::uint64_t chunk_rows) {
  std::vector<std::size_t> sizes;
  for (const Column& column : columns) sizes.push_back(column.size);
  const std::size_t row_size = hdf5::row_size(columns);
  auto chunk = std::make_shared<Bytes>(chunk_rows * row_size);
  pack_rows(table, sizes, first, std::min<std::size_t>(chunk_rows, table.rows() - first), row_size,
            chunk->data());
  return chunk;
}

TableUpdate ComparedTable::changes(const std::string& name, const store::Table& table) {
  State next{published_.layout, file_columns(table), 0, {}};
  next.chunk_rows = hdf5::rows_of_a_chunk(table.rows(), hdf5::row_size(next.columns));
  const bool same_layout = next.columns == published_.columns && next.chunk_rows == published_.chunk_rows;
  if (!same_layout) next.layout = ++layouts_;
  TableUpdate update;
  update.name = name;
  update.columns = next.columns;
  update.rows = table.rows();
  update.chunk_rows = next.chunk_rows;
  update.layout = next.layout;
  note_left_out(update, table.columns().size() - next.columns.size());
  for (std::size_t i = 0; i < update.chunk_count(); ++i) {
    auto chunk = pack_chunk(table, next.columns, i * next.chunk_rows, next.chunk_rows);
    const bool same = same_layout && i < published_.chunks.size() && *chunk == *published_.chunks[i];
    if (!same) update.changed.emplace_back(i, chunk);
    next.chunks.push_back(same ? published_.chunks[i] : std::move(chunk));
  }
  offered_ = std::move(next);
  return update;
}

TableUpdate GrowingTable::changes(const std::string& name, std::size_t rows, std::size_t settled,
                                  const std::function<store::Table(std::size_t)>& from) {
  State next = published_;
  std::size_t first = published_.settled / published_.chunk_rows * published_.chunk_rows;
  store::Table table = from(first);
  next.columns = file_columns(table);
  for (std::size_t i = 0; i < std::min(next.columns.size(), published_.columns.size()); ++i)
    next.columns[i].size = std::max(next.columns[i].size, published_.columns[i].size);  // of texts
  next.chunk_rows =
      std::max(published_.chunk_rows, hdf5::rows_of_a_chunk(rows, hdf5::row_size(next.columns)));
  if (next.columns != published_.columns || next.chunk_rows != published_.chunk_rows) {
    next.layout = ++layouts_;
    if (first > 0) table = from(first = 0);
  }
  next.settled = settled;
  TableUpdate update;
  update.name = name;
  update.columns = next.columns;
  update.rows = rows;
  update.chunk_rows = next.chunk_rows;
  update.layout = next.layout;
  note_left_out(update, table.columns().size() - next.columns.size());
  for (std::size_t i = first / next.chunk_rows; i < update.chunk_count(); ++i)
    update.changed.emplace_back(
        i, pack_chunk(table, next.columns, i * next.chunk_rows - first, next.chunk_rows));
  offered_ = std::move(next);
  return update;
}

}  // namespace sibyl
