#include "sweep/options/earlier.hpp"

#include <cmath>

#include "base/numbers.hpp"
#include "core/samplers/given.hpp"
#include "sibyl/error.hpp"

namespace sibyl {

std::string to_text(const EarlierTrial& trial) {
  Assignments scores, values;
  for (const auto& [epoch, score] : trial.scores)
    scores.emplace_back(std::to_string(epoch), to_string(Value(score)));
  for (const auto& [name, value] : trial.values) values.emplace_back(name, to_string(value));
  return given_text(scores) + ";" + given_text(values);
}

EarlierTrial earlier_trial(const SearchSpace& space, const std::string& text) {
  const std::string where = "the record of a warm start, " + text;
  const std::size_t middle = text.find(';');
  if (middle == std::string::npos) throw UsageError(where + ", is none");
  EarlierTrial trial;
  for (const auto& [epoch, score] : read_assignments(text.substr(0, middle), where)) {
    const auto at = read_number<int>(epoch);
    const auto value = read_number<double>(score);
    if (!at || !value || !std::isfinite(*value))
      throw UsageError(where + ": " + epoch + "=" + score + " is no score");
    trial.scores[*at] = *value;
  }
  const Assignments values = read_assignments(text.substr(middle + 1), where);
  const std::map<std::string, std::string> texts(values.begin(), values.end());
  for (const Hyperparameter& each : space.hyperparameters()) {
    const auto there = texts.find(each.name);
    if (trial.values.contains(each.name) || there == texts.end() || !holds(each.conditions, trial.values))
      continue;
    trial.values[each.name] = parse(where + ":", each.name, each.domain, there->second);
  }
  return trial;
}

}  // namespace sibyl
