#include "store/trial_table.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

#include "store/text.hpp"

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
    if (std::holds_alternative<std::string>(value)) texts_ = true;
    if (const auto* x = std::get_if<std::int64_t>(&value)) {
      integers_ = true;
      minus_one_ = minus_one_ || *x == -1;
    }
  }
  void set(std::size_t row, const Value& value) { values_.emplace_back(row, &value); }

  void add_to(Table& table, std::size_t rows) const {
    const bool numbers = integers_ || reals_;
    if (texts_ || (booleans_ && numbers)) {
      fill(table, std::vector<std::string>(rows),
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
  template <class T, class Convert>
  void fill(Table& table, std::vector<T> cells, Convert convert) const {
    for (const auto& [row, value] : values_) cells[row] = convert(*value);
    table.add("hp:" + name_, std::move(cells));
  }

  std::string name_;
  bool booleans_ = false, integers_ = false, reals_ = false, texts_ = false, minus_one_ = false;
  std::vector<std::pair<std::size_t, const Value*>> values_;  ///< by row; the trials own them
};

void add_hyperparameters(Table& table, const std::vector<Trial>& trials,
                         const std::vector<KnownHyperparameter>& space) {
  std::vector<HyperparameterColumn> columns;
  std::unordered_map<std::string, std::size_t> places;
  const auto column = [&](const std::string& name) -> HyperparameterColumn& {
    const auto [place, is_new] = places.try_emplace(name, columns.size());
    if (is_new) columns.emplace_back(name);
    return columns[place->second];
  };
  for (const KnownHyperparameter& each : space)
    column(each.hyperparameter.name).expect(each.hyperparameter.domain);
  for (std::size_t row = 0; row < trials.size(); ++row) {
    for (const auto& [name, value] : trials[row].hyperparameters) {
      column(name).expect(value);
      column(name).set(row, value);
    }
  }
  for (const HyperparameterColumn& each : columns) each.add_to(table, trials.size());
}

}  // namespace

Table trial_table(const std::vector<Trial>& trials, const Objective& objective,
                  const std::vector<KnownHyperparameter>& space) {
  // A column of text is as wide as its longest cell in every row, so one endless message must not set the
  // width.
  constexpr std::size_t longest_message = 500;
  const auto time = [](double seconds) { return seconds > 0 ? seconds : none; };
  Table table;
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
  table.add("retries", trials, [](const Trial& trial) { return std::int32_t{trial.retries}; });
  table.add("worker", trials, [](const Trial& trial) { return std::int32_t{trial.worker}; });
  table.add("seconds", trials, [](const Trial& trial) { return trial.seconds; });
  table.add("started", trials, [&](const Trial& trial) { return time(trial.started); });
  table.add("ended", trials, [&](const Trial& trial) { return time(trial.ended); });
  table.add("early_stopped", trials, [](const Trial& trial) { return std::int8_t{trial.early_stopped}; });
  table.add("cause", trials, [](const Trial& trial) { return trial.cause_text(); });
  table.add("message", trials,
            [](const Trial& trial) { return shorten(clean_utf8(trial.message), longest_message); });
  table.add("output", trials,
            [](const Trial& trial) { return shorten(clean_utf8(trial.output), longest_message); });
  add_hyperparameters(table, trials, space);
  return table;
}

}  // namespace sibyl
