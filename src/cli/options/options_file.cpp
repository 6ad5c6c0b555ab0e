#include "cli/options/options_file.hpp"

#include <algorithm>
#include <cstring>
#include <set>
#include <sstream>

#include "base/nearest.hpp"
#include "cli/options/command_table.hpp"
#include "cli/options/option_table.hpp"
#include "sibyl/error.hpp"
#include "sweep/options/named_file.hpp"
#include "sweep/options/option_record.hpp"

namespace sibyl {

namespace {

constexpr std::size_t max_bytes = std::size_t{1} << 20;
constexpr const char* blanks = " \t\r\v\f";

std::string trimmed(const std::string& text) {
  const auto begin = text.find_first_not_of(blanks);
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

// What stands behind the =, without quotes around it, or a comment behind it.
std::string value_in(const std::string& text, const std::string& where) {
  const std::string value = trimmed(text);
  if (value.starts_with('"') || value.starts_with('\'')) {
    const auto end = value.find(value[0], 1);
    const std::string rest = end == std::string::npos ? "x" : trimmed(value.substr(end + 1));
    if (!rest.empty() && rest[0] != '#')
      throw UsageError(where + ": the quotes around the value have no end, or something stands behind them");
    return value.substr(1, end - 1);
  }
  for (auto at = value.find('#'); at != std::string::npos; at = value.find('#', at + 1))
    if (at == 0 || std::strchr(blanks, value[at - 1]) != nullptr) return trimmed(value.substr(0, at));
  return value;
}

std::vector<GivenOption> from_lines(const std::string& text, const std::string& file) {
  std::vector<GivenOption> options;
  std::istringstream lines(text);
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    const std::string where = file + ":" + std::to_string(++number);
    line = trimmed(line);
    if (line.empty() || line[0] == '#') continue;
    const auto equals = line.find('=');
    if (equals == std::string::npos)
      throw UsageError(where + ": '" + line + "' is no NAME = VALUE; of a flag it is NAME = true");
    options.push_back({trimmed(line.substr(0, equals)), value_in(line.substr(equals + 1), where), where});
  }
  return options;
}

std::vector<GivenOption> from_json(const std::string& text, const std::string& file) {
  std::vector<GivenOption> options;
  try {
    for (const TypedTexts& each : texts_from_json(text))
      for (const std::string& one : each.texts) options.push_back({each.name, one, file});
  } catch (const Error& problem) {
    throw UsageError(file + ": " + problem.what());
  }
  return options;
}

// What replaces what: of a NAME=VALUE each NAME is an option of its own.
std::string key_of(const GivenOption& option) {
  for (const Option<Options>& row : option_table())
    if (row.name == option.name && row.type.is_keyed)
      return option.name + "=" + option.text.substr(0, option.text.find('='));
  return option.name;
}

}  // namespace

void check_name(const GivenOption& option, Command command) {
  const std::string& name = option.name;
  if (name == "options") throw UsageError(option.where + ": a file of options can't name another one");
  if (find_option(command, name)) return;
  const auto is_it = [&](const Option<Options>& row) { return row.name == name; };
  const bool is_known = std::any_of(option_table().begin(), option_table().end(), is_it);
  const auto begin = name.find_first_not_of('-');
  auto names = option_names(command);
  std::erase_if(names,
                [](const auto& each) { return each == "help" || each == "version" || each == "options"; });
  const std::string guess = did_you_mean(begin == std::string::npos ? name : name.substr(begin), names);
  throw UsageError(
      option.where + ": " +
      (is_known ? "'" + name + "' is an option of " + names_of(owners(name)) + ", not of " + name_of(command)
                : "there is no option '" + name + "'") +
      guess);
}

std::vector<GivenOption> read_options_file(const std::filesystem::path& file, Command command) {
  const std::string text = read_named_file("options", file, max_bytes);
  const auto begin = text.find_first_not_of(std::string(blanks) + "\n");
  const bool is_json = begin != std::string::npos && text[begin] == '{';
  auto options = is_json ? from_json(text, file.string()) : from_lines(text, file.string());
  for (const GivenOption& each : options) check_name(each, command);
  return options;
}

std::vector<GivenOption> not_typed(const std::vector<GivenOption>& in_file,
                                   const std::vector<GivenOption>& typed) {
  std::set<std::string> keys;
  for (const GivenOption& each : typed) keys.insert(key_of(each));
  std::vector<GivenOption> others;
  std::copy_if(in_file.begin(), in_file.end(), std::back_inserter(others),
               [&](const GivenOption& each) { return !keys.contains(key_of(each)); });
  return others;
}

std::vector<std::string> with_file_written_out(const std::vector<std::string>& words, const std::string& file,
                                               const std::vector<std::string>& in_file) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool is_next = words[i] == "--options" && i + 1 < words.size() && words[i + 1] == file;
    if (is_next || words[i] == "--options=" + file)
      all.insert(all.end(), in_file.begin(), in_file.end());
    else
      all.push_back(words[i]);
    if (is_next) ++i;
  }
  return all;
}

}  // namespace sibyl
