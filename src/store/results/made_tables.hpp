#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "store/hdf5/growing_file.hpp"
#include "store/results/table.hpp"

// Tables that are made anew for a publication, wholly or in part.
namespace sibyl {

/// A table that is small, or changes everywhere: made anew each time, but only chunks that differ from the
/// last ones are new.
class ComparedTable {
 public:
  hdf5::TableUpdate changes(const std::string& name, const store::Table& table);
  void published() { published_ = std::move(offered_); }

 private:
  struct State {
    std::uint64_t layout = 0;
    std::vector<hdf5::Column> columns;
    std::uint64_t chunk_rows = 0;
    std::vector<std::shared_ptr<const Bytes>> chunks;
  };
  State published_, offered_;
  std::uint64_t layouts_ = 0;  ///< so many there were
};

/// A table that grows, and whose last rows may change; what is before them is settled.
class GrowingTable {
 public:
  /// `rows`: of the table; those before `settled` are settled. `from(n)`: the table from row n on.
  hdf5::TableUpdate changes(const std::string& name, std::size_t rows, std::size_t settled,
                            const std::function<store::Table(std::size_t)>& from);
  void published() { published_ = offered_; }

 private:
  struct State {
    std::uint64_t layout = 0;
    std::vector<hdf5::Column> columns;
    std::uint64_t chunk_rows = 1;
    std::size_t settled = 0;
  };
  State published_, offered_;
  std::uint64_t layouts_ = 0;
};

/// The columns of a table as a file describes them, as many as it can.
std::vector<hdf5::Column> file_columns(const store::Table& table);
/// One chunk of a table: so many rows from `first` on, as far as there are any.
std::shared_ptr<Bytes> pack_chunk(const store::Table& table, const std::vector<hdf5::Column>& columns,
                                  std::size_t first, std::uint64_t chunk_rows);

}  // namespace sibyl
