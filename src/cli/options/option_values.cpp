#include "cli/options/option_values.hpp"

#include <map>

#include "base/nearest.hpp"

namespace sibyl {

namespace {

std::vector<std::string> names_of(const cxxopts::Options& options) {
  std::vector<std::string> names;
  for (const std::string& group : options.groups())
    for (const auto& each : options.group_help(group).options)
      names.insert(names.end(), each.l.begin(), each.l.end());
  std::erase(names, "words");  // what stands without an option, which is no option
  return names;
}

// " (did you mean '--max-epochs'?)" for the first word that is no option; also for -max-epochs and
// --max_epochs.
std::string guess(const cxxopts::Options& options, int argc, const char* const* argv) {
  const auto names = names_of(options);
  for (int i = 1; i < argc; ++i) {
    std::string word = argv[i];
    if (word == "--") break;
    if (word.size() < 3 || word[0] != '-') continue;
    word = word.substr(word.find_first_not_of('-') == std::string::npos ? 0 : word.find_first_not_of('-'));
    word = word.substr(0, word.find('='));
    const bool is_known = std::find(names.begin(), names.end(), word) != names.end();
    if (is_known && std::string(argv[i]).starts_with("--")) continue;
    const std::string meant = is_known ? word : nearest(word, names);
    if (!meant.empty()) return " (did you mean '--" + meant + "'?)";
  }
  return "";
}

}  // namespace

cxxopts::ParseResult parse(cxxopts::Options options, int argc, const char* const* argv,
                           const std::string& hint) {
  try {
    return options.parse(argc, argv);
  } catch (const cxxopts::exceptions::no_such_option& wrong) {
    throw UsageError(wrong.what() + guess(options, argc, argv) + hint);
  } catch (const cxxopts::exceptions::exception& wrong) {
    throw UsageError(wrong.what() + hint);
  }
}

void read(const cxxopts::ParseResult& given, const std::string& name, std::string& value) {
  if (given.count(name) == 0) return;
  if (given.count(name) > 1) throw UsageError("--" + name + " is given twice");
  value = given[name].as<std::string>();
  if (value.empty()) throw UsageError("--" + name + " is empty");
}

double parse_duration(const std::string& name, const std::string& text) {
  const std::map<char, double> units{{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}};
  double seconds = 0, last_unit = 1e9;
  const char* at = text.data();
  const char* const end = at + text.size();
  bool good = true;
  while (good && at < end) {
    double count = 0;
    const auto [next, error] = std::from_chars(at, end, count);
    good = error == std::errc() && std::isfinite(count) && count >= 0;
    if (!good) break;
    const auto unit = next < end ? units.find(*next) : units.find('s');
    good = unit != units.end() && unit->second < last_unit;
    if (!good) break;
    last_unit = unit->second;
    seconds += count * unit->second;
    at = next < end ? next + 1 : end;
  }
  constexpr double hundred_years = 100 * 366 * 86400.0;
  if (!good || !(seconds > 0 && seconds <= hundred_years))
    throw UsageError("--" + name + " takes a time such as 3h55m, 90m or 45s, at most 100 years, not '" +
                     text + "'");
  return seconds;
}

std::int64_t parse_size(const std::string& name, const std::string& text) {
  double count = 0;
  const auto [next, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  const std::map<std::string, int> shifts{{"", 0}, {"K", 10}, {"M", 20}, {"G", 30}, {"T", 40}};
  const auto shift = shifts.find(std::string(next, text.data() + text.size()));
  const double bytes = shift == shifts.end() ? -1 : std::ldexp(count, shift->second);
  if (error != std::errc() || !(bytes >= 0 && bytes < 1e18))
    throw UsageError("--" + name + " takes a size such as 500M or 2G, not '" + text + "'");
  return static_cast<std::int64_t>(bytes);
}

void check_word(const std::string& name, const std::string& word, const std::vector<std::string>& known) {
  std::string list;
  for (const auto& each : known) {
    if (each == word) return;
    list += (list.empty() ? "" : ", ") + each;
  }
  throw UsageError("--" + name + " " + word + did_you_mean(word, known) + ": there is " + list);
}

}  // namespace sibyl
