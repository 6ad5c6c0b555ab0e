#include "cli/options/options.hpp"

#include <algorithm>

#include "base/nearest.hpp"
#include "cli/options/command_line.hpp"
#include "cli/options/command_table.hpp"
#include "cli/options/option_table.hpp"
#include "cli/options/options_file.hpp"
#include "external/space/space_file.hpp"
#include "sibyl/error.hpp"
#include "sweep/options/auto_sampler.hpp"
#include "sweep/options/option_record.hpp"
#include "sweep/options/option_types.hpp"

namespace sibyl {

namespace {

using Words = std::vector<std::string>;

bool is_given(const CommandLine& line, const std::string& name) {
  return std::any_of(line.options.begin(), line.options.end(),
                     [&](const GivenOption& each) { return each.name == name; });
}

// Takes the command, and what it is of, from the words.
void take_command(Options& options, CommandLine& line) {
  Words& words = line.words;
  if (!words.empty()) {
    options.command = find_command(words[0]);
    words.erase(words.begin());
  }
  if (options.command == Command::help && !words.empty()) {
    options.helped = find_command(words[0]);
    words.erase(words.begin());
  } else if (is_given(line, "help")) {
    if (options.command != Command::search) options.helped = options.command;
    options.command = Command::help;
  } else if (is_given(line, "version")) {
    options.command = Command::version;
  }
}

void take_directories(Options& options, Words& words) {
  const bool takes_one = options.command == Command::summary || options.command == Command::status ||
                         options.command == Command::rebuild || options.command == Command::retrain ||
                         options.command == Command::export_model || options.command == Command::predict;
  if (!takes_one || words.empty()) return;
  const auto end = options.command == Command::status ? words.end() : words.begin() + 1;
  options.directories.assign(words.begin(), end);
  words.erase(words.begin(), end);
}

// One that only other commands have is refused, with whose it is.
void check_owners(Command command, const std::vector<GivenOption>& given) {
  for (const GivenOption& each : given) {
    if (find_option(command, each.name)) continue;
    const std::string meant = nearest(each.name, option_names(command));
    throw UsageError("--" + each.name + " is an option of " + names_of(owners(each.name)) + ", not of " +
                     name_of(command) + (meant.empty() ? "" : " (did you mean '--" + meant + "'?)"));
  }
}

std::string place(const GivenOption& option) {
  return option.where.empty() ? "" : option.where + ": ";
}

void read_options(Options& options, const std::vector<GivenOption>& given) {
  for (const GivenOption& each : given) {
    const Option<Options>& row = *find_option(options.command, each.name);
    const bool is_first = options.typed.insert(each.name).second;
    if (!is_first && !row.type.repeats && !row.type.is_flag)
      throw UsageError(place(each) + "--" + each.name + " is given twice");
    try {
      row.type.read(options, each.name, each.text);
    } catch (const UsageError& problem) {
      throw UsageError(place(each) + problem.what());
    }
  }
}

// Those of the file that `--options` names, where the command line does not say otherwise, and the typed
// ones.
std::vector<GivenOption> with_file(Options& options, std::vector<GivenOption> typed) {
  const auto names_file = [](const GivenOption& each) { return each.name == "options"; };
  const auto named = std::find_if(typed.begin(), typed.end(), names_file);
  if (named == typed.end()) return typed;
  if (std::any_of(named + 1, typed.end(), names_file)) throw UsageError("--options is given twice");
  require_text(named->name, named->text);
  auto given = not_typed(read_options_file(named->text, options.command), typed);
  for (const GivenOption& each : given) {
    const bool is_bare = find_option(options.command, each.name)->type.is_flag && each.text == "true";
    options.in_file.push_back("--" + each.name + (is_bare ? "" : "=" + each.text));
  }
  given.insert(given.end(), typed.begin(), typed.end());
  return given;
}

// `--space` becomes what is in the file; its options count less than others.
std::vector<GivenOption> with_space(const Options& options, std::vector<GivenOption> given) {
  const auto named =
      std::find_if(given.begin(), given.end(), [](const GivenOption& each) { return each.name == "space"; });
  if (named == given.end()) return given;
  SpaceFile file = read_space_file(named->text);
  named->text = std::move(file.recorded);
  std::vector<GivenOption> defaults;
  for (SpaceOption& each : file.options)
    defaults.push_back({std::move(each.name), std::move(each.text), std::move(each.where)});
  for (const GivenOption& each : defaults) {
    if (each.name == "space") throw UsageError(each.where + ": a file of a space can't name another one");
    check_name(each, Command::search);
  }
  defaults = not_typed(defaults, given);
  std::erase_if(defaults, [&](const GivenOption& each) { return !find_option(options.command, each.name); });
  defaults.insert(defaults.end(), given.begin(), given.end());
  return defaults;
}

void check_together(const Options& options) {
  if (options.resume && options.overwrite) throw UsageError("--resume and --overwrite exclude each other");
  if (options.trial >= 0 && options.top > 0) throw UsageError("--trial and --top exclude each other");
  if (!options.to.empty() && options.top > 1)
    throw UsageError("--to is one file, for one trial: leave --top out");
}

std::string where_to_look(Command command, const std::string& job) {
  const bool has_page = command != Command::search && command != Command::help && command != Command::version;
  return "; see " + job + (has_page ? " " + name_of(command) : "") + " --help" +
         (command == Command::submit ? ". What is meant for the sweep stands behind --" : "");
}

// What stands on the command line, with whose options these are; no value of them is read yet.
CommandLine take_apart(Options& options, Words words, const std::string& job) {
  const auto dashes = std::find(words.begin(), words.end(), "--");
  const Words behind(dashes == words.end() ? dashes : dashes + 1, words.end());
  words.erase(dashes, words.end());
  if (!words.empty() && words[0] == name_of(Command::submit)) options.command = Command::submit;
  try {
    CommandLine line = split_options(words);
    take_command(options, line);
    if (options.command == Command::help || options.command == Command::version) return {};
    if (options.command == Command::submit)
      options.behind = behind;
    else if (runs_programs())
      for (const std::string& word : behind) line.options.push_back({"program", word, ""});
    else
      line.words.insert(line.words.end(), behind.begin(), behind.end());
    check_owners(options.command, line.options);
    options.directory = "runs/" + job;
    take_directories(options, line.words);
    if (!line.words.empty()) throw UsageError("'" + line.words[0] + "' is one word too many");
    return line;
  } catch (const UsageError& problem) {
    throw UsageError(problem.what() + where_to_look(options.command, job));
  }
}

}  // namespace

Options parse_options(int argc, char** argv) {
  Options options;
  const std::string job = std::filesystem::path(argv[0]).filename();
  const CommandLine line = take_apart(options, Words(argv + 1, argv + argc), job);
  options.batch.name = job;
  read_options(options, with_space(options, with_file(options, line.options)));
  if (!options.directories.empty()) options.directory = options.directories[0];
  check_together(options);
  const bool ends_by_itself =
      options.sweep.sampler != auto_sampler && sampler_kind(options.sweep.sampler).exhausts;
  if (options.sweep.max_trials == 0 && !ends_by_itself)
    options.sweep.max_trials = scheduler_kind(options.sweep.scheduler).default_max_trials;
  return options;
}

std::vector<std::string> written_out(const Words& words, const Options& options) {
  if (options.options_file.empty()) return words;
  return with_file_written_out(words, options.options_file, options.in_file);
}

std::string every_option(const Options& options) {
  return to_json(recorded_values(option_table(), options));
}

Options with_recorded(Options options, const std::string& recorded) {
  options.sweep = with_recorded(sweep_options_from_json(recorded), options.sweep, options.typed);
  const auto values = values_from_json(recorded);
  for (const Option<Options>& row : run_options()) {
    if (row.recorded != Recorded::kept || options.typed.contains(row.name)) continue;
    take_recorded(row, values, options);
  }
  return options;
}

}  // namespace sibyl
