#include "store/epoch_rows.hpp"

#include <limits>

namespace sibyl {

void EpochRows::tell(const EpochReported& report, int bracket, int rung) {
  const std::size_t row = trial_.size();
  trial_.push_back(report.trial);
  execution_.push_back(report.execution);
  epoch_.push_back(report.epoch);
  attempt_.push_back(report.attempt);
  worker_.push_back(report.worker);
  bracket_.push_back(bracket);
  rung_.push_back(rung);
  started_.push_back(report.started);
  seconds_.push_back(report.seconds);

  constexpr double missing = std::numeric_limits<double>::quiet_NaN();
  for (std::size_t i = 0; i < report.metrics.size(); ++i) {
    auto& values = metric(report.metrics[i].name, i);
    values.resize(row + 1, missing);
    values[row] = report.metrics[i].value;
  }
  for (MetricColumn& column : metrics_) column.values.resize(row + 1, missing);
}

// Every report of a job names its metrics in the same order, so the first place looked at is nearly always
// right.
std::vector<double>& EpochRows::metric(const std::string& name, std::size_t expected_place) {
  if (expected_place < metrics_.size() && metrics_[expected_place].metric == name)
    return metrics_[expected_place].values;
  for (MetricColumn& column : metrics_)
    if (column.metric == name) return column.values;
  return metrics_.emplace_back(MetricColumn{name, {}}).values;
}

Table EpochRows::table() const {
  Table table;
  table.refer("trial", trial_);
  table.refer("execution", execution_);
  table.refer("epoch", epoch_);
  table.refer("attempt", attempt_);
  table.refer("worker", worker_);
  table.refer("bracket", bracket_);
  table.refer("rung", rung_);
  table.refer("started", started_);
  table.refer("seconds", seconds_);
  // A metric may have the name of a column above, or none.
  for (const MetricColumn& column : metrics_) {
    const bool unusable = column.metric.empty() || table.has(column.metric);
    table.refer(unusable ? "metric:" + column.metric : column.metric, column.values);
  }
  return table;
}

}  // namespace sibyl
