#pragma once

#include <string>
#include <vector>

#include "core/events.hpp"
#include "store/results/packed_rows.hpp"

namespace sibyl {

/// The rows of /epochs. A metric that comes up gets a column then, NaN in the rows before.
class EpochRows {
 public:
  EpochRows();
  void tell(const EpochReported& report, int bracket, int rung);

  PackedRows& rows() { return rows_; }
  const PackedRows& rows() const { return rows_; }

 private:
  struct Metric {
    std::string name;
    std::size_t column;  ///< no_column: the file can't describe so many
  };
  std::size_t column_of(const std::string& metric, std::size_t expected_place);

  PackedRows rows_;
  std::vector<Metric> metrics_;
};

}  // namespace sibyl
