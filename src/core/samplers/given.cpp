#include "core/samplers/given.hpp"

#include <map>

#include "sibyl/error.hpp"

namespace sibyl {

std::string given_text(const Assignments& assignments) {
  std::string text;
  const auto add = [&](const std::string& plain) {
    for (const char c : plain) {
      if (c == ',' || c == '\\') text += '\\';
      text += c;
    }
  };
  for (const auto& [name, value] : assignments) {
    if (!text.empty()) text += ',';
    add(name);
    text += '=';
    add(value);
  }
  return text.empty() ? "defaults" : text;
}

Assignments read_assignments(const std::string& text, const std::string& where) {
  Assignments all;
  if (text == "defaults") return all;
  std::string each;
  const auto end_one = [&] {
    const std::size_t equals = each.find('=');
    if (equals == 0 || equals == std::string::npos)
      throw UsageError(
          where + ": '" + each +
          "' is no NAME=VALUE; give NAME=VALUE,NAME=VALUE,..., the word defaults, or a file that "
          "ends in .json or .csv");
    all.emplace_back(each.substr(0, equals), each.substr(equals + 1));
    for (std::size_t i = 0; i + 1 < all.size(); ++i)
      if (all[i].first == all.back().first)
        throw UsageError(where + ": '" + all[i].first + "' stands there twice");
    each.clear();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escapes =
        text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == ',' || text[i + 1] == '\\');
    if (text[i] == ',')
      end_one();
    else
      each += text[escapes ? ++i : i];
  }
  end_one();
  return all;
}

Values given_configuration(const SearchSpace& space, const std::string& text, const std::string& where) {
  const Assignments assignments = read_assignments(text, where);
  for (const auto& [name, value] : assignments) space.check_name(where, name);
  const std::map<std::string, std::string> texts(assignments.begin(), assignments.end());
  Values values;
  for (const Hyperparameter& each : space.hyperparameters()) {
    if (values.contains(each.name) || !holds(each.conditions, values)) continue;
    const auto given = texts.find(each.name);
    Value& value = values[each.name] = each.default_value;
    if (given == texts.end()) continue;
    value = parse(where == "--try " + text ? "--try" : where + ":", each.name, each.domain, given->second);
    if (!contains(each.domain, value))
      throw UsageError(where + ": " + each.name + " is fixed at " + to_string(each.default_value) +
                       ", for all trials; leave it out, or give --set " + each.name + "=" + given->second);
  }
  for (const auto& [name, value] : texts)
    if (!values.contains(name))
      throw UsageError(where + ": there is no '" + name +
                       "' with these values of the others (see `space` for what it depends on)");
  return values;
}

Sample GivenFirst::sample(TrialId trial) const {
  if (!is_given(trial)) return others_->sample(trial);
  const Values& given = given_[static_cast<std::size_t>(trial)];
  return {random_.if_untried(given, trial).value_or(given), {"given"}};
}

}  // namespace sibyl
