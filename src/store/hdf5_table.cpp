#include <algorithm>
#include <numeric>

#include "store/column_notes.hpp"
#include "store/hdf5.hpp"

namespace sibyl::hdf5 {
namespace {

// What the description of a column takes in the file (HDF5 file format, datatype message, version 1): its
// name padded to 8 bytes, 32 fixed ones, and its type's description, 24 at most.
std::size_t description_size(const Table::Column& column) {
  return (column.name.size() / 8 + 1) * 8 + 32 + 24;
}
constexpr std::size_t largest_description = 60'000;  // of 64 KiB for the message and its surroundings

std::size_t columns_that_fit(const Table& table) {
  std::size_t columns = 0, description = 0;
  for (const Table::Column& column : table.columns()) {
    description += description_size(column);
    if (description > largest_description) break;
    ++columns;
  }
  return columns;
}

// The byte order is the file's; in memory it is the same (the codec insists on it), so HDF5 converts nothing.
hid_t make_type(const Cells& cells, std::size_t size) {
  struct Type {
    std::size_t size;
    hid_t operator()(std::span<const std::int8_t>) const { return H5Tcopy(H5T_STD_I8LE); }
    hid_t operator()(std::span<const std::int32_t>) const { return H5Tcopy(H5T_STD_I32LE); }
    hid_t operator()(std::span<const std::int64_t>) const { return H5Tcopy(H5T_STD_I64LE); }
    hid_t operator()(std::span<const double>) const { return H5Tcopy(H5T_IEEE_F64LE); }
    hid_t operator()(std::span<const std::string>) const {
      const hid_t type = H5Tcopy(H5T_C_S1);
      if (H5Tset_size(type, size) < 0 || H5Tset_strpad(type, H5T_STR_NULLPAD) < 0 ||
          H5Tset_cset(type, H5T_CSET_UTF8) < 0) {
        H5Tclose(type);
        return -1;
      }
      return type;
    }
  };
  return std::visit(Type{size}, cells);
}

}  // namespace

std::size_t size_of(const Table& table) {
  std::size_t row = 0, description = 4096;
  for (const Table::Column& column : table.columns()) {
    row += column.cell_size();
    description += description_size(column);
  }
  return row * table.rows() + description;
}

void write_table(hid_t file, const std::string& name, const Table& table) {
  const std::string doing = "write the table /" + name;
  std::vector<std::size_t> sizes;
  for (std::size_t i = 0; i < columns_that_fit(table); ++i) sizes.push_back(table.columns()[i].cell_size());
  const std::size_t row_size = std::accumulate(sizes.begin(), sizes.end(), std::size_t{0});

  const Handle type(H5Tcreate(H5T_COMPOUND, row_size), H5Tclose, doing);
  std::size_t offset = 0;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const Table::Column& column = table.columns()[i];
    const Handle cell(make_type(column.cells, sizes[i]), H5Tclose, doing);
    check(H5Tinsert(type, column.name.c_str(), offset, cell), doing + " (column " + column.name + ")");
    offset += sizes[i];
  }

  // Contiguous: nothing is ever appended to a published file. Shuffle and deflate would make a million epochs
  // 14 MB instead of 96, but take 1.3 s instead of 0.05, and a publication must not keep the workers waiting.
  const hsize_t rows = table.rows();
  const Handle space(H5Screate_simple(1, &rows, nullptr), H5Sclose, doing);
  const Handle creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, doing);
  check(H5Pset_obj_track_times(creation, false), doing);  // the same sweep is the same file
  const Handle dataset(H5Dcreate2(file, name.c_str(), type, space, H5P_DEFAULT, creation, H5P_DEFAULT),
                       H5Dclose, doing);
  constexpr std::size_t block_bytes = 1 << 20;  // stays in the cache between packing and writing
  const hsize_t block = std::clamp<hsize_t>(block_bytes / row_size, 1, std::max<hsize_t>(rows, 1));
  std::vector<std::byte> packed(block * row_size);
  for (hsize_t first = 0; first < rows; first += block) {
    const hsize_t count = std::min(block, rows - first);
    pack_rows(table, sizes, first, count, row_size, packed.data());
    const Handle part(H5Screate_simple(1, &count, nullptr), H5Sclose, doing);
    check(H5Sselect_hyperslab(space, H5S_SELECT_SET, &first, nullptr, &count, nullptr), doing);
    check(H5Dwrite(dataset, type, part, space, H5P_DEFAULT, packed.data()), doing);
  }
  if (const ColumnNotes notes = column_notes(name, table); !notes.rows.empty()) {
    write_attribute(dataset, "rows", notes.rows);
    write_attribute(dataset, "units", notes.units);
    write_attribute(dataset, "meanings", notes.meanings);
  }
  if (sizes.size() < table.columns().size())
    write_attribute(dataset, "columns_left_out",
                    static_cast<std::int64_t>(table.columns().size() - sizes.size()));
}

}  // namespace sibyl::hdf5
