#include "cli/options/command_line.hpp"

#include <algorithm>
#include <cctype>
#include <cxxopts.hpp>
#include <set>

#include "base/nearest.hpp"
#include "cli/options/command_table.hpp"
#include "cli/options/option_table.hpp"
#include "sibyl/error.hpp"

namespace sibyl {

namespace {

constexpr const char* other_words = "words";  // cxxopts wants a name for what stands between the options

std::vector<std::string> all_names() {
  std::vector<std::string> names{"help", "version"};
  for (const Option<Options>& row : option_table()) names.push_back(row.name);
  return names;
}

// " (did you mean '--max-epochs'?)" for the first word that is no option; also for -max-epochs and
// --max_epochs.
std::string guess(const std::vector<std::string>& words) {
  const auto names = all_names();
  for (const std::string& whole : words) {
    if (whole.size() < 3 || whole[0] != '-') continue;
    const auto begin = whole.find_first_not_of('-');
    std::string word = begin == std::string::npos ? whole : whole.substr(begin);
    word = word.substr(0, word.find('='));
    const bool is_known = std::find(names.begin(), names.end(), word) != names.end();
    if (is_known && whole.starts_with("--")) continue;
    const std::string meant = is_known ? word : nearest(word, names);
    if (!meant.empty()) return " (did you mean '--" + meant + "'?)";
  }
  return "";
}

// Every option of every command: which of them a command has is for the table to say.
cxxopts::Options every_name() {
  cxxopts::Options parser("");
  std::set<std::string> names;
  parser.add_options()("h,help", "")("version", "");
  for (const Option<Options>& row : option_table()) {
    if (!names.insert(row.name).second) continue;
    if (row.type.is_flag)
      parser.add_options()(row.name, "");
    else
      parser.add_options()(row.name, "", cxxopts::value<std::string>());
  }
  parser.add_options()(other_words, "", cxxopts::value<std::vector<std::string>>());
  parser.parse_positional({other_words});
  return parser;
}

std::string title(OptionGroup group) {
  switch (group) {
    case OptionGroup::sweep:
      return "Sweep";
    case OptionGroup::program:
      return "Program";
    case OptionGroup::search:
      return "Search";
    case OptionGroup::training:
      return "Training";
    case OptionGroup::own:
      return "Commands' own";
    case OptionGroup::general:
      return "General";
    case OptionGroup::batch:
      break;
  }
  return "";
}

// `of_all`: in a list of all commands' options, so that it says whose it is.
std::string description(const Option<Options>& row, const std::string& job, bool of_all) {
  std::string text = row.help;
  if (of_all && row.group == OptionGroup::own) {
    text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
    text = names_of(row.commands) + ": " + text;
  }
  const std::string by_default = row.default_help != nullptr ? row.default_help : row.type.shown(Options{});
  if (!by_default.empty()) text += " (default: " + by_default + ")";
  return with_job(text, job);
}

}  // namespace

CommandLine split_options(const std::vector<std::string>& words) {
  std::vector<const char*> argv{""};
  for (const std::string& word : words) argv.push_back(word.c_str());
  CommandLine line;
  try {
    const auto given = every_name().parse(static_cast<int>(argv.size()), argv.data());
    for (const auto& each : given.arguments()) {
      if (each.key() == other_words)
        line.words.push_back(each.value());
      else
        line.options.push_back({each.key(), each.value(), ""});
    }
  } catch (const cxxopts::exceptions::no_such_option& wrong) {
    throw UsageError(wrong.what() + guess(words));
  } catch (const cxxopts::exceptions::exception& wrong) {
    throw UsageError(wrong.what());
  }
  return line;
}

std::string options_help(const std::string& job, std::optional<Command> command) {
  std::string about = "Tunes the model in " + job + " on this machine or a cluster.";
  std::string usage = "[COMMAND] [OPTION...]", program = job;
  for (const CommandRow& row : command_table()) {
    if (!command || row.command != *command) continue;
    about = with_job(row.help, job);
    about[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(about[0])));
    program = job + " " + row.name;
    usage = row.words + (row.words.empty() ? "" : " ") + "[OPTION...]";
    if (row.command == Command::submit) usage += " -- [OPTION OF search...]";
    if (runs_programs() && row.command == Command::search) usage += " -- PROGRAM [WORD...]";
  }
  cxxopts::Options printer(program, wrapped(about, 0, 0));
  printer.custom_help(usage);
  printer.positional_help("");
  const auto add = [&](OptionGroup group, const std::string& name, const std::string& value,
                       const std::string& text) {
    if (value.empty())
      printer.add_options(title(group))(name, text);
    else
      printer.add_options(title(group))(name, text, cxxopts::value<std::string>(), value);
  };
  std::set<OptionGroup> groups{OptionGroup::general};
  std::set<std::string> names;  // another command may mean something else by one; its own help says what
  for (const Option<Options>& row : option_table()) {
    const bool is_shown = command ? row.commands.contains(*command) : row.group != OptionGroup::batch;
    if (!is_shown || !names.insert(row.name).second) continue;
    add(row.group, row.name, row.value, description(row, job, !command));
    groups.insert(row.group);
  }
  add(OptionGroup::general, "h,help", "", "This text");
  add(OptionGroup::general, "version", "", "The version");
  std::vector<std::string> titles;
  for (const OptionGroup each : groups) titles.push_back(title(each));
  return printer.help(titles);
}

}  // namespace sibyl
