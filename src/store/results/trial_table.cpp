#include "store/results/trial_table.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <unordered_map>
#include <utility>

#include "store/results/text.hpp"
#include "store/results/value_column.hpp"

namespace sibyl {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// The trials of one part of the table.
using Part = std::vector<std::reference_wrapper<const Trial>>;

store::Table without_values(const Part& trials, const Objective& objective) {
  // A column of text is as wide as its longest cell in every row, so one endless message must not set the
  // width.
  constexpr std::size_t max_message = 500;
  const auto time = [](double seconds) { return seconds > 0 ? seconds : none; };
  store::Table table;
  table.add("trial", trials, [](const Trial& trial) { return trial.slot.trial; });
  table.add("status", trials, [](const Trial& trial) { return std::string(to_string(trial.status)); });
  table.add("iteration", trials, [](const Trial& trial) { return std::int32_t{trial.slot.iteration}; });
  table.add("bracket", trials, [](const Trial& trial) { return std::int32_t{trial.slot.bracket}; });
  table.add("rung", trials, [](const Trial& trial) { return std::int32_t{trial.slot.rung}; });
  table.add("epochs", trials, [](const Trial& trial) { return std::int32_t{trial.epochs()}; });
  table.add("score", trials, [](const Trial& trial) { return trial.score; });
  table.add("best_epoch", trials,
            [&](const Trial& trial) { return std::int32_t{best_epoch(trial, objective)}; });
  table.add("executions", trials,
            [](const Trial& trial) { return static_cast<std::int32_t>(trial.executions.size()); });
  table.add("parent", trials, [](const Trial& trial) { return trial.parent; });
  table.add("sampler", trials, [](const Trial& trial) { return clean_utf8(trial.origin.sampler); });
  table.add("expected_score", trials, [](const Trial& trial) { return trial.origin.expected_mean; });
  table.add("expected_deviation", trials, [](const Trial& trial) { return trial.origin.expected_deviation; });
  table.add("expected_epoch", trials,
            [](const Trial& trial) { return std::int32_t{trial.origin.expected_epoch}; });
  table.add("retries", trials, [](const Trial& trial) { return std::int32_t{trial.retries}; });
  table.add("worker", trials, [](const Trial& trial) { return std::int32_t{trial.worker}; });
  table.add("seconds", trials, [](const Trial& trial) { return trial.seconds; });
  table.add("started", trials, [&](const Trial& trial) { return time(trial.started); });
  table.add("ended", trials, [&](const Trial& trial) { return time(trial.ended); });
  table.add("early_stopped", trials, [](const Trial& trial) { return std::int8_t{trial.early_stopped}; });
  table.add("cause", trials, [](const Trial& trial) { return trial.cause_text(); });
  table.add("message", trials,
            [](const Trial& trial) { return shorten(clean_utf8(trial.said().message), max_message); });
  table.add("output", trials,
            [](const Trial& trial) { return shorten(clean_utf8(trial.said().output), max_message); });
  table.add("parameters", trials, [](const Trial& trial) { return trial.facts.parameters; });
  table.add("host_memory", trials, [](const Trial& trial) { return trial.facts.host_memory; });
  table.add("device_memory", trials, [](const Trial& trial) { return trial.facts.device_memory; });
  table.add("checkpoint_bytes", trials, [](const Trial& trial) { return trial.facts.checkpoint_bytes; });
  return table;
}

constexpr std::size_t trials_at_once = 256;

Part part_of(const std::vector<Trial>& trials, std::size_t first, std::size_t count) {
  return {trials.begin() + static_cast<std::ptrdiff_t>(first),
          trials.begin() + static_cast<std::ptrdiff_t>(std::min(first + count, trials.size()))};
}

/// The columns of what a member of the trials has, a column a name.
class ValueColumns {
 public:
  /// `any`: see ValueColumn.
  ValueColumns(std::string prefix, Values Trial::*member, bool any)
      : prefix_(std::move(prefix)), member_(member), any_(any) {}

  ValueColumn& of(const std::string& name) {
    const auto [place, is_new] = places_.try_emplace(name, columns_.size());
    if (is_new) columns_.emplace_back(prefix_ + name, any_);
    return columns_[place->second];
  }
  void learn(const Values& values) {
    for (const auto& [name, value] : values) of(name).expect(value);
  }
  /// See TrialColumns.
  bool changed() {
    std::vector<int> kinds;
    for (const ValueColumn& each : columns_) kinds.push_back(each.kind());
    return std::exchange(kinds_, kinds) != kinds;
  }
  void add_to(store::Table& table, const Part& trials) {
    for (ValueColumn& each : columns_) each.clear();
    for (std::size_t row = 0; row < trials.size(); ++row)
      for (const auto& [name, value] : trials[row].get().*member_) of(name).set(row, value);
    for (const ValueColumn& each : columns_) each.add_to(table, trials.size());
  }

 private:
  std::string prefix_;
  Values Trial::*member_;
  bool any_;
  std::vector<ValueColumn> columns_;
  std::unordered_map<std::string, std::size_t> places_;
  std::vector<int> kinds_;
};

/// The columns as they must be for all that was learned.
class TrialColumns {
 public:
  void learn(const Hyperparameter& hyperparameter) {
    hyperparameters_.of(hyperparameter.name).expect(hyperparameter.domain);
  }
  void learn(const Trial& trial) {
    hyperparameters_.learn(trial.hyperparameters);
    notes_.learn(trial.notes);
  }
  /// Are they others, or of another kind, than when this was asked the last time?
  bool changed() {
    const bool any = hyperparameters_.changed();
    return notes_.changed() || any;
  }
  /// As they stand in the file. A text that grows twice gets room to grow: else each longer message would be
  /// another layout.
  void learn_sizes(const store::Table& table) {
    auto columns = file_columns(table);
    for (std::size_t i = 0; i < std::min(columns.size(), columns_.size()); ++i) {
      const hdf5::Column& before = columns_[i];
      hdf5::Column& now = columns[i];
      if (now.type != hdf5::CellType::text || before.type != now.type || before.name != now.name) continue;
      now.size = now.size > before.size ? std::bit_ceil(now.size) : before.size;
    }
    left_out_ = table.columns().size() - columns.size();
    columns_ = std::move(columns);
  }
  const std::vector<hdf5::Column>& columns() const { return columns_; }
  std::size_t left_out() const { return left_out_; }

  store::Table table(const Part& trials, const Objective& objective) {
    store::Table table = without_values(trials, objective);
    hyperparameters_.add_to(table, trials);
    notes_.add_to(table, trials);
    return table;
  }

 private:
  ValueColumns hyperparameters_{"hp:", &Trial::hyperparameters, false};
  ValueColumns notes_{"note:", &Trial::notes, true};
  std::vector<hdf5::Column> columns_;
  std::size_t left_out_ = 0;
};

}  // namespace

store::Table trial_table(const std::vector<Trial>& trials, const Objective& objective,
                         const std::vector<KnownHyperparameter>& space) {
  TrialColumns columns;
  for (const KnownHyperparameter& each : space) columns.learn(each.hyperparameter);
  for (const Trial& trial : trials) columns.learn(trial);
  return columns.table(part_of(trials, 0, trials.size()), objective);
}

class TrialRows::Columns : public TrialColumns {};

TrialRows::TrialRows() : columns_(std::make_unique<Columns>()) {}
TrialRows::~TrialRows() = default;
TrialRows::TrialRows(TrialRows&&) noexcept = default;
TrialRows& TrialRows::operator=(TrialRows&&) noexcept = default;

void TrialRows::learn(const std::vector<Trial>& trials, const Objective& objective,
                      const std::vector<KnownHyperparameter>& space) {
  for (; rows_ < trials.size(); ++rows_) touched_.push_back(static_cast<TrialId>(rows_));
  std::ranges::sort(touched_);
  touched_.erase(std::ranges::unique(touched_).begin(), touched_.end());
  std::erase_if(touched_, [&](TrialId id) { return id < 0 || id >= static_cast<TrialId>(trials.size()); });
  for (const KnownHyperparameter& each : space) columns_->learn(each.hyperparameter);
  for (const TrialId id : touched_) columns_->learn(trials[id]);
  if (columns_->changed()) {
    ++layout_;
    touched_.resize(trials.size());
    std::iota(touched_.begin(), touched_.end(), TrialId{0});
  }
  for (std::size_t i = 0; i < touched_.size() || i == 0; i += trials_at_once) {
    Part part;
    for (std::size_t k = i; k < std::min(i + trials_at_once, touched_.size()); ++k)
      part.push_back(trials[touched_[k]]);
    columns_->learn_sizes(columns_->table(part, objective));
  }
}

hdf5::TableUpdate TrialRows::changes(const std::vector<Trial>& trials, const Objective& objective,
                                     const std::vector<KnownHyperparameter>& space) {
  const auto before = columns_->columns();
  learn(trials, objective, space);
  const auto chunk_rows = hdf5::rows_of_a_chunk(trials.size(), hdf5::row_size(columns_->columns()));
  if (layout_ == 0 || columns_->columns() != before || chunk_rows != chunk_rows_) ++layout_;
  chunk_rows_ = chunk_rows;

  hdf5::TableUpdate update;
  update.name = "trials";
  update.columns = columns_->columns();
  update.rows = trials.size();
  update.chunk_rows = chunk_rows;
  update.layout = layout_;
  if (columns_->left_out() > 0)
    update.attributes.push_back({"columns_left_out", static_cast<std::int64_t>(columns_->left_out())});
  const auto add = [&](std::size_t chunk) {
    const store::Table table = columns_->table(part_of(trials, chunk * chunk_rows, chunk_rows), objective);
    update.changed.emplace_back(chunk, pack_chunk(table, update.columns, 0, chunk_rows));
  };
  if (layout_ != published_layout_) {
    for (std::size_t chunk = 0; chunk < update.chunk_count(); ++chunk) add(chunk);
  } else {
    for (const TrialId id : touched_) {
      const std::size_t chunk = static_cast<std::size_t>(id) / chunk_rows;
      if (update.changed.empty() || update.changed.back().first != chunk) add(chunk);
    }
  }
  offered_ = std::exchange(touched_, {});
  return update;
}

void TrialRows::published(bool yes) {
  if (yes)
    published_layout_ = layout_;
  else
    touched_.insert(touched_.end(), offered_.begin(), offered_.end());
  offered_.clear();
}

}  // namespace sibyl
