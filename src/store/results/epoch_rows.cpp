#include "store/results/epoch_rows.hpp"

#include <limits>

#include "store/results/text.hpp"

namespace sibyl {

using hdf5::CellType;

namespace {

enum Column : std::size_t {
  trial,
  execution,
  number,
  attempt,
  worker,
  place,
  rung_,
  started,
  seconds,
  validation,
  waiting,
  samples,
  rate
};
constexpr std::size_t no_column = std::numeric_limits<std::size_t>::max();

}  // namespace

EpochRows::EpochRows()
    : rows_({{"trial", CellType::int64, 8},
             {"execution", CellType::int32, 4},
             {"epoch", CellType::int32, 4},
             {"attempt", CellType::int32, 4},
             {"worker", CellType::int32, 4},
             {"bracket", CellType::int32, 4},
             {"rung", CellType::int32, 4},
             {"started", CellType::float64, 8},
             {"seconds", CellType::float64, 8},
             {"validation_seconds", CellType::float64, 8},
             {"waiting_seconds", CellType::float64, 8},
             {"samples", CellType::int64, 8},
             {"samples_per_second", CellType::float64, 8}}) {}

void EpochRows::tell(const EpochReported& report, int bracket, int rung) {
  for (std::size_t i = 0; i < report.metrics.size(); ++i) column_of(report.metrics[i].name, i);
  rows_.add();
  rows_.set(Column::trial, std::int64_t{report.trial});
  rows_.set(Column::execution, std::int32_t{report.execution});
  rows_.set(Column::number, std::int32_t{report.epoch});
  rows_.set(Column::attempt, std::int32_t{report.attempt});
  rows_.set(Column::worker, std::int32_t{report.worker});
  rows_.set(Column::place, std::int32_t{bracket});
  rows_.set(Column::rung_, std::int32_t{rung});
  rows_.set(Column::started, report.started);
  rows_.set(Column::seconds, report.seconds);
  rows_.set(Column::validation, report.validation_seconds);
  rows_.set(Column::waiting, report.waiting_seconds);
  rows_.set(Column::samples, std::int64_t{report.samples});
  const double training = report.seconds - report.validation_seconds;
  const bool is_known = report.samples > 0 && training > 0;
  rows_.set(Column::rate, is_known ? static_cast<double>(report.samples) / training
                                   : std::numeric_limits<double>::quiet_NaN());
  for (std::size_t i = 0; i < report.metrics.size(); ++i) {
    const std::size_t column = column_of(report.metrics[i].name, i);
    if (column != no_column) rows_.set(column, report.metrics[i].value);
  }
}

// Every report of a job names its metrics in the same order, so the first place looked at is nearly always
// right.
std::size_t EpochRows::column_of(const std::string& metric, std::size_t expected_place) {
  if (expected_place < metrics_.size() && metrics_[expected_place].name == metric)
    return metrics_[expected_place].column;
  for (const Metric& each : metrics_)
    if (each.name == metric) return each.column;
  // A metric may have the name of a column, or none, or one that differs from another's in what is no UTF-8.
  std::string name = clean_utf8(metric);
  if (name.empty() || rows_.has(metric)) name = "metric:" + name;
  while (rows_.has(name)) name += '_';
  const std::size_t column = rows_.columns();
  metrics_.push_back({metric, rows_.add_column(name) ? column : no_column});
  return metrics_.back().column;
}

}  // namespace sibyl
