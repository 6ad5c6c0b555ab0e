#include "core/samplers/given.hpp"

#include <map>

#include "sibyl/error.hpp"

namespace sibyl {

namespace {

std::map<std::string, std::string> assignments(const std::string& text) {
  std::map<std::string, std::string> texts;
  if (text == "defaults") return texts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string each = text.substr(begin, end - begin);
    const std::size_t equals = each.find('=');
    if (equals == 0 || equals == std::string::npos)
      throw UsageError("--try " + text + ": '" + each +
                       "' is no NAME=VALUE; give NAME=VALUE,NAME=VALUE,... or the word defaults");
    if (!texts.emplace(each.substr(0, equals), each.substr(equals + 1)).second)
      throw UsageError("--try " + text + ": '" + each.substr(0, equals) + "' stands there twice");
    begin = end + 1;
  }
  return texts;
}

}  // namespace

Values given_configuration(const SearchSpace& space, const std::string& text) {
  auto texts = assignments(text);
  for (const auto& [name, value] : texts) space.check_name("--try " + text, name);
  Values values;
  for (const Hyperparameter& each : space.hyperparameters()) {
    if (values.contains(each.name) || !holds(each.conditions, values)) continue;
    const auto given = texts.find(each.name);
    values[each.name] =
        given == texts.end() ? each.default_value : parse("--try", each.name, each.domain, given->second);
  }
  for (const auto& [name, value] : texts)
    if (!values.contains(name))
      throw UsageError("--try " + text + ": there is no '" + name +
                       "' with these values of the others (see `space` for what it depends on)");
  return values;
}

Sample GivenFirst::sample(TrialId trial) const {
  if (!is_given(trial)) return others_->sample(trial);
  const Values& given = given_[static_cast<std::size_t>(trial)];
  return {random_.if_untried(given, trial).value_or(given), {"given"}};
}

}  // namespace sibyl
