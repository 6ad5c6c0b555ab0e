#pragma once

#include <string>
#include <vector>

#include "core/events.hpp"
#include "store/table.hpp"

namespace sibyl {

/// The rows of /epochs, kept by column: a sweep has millions of them. A metric that comes up gets a column
/// then, NaN in the rows before.
class EpochRows {
 public:
  void tell(const EpochReported& report, int bracket, int rung);
  /// Refers to these rows: to be used while they stand still.
  Table table() const;

 private:
  struct MetricColumn {
    std::string metric;
    std::vector<double> values;
  };
  std::vector<double>& metric(const std::string& name, std::size_t expected_place);

  std::vector<std::int64_t> trial_;
  std::vector<std::int32_t> execution_, epoch_, attempt_, worker_, bracket_, rung_;
  std::vector<double> started_, seconds_;
  std::vector<MetricColumn> metrics_;
};

}  // namespace sibyl
