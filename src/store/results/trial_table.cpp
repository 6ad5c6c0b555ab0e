#include "store/results/trial_table.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <set>
#include <unordered_map>
#include <utility>

#include "store/results/text.hpp"

namespace sibyl {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// One hyperparameter's column. It stands for one name, which may have several domains (under several
/// conditions): the type is the narrowest that holds all values that these and the trials have.
class HyperparameterColumn {
 public:
  explicit HyperparameterColumn(std::string name) : name_(std::move(name)) {}

  const std::string& name() const { return name_; }

  void expect(const Domain& domain) {
    if (const auto* range = std::get_if<IntRange>(&domain)) {
      integers_ = true;
      minus_one_ = minus_one_ || (range->min <= -1 && -1 <= range->max);
    } else if (const auto* choices = std::get_if<Choices>(&domain)) {
      for (const Value& value : choices->values) expect(value);
    } else {
      reals_ = true;
    }
  }
  void expect(const Value& value) {
    if (std::holds_alternative<bool>(value)) booleans_ = true;
    if (std::holds_alternative<double>(value)) reals_ = true;
    if (const auto* text = std::get_if<std::string>(&value)) {
      texts_ = true;
      if (text->empty() || text->front() == '<') like_marks_.insert(*text);
    }
    if (const auto* x = std::get_if<std::int64_t>(&value)) {
      integers_ = true;
      minus_one_ = minus_one_ || *x == -1;
    }
  }
  /// Another number: cells of another type, or another mark of what is inactive.
  int kind() const {
    const bool numbers = integers_ || reals_;
    if (texts_ || (booleans_ && numbers)) return 5 + static_cast<int>(like_marks_.size());
    if (reals_) return 1;
    return integers_ ? 2 + minus_one_ : 4;
  }
  void clear() { values_.clear(); }
  void set(std::size_t row, const Value& value) { values_.emplace_back(row, &value); }

  void add_to(store::Table& table, std::size_t rows) const {
    const bool numbers = integers_ || reals_;
    if (texts_ || (booleans_ && numbers)) {
      fill(table, std::vector<std::string>(rows, text_mark()),
           [](const Value& value) { return clean_utf8(to_string(value)); });
    } else if (reals_) {
      fill(table, std::vector<double>(rows, none), [](const Value& value) {
        const auto* integer = std::get_if<std::int64_t>(&value);
        return integer ? static_cast<double>(*integer) : std::get<double>(value);
      });
    } else if (integers_) {
      const auto inactive = minus_one_ ? std::numeric_limits<std::int64_t>::min() : std::int64_t{-1};
      fill(table, std::vector<std::int64_t>(rows, inactive),
           [](const Value& value) { return std::get<std::int64_t>(value); });
    } else {
      fill(table, std::vector<std::int8_t>(rows, -1),
           [](const Value& value) { return std::int8_t{std::get<bool>(value)}; });
    }
  }

 private:
  // Nothing; where that is itself a possible value, a word that is none (hyperparameters.py does the same).
  std::string text_mark() const {
    std::string mark;
    while (like_marks_.contains(mark)) mark = mark.empty() ? "<inactive>" : "<" + mark + ">";
    return mark;
  }

  template <class T, class Convert>
  void fill(store::Table& table, std::vector<T> cells, Convert convert) const {
    for (const auto& [row, value] : values_) cells[row] = convert(*value);
    table.add("hp:" + name_, std::move(cells));
  }

  std::string name_;
  bool booleans_ = false, integers_ = false, reals_ = false, texts_ = false, minus_one_ = false;
  std::set<std::string> like_marks_;  ///< possible values that look like a mark of the inactive
  std::vector<std::pair<std::size_t, const Value*>> values_;  ///< by row; the trials own them
};

/// The trials of one part of the table.
using Part = std::vector<std::reference_wrapper<const Trial>>;

store::Table without_hyperparameters(const Part& trials, const Objective& objective) {
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
  table.add("epochs", trials, [](const Trial& trial) {
    return trial.epochs.empty() ? std::int32_t{0}
                                : std::int32_t{*std::max_element(trial.epochs.begin(), trial.epochs.end())};
  });
  table.add("score", trials, [](const Trial& trial) { return trial.score; });
  table.add("best_epoch", trials,
            [&](const Trial& trial) { return std::int32_t{best_epoch(trial, objective)}; });
  table.add("executions", trials,
            [](const Trial& trial) { return static_cast<std::int32_t>(trial.best.size()); });
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
            [](const Trial& trial) { return shorten(clean_utf8(trial.message), max_message); });
  table.add("output", trials,
            [](const Trial& trial) { return shorten(clean_utf8(trial.output), max_message); });
  return table;
}

constexpr std::size_t trials_at_once = 256;

Part part_of(const std::vector<Trial>& trials, std::size_t first, std::size_t count) {
  return {trials.begin() + static_cast<std::ptrdiff_t>(first),
          trials.begin() + static_cast<std::ptrdiff_t>(std::min(first + count, trials.size()))};
}

/// The columns as they must be for all that was learned.
class TrialColumns {
 public:
  void learn(const Hyperparameter& hyperparameter) {
    column(hyperparameter.name).expect(hyperparameter.domain);
  }
  void learn(const Trial& trial) {
    for (const auto& [name, value] : trial.hyperparameters) column(name).expect(value);
  }
  /// Are they others, or of another kind, than when this was asked the last time?
  bool changed() {
    std::vector<int> kinds;
    for (const HyperparameterColumn& each : hyperparameters_) kinds.push_back(each.kind());
    return std::exchange(kinds_, kinds) != kinds;
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
    store::Table table = without_hyperparameters(trials, objective);
    for (HyperparameterColumn& each : hyperparameters_) each.clear();
    for (std::size_t row = 0; row < trials.size(); ++row)
      for (const auto& [name, value] : trials[row].get().hyperparameters) column(name).set(row, value);
    for (const HyperparameterColumn& each : hyperparameters_) each.add_to(table, trials.size());
    return table;
  }

 private:
  HyperparameterColumn& column(const std::string& name) {
    const auto [place, is_new] = places_.try_emplace(name, hyperparameters_.size());
    if (is_new) hyperparameters_.emplace_back(name);
    return hyperparameters_[place->second];
  }

  std::vector<HyperparameterColumn> hyperparameters_;
  std::unordered_map<std::string, std::size_t> places_;
  std::vector<int> kinds_;
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
