#pragma once

#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "store/hdf5/growing_file.hpp"

namespace sibyl {

/// Rows that are only ever added to, as they will stand in the file: a sweep has millions of epochs. Full
/// chunks never change, and are shared with whoever writes them.
class PackedRows {
 public:
  /// Text columns have the size that they are given.
  explicit PackedRows(std::vector<hdf5::Column> columns) { set_columns(std::move(columns)); }

  std::size_t columns() const { return columns_.size(); }
  bool has(const std::string& column) const;
  /// A new float64 column, NaN in the rows that are there. Returns false, and counts it as left out, when the
  /// table has as many columns as a file can describe.
  bool add_column(const std::string& name);

  /// Adds a row, all zeros, and NaN in the columns that were added. Then `set` its cells.
  void add();
  template <class T>
  void set(std::size_t column, T value) {
    std::memcpy(last_row_ + offsets_[column], &value, sizeof value);
  }
  void set(std::size_t column, std::string_view text);

  hdf5::TableUpdate all(const std::string& name) const { return since({}, name); }
  /// What is new since the last update that was published.
  hdf5::TableUpdate changes(const std::string& name);
  /// The last update was published.
  void published() { published_ = offered_; }

 private:
  struct Base {
    std::uint64_t layout = 0;
    std::size_t rows = 0;
  };
  hdf5::TableUpdate since(Base base, const std::string& name) const;
  void set_columns(std::vector<hdf5::Column> columns);
  void rearrange(std::vector<hdf5::Column> columns, std::uint64_t chunk_rows);

  std::vector<hdf5::Column> columns_;
  std::vector<std::size_t> offsets_;
  std::size_t row_size_ = 0, first_added_ = 0, left_out_ = 0;
  std::uint64_t chunk_rows_ = 1, layout_ = 1;
  std::vector<std::shared_ptr<Bytes>> chunks_;
  std::size_t rows_ = 0;
  std::byte* last_row_ = nullptr;
  Base published_, offered_;
};

}  // namespace sibyl
