// Every row of the table, whichever there are: a new option is tested by two texts in `samples`.
#include "cli/options/option_table.hpp"

#include <map>

#include "catch.hpp"
#include "cli/options/command_table.hpp"
#include "sibyl/error.hpp"
#include "sweep/options/option_record.hpp"

using namespace sibyl;

namespace {

using Words = std::vector<std::string>;

Options parse(Words words) {
  words.insert(words.begin(), "/somewhere/my_job");
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  return parse_options(static_cast<int>(argv.size()), argv.data());
}

// Two values of each, none the default; the second of what may only become more is more.
const std::map<std::string, std::pair<std::string, std::string>> samples = {
    {"options", {"/dev/null", "/dev/null"}},
    {"output", {"a", "b"}},
    {"time-limit", {"1h", "2h"}},
    {"checkpoint-every", {"5m", "2epochs"}},
    {"keep-best", {"2", "3"}},
    {"on-new-best", {"true", "echo $SIBYL_TRIAL"}},
    {"on-end", {"true", "echo $SIBYL_END"}},
    {"device", {"cpu", "cuda"}},
    {"cuda-graphs", {"on", "off"}},
    {"workers-per-gpu", {"2", "3"}},
    {"isolation", {"none", "none"}},
    {"trial-timeout", {"1h", "2h"}},
    {"trainer-trials", {"2", "3"}},
    {"trainer-growth", {"1M", "2M"}},
    {"seed", {"18446744073709551615", "2"}},
    {"objective", {"a:min", "a:max"}},
    {"set", {"a=1", "a=2"}},
    {"prior", {"a=1", "a=2:high"}},
    {"warm-start", {"a", "b"}},
    {"range", {"a=1:2", "a=x|y"}},
    {"sampler", {"grid", "sobol"}},
    {"grid-points", {"2", "3"}},
    {"width", {"2", "3"}},
    {"try", {"x=1,y=2", "defaults"}},
    {"scheduler", {"full", "asha"}},
    {"order", {"arrival", "arrival"}},
    {"min-epochs", {"2", "3"}},
    {"brackets", {"2", "3"}},
    {"population", {"2", "3"}},
    {"generation-epochs", {"2", "3"}},
    {"median-startup", {"2", "3"}},
    {"median-warmup", {"2", "3"}},
    {"median-interval", {"2", "3"}},
    {"max-trials", {"2", "3"}},
    {"max-epochs", {"2", "3"}},
    {"eta", {"2", "4"}},
    {"iterations", {"2", "3"}},
    {"executions-per-trial", {"2", "3"}},
    {"folds", {"2", "3"}},
    {"max-retries", {"2", "3"}},
    {"max-consecutive-failures", {"2", "3"}},
    {"target", {"0.5", "-2"}},
    {"budget-epochs", {"2", "3"}},
    {"budget-time", {"1h", "2h"}},
    {"stop-without-improvement", {"2", "3"}},
    {"monitor", {"a:min", "a:max"}},
    {"patience", {"2", "3"}},
    {"min-delta", {"1e-3", "0.125"}},
    {"start-from-epoch", {"2", "3"}},
    {"max-bad-samples", {"2", "3"}},
    {"data-placement", {"device", "host"}},
    {"loader-threads", {"2", "3"}},
    {"inject", {"segv=3,17", "nan=0.5"}},
    {"threads", {"2", "3"}},
    {"data", {"a,b", "c"}},
    {"workers", {"2", "3"}},
    {"epoch-seconds", {"2", "2.5"}},
    {"top", {"2", "3"}},
    {"trial", {"0", "3"}},
    {"to", {"a", "b"}},
    {"nodes", {"2", "3"}},
    {"gpus-per-node", {"2", "3"}},
    {"workers-per-node", {"2", "3"}},
    {"cpus-per-node", {"2", "3"}},
    {"time", {"2h", "90m"}},
    {"save-time", {"1m", "5m"}},
    {"account", {"a", "b"}},
    {"partition", {"a", "b"}},
    {"job-name", {"a", "b"}},
    {"launcher", {"srun", "mpirun"}},
    {"sbatch", {"--x=1", "--x=2"}},
    {"setup", {"a b", "c, d"}},
    {"input", {"a.csv", "b.csv"}},
};

// Of one word the name says it all.
Words typed(const Option<Options>& row, bool second) {
  if (row.type.is_flag) return {"--" + row.name};
  const auto& [one, other] = samples.at(row.name);
  return {"--" + row.name + "=" + (second ? other : one)};
}

Options parse(Command command, const Option<Options>& row, bool second = false) {
  Words words = typed(row, second);
  words.insert(words.begin(), name_of(command));
  return parse(words);
}

bool has_another_value(const Option<Options>& row) {
  return !row.type.is_flag && samples.at(row.name).first != samples.at(row.name).second;
}

OptionValue value(const Option<Options>& row, const Options& options, std::size_t field = 0) {
  return row.type.fields.at(field).get(options);
}

// All that `search` can be told and that is recorded.
Words everything_recorded(bool second = false) {
  Words words;
  for (const auto& row : option_table())
    if (row.commands.contains(Command::search) && row.recorded != Recorded::no)
      for (const std::string& word : typed(row, second)) words.push_back(word);
  return words;
}

}  // namespace

TEST_CASE("each option sets its member, in each command that has it") {
  for (const auto& row : option_table()) {
    INFO("--" + row.name);
    for (const CommandRow& command : command_table()) {
      if (!row.commands.contains(command.command)) continue;
      const Options options = parse(command.command, row);
      const Options without = parse({command.name});
      CHECK(options.typed == std::set<std::string>{row.name});
      CHECK(value(row, options) != value(row, without));
      if (row.type.is_flag) CHECK(value(row, options) == OptionValue(true));
      if (row.name == "checkpoint-every")
        CHECK(value(row, parse(command.command, row, true), 1) == OptionValue(std::int64_t{2}));
      else if (has_another_value(row))
        CHECK(value(row, options) != value(row, parse(command.command, row, true)));
    }
  }
}

TEST_CASE("an option of other commands is refused, and it is said whose it is") {
  for (const CommandRow& command : command_table()) {
    if (command.command == Command::help) continue;
    for (const auto& row : option_table()) {
      if (find_option(command.command, row.name)) continue;
      CHECK_THROWS_AS(parse(command.command, row), UsageError);
      CHECK_THROWS_WITH(parse(command.command, row),
                        ContainsSubstring("--" + row.name + " is an option of " + names_of(owners(row.name)) +
                                          ", not of " + command.name));
    }
  }
  CHECK_THROWS_WITH(parse({"--workers", "4"}),
                    "--workers is an option of plan, not of search (did you mean '--workers-per-gpu'?); see "
                    "my_job --help");
  CHECK_THROWS_WITH(parse({"summary", "--max-epochs", "4"}),
                    ContainsSubstring("; see my_job summary --help"));
}

TEST_CASE("a name is a flag or takes a value, and has one row in a command") {
  std::map<std::string, bool> is_flag;
  for (const auto& row : option_table()) {
    INFO("--" + row.name);
    CHECK(is_flag.emplace(row.name, row.type.is_flag).first->second == row.type.is_flag);
    CHECK(std::string(row.value).empty() == row.type.is_flag);
    for (const CommandRow& command : command_table())
      if (row.commands.contains(command.command)) CHECK(find_option(command.command, row.name) == &row);
  }
}

TEST_CASE("what is given twice is refused, but for what may be repeated") {
  for (const auto& row : option_table()) {
    INFO("--" + row.name);
    if (row.type.is_flag) continue;
    for (const CommandRow& command : command_table()) {
      if (!row.commands.contains(command.command)) continue;
      Words words = {command.name};
      for (const bool second : {false, true})
        for (const std::string& word : typed(row, second)) words.push_back(word);
      if (row.type.is_keyed)
        CHECK_THROWS_WITH(parse(words),
                          Catch::Matchers::StartsWith("--" + row.name + " is given twice for "));
      else if (row.type.repeats)
        CHECK_NOTHROW(parse(words));
      else
        CHECK_THROWS_WITH(parse(words), "--" + row.name + " is given twice");
    }
  }
}

TEST_CASE("the record is read back by the rows that wrote it") {
  const Options first = parse(everything_recorded());
  const Options merged = with_recorded(parse(Words{}), every_option(first));
  for (const auto& row : option_table()) {
    INFO("--" + row.name);
    for (std::size_t i = 0; row.recorded != Recorded::no && i < row.type.fields.size(); ++i) {
      const bool holds = row.recorded != Recorded::launch_only;
      CHECK(value(row, merged, i) == value(row, holds ? first : parse(Words{}), i));
    }
  }
  CHECK(every_option(with_recorded(first, every_option(first))) == every_option(first));
}

TEST_CASE("what is typed holds instead of what is recorded") {
  const Options second = parse(everything_recorded(true));
  const Options merged = with_recorded(second, every_option(parse(everything_recorded())));
  CHECK(every_option(merged) == every_option(second));
  // But of --set each name is an option of its own.
  const auto set = with_recorded(parse({"--set", "b=2"}), every_option(parse({"--set", "a=1"}))).sweep.set;
  CHECK(set == std::map<std::string, std::string>{{"a", "1"}, {"b", "2"}});
}

TEST_CASE("what says what the sweep is may not differ, the rest may") {
  for (const auto& row : option_table()) {
    if (!row.commands.contains(Command::search) || row.recorded == Recorded::no) continue;
    INFO("--" + row.name);
    const Options one = parse(Command::search, row);
    const Options other = has_another_value(row) ? parse(Command::search, row, true) : parse(Words{});
    const auto lines = differences(one.sweep, other.sweep);
    CHECK(differences(one.sweep, one.sweep).empty());
    if (row.recorded == Recorded::fixed) {
      CHECK(lines.size() == 1);
      CHECK_THAT(lines.empty() ? "" : lines.front(), ContainsSubstring("--" + row.name));
    } else {
      CHECK(lines.empty());
    }
    if (row.recorded == Recorded::extends) CHECK(differences(other.sweep, one.sweep).size() == 1);
  }
  const auto lines = differences(parse({"--seed", "7", "--eta", "4"}).sweep, parse({"--seed", "8"}).sweep);
  CHECK(lines == std::vector<std::string>{"--seed: 7 there, 8 here", "--eta: 4 there, 3 here"});
}

TEST_CASE("a record without what says what the sweep is makes none, but for what older ones lack") {
  const auto whole = values_from_json(every_option(parse(Words{})));
  const auto text = [](const std::map<std::string, OptionValue>& values) {
    return to_json(RecordedValues(values.begin(), values.end()));
  };
  for (const auto& row : sweep_option_table()) {
    INFO("--" + row.name);
    if (row.group == OptionGroup::program) continue;  // this job runs none
    auto without = whole;
    CHECK(without.erase(row.name) == 1);
    const bool needed = row.recorded != Recorded::kept && row.is_in_all_records;
    if (needed)
      CHECK_THROWS_WITH(sweep_options_from_json(text(without)), "the record does not say '" + row.name + "'");
    else
      CHECK(to_json(sweep_options_from_json(text(without))) == to_json(SweepOptions{}));
    auto wrong = whole;
    const bool is_list = std::holds_alternative<std::vector<std::string>>(whole.at(row.name));
    wrong[row.name] = is_list ? OptionValue(true) : std::vector<std::string>{"x"};
    CHECK_THROWS_WITH(sweep_options_from_json(text(wrong)), ContainsSubstring(row.name));
  }
  CHECK_THROWS_AS(sweep_options_from_json("{"), Error);
  CHECK_THROWS_AS(sweep_options_from_json("[]"), Error);
}

TEST_CASE("help shows each option with the default that it has") {
  const std::string all = help("my_job");
  for (const auto& row : option_table()) {
    INFO("--" + row.name);
    const bool of_submit = row.group == OptionGroup::batch;
    CHECK_THAT(of_submit ? help("my_job", Command::submit) : all, ContainsSubstring("--" + row.name));
    for (const CommandRow& command : command_table())
      if (row.commands.contains(command.command))
        CHECK_THAT(help("my_job", command.command), ContainsSubstring("--" + row.name));
  }
  CHECK_THAT(help("my_job", Command::submit), !ContainsSubstring("max-epochs N"));
  CHECK_THAT(help("my_job", Command::summary), ContainsSubstring("(default: runs/my_job)"));
}
