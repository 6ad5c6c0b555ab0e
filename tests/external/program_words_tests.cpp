#include "external/program/program_words.hpp"

#include <algorithm>
#include <cstdlib>

#include "catch.hpp"
#include "external/program/program_file.hpp"
#include "sibyl/error.hpp"

using namespace sibyl;
using Words = std::vector<std::string>;

namespace {

Suggestion suggestion() {
  Suggestion suggestion;
  suggestion.slot.trial = 7;
  suggestion.slot.last_epoch = 9;
  suggestion.hyperparameters = {
      {"rate", 0.01}, {"units", std::int64_t{64}}, {"optimizer", "adam"}, {"bias", true}};
  return suggestion;
}

Words command(const Words& words) {
  TrainerOptions options;
  options.program.command = words;
  options.seed = 3;
  options.data = "x.csv";
  const Suggestion of = suggestion();
  const TrialFolder folder(options, 7, 0);
  return program_command({options, of, 0, folder, "-"});
}

std::string variable(const Words& environment, const std::string& name) {
  for (const std::string& each : environment)
    if (each.starts_with(name + "=")) return each.substr(name.size() + 1);
  return "(none)";
}

}  // namespace

TEST_CASE("placeholders become values, and other braces stay as they are") {
  CHECK(command({"train", "--lr", "{rate}", "--units={units}", "{optimizer}-{bias}"}) ==
        Words{"train", "--lr", "0.01", "--units=64", "adam-true"});
  CHECK(command({"train", "{}"}) ==
        Words{"train", "--bias", "true", "--optimizer", "adam", "--rate", "0.01", "--units", "64"});
  CHECK(command({"train", "{trial}", "{epochs}", "{execution}", "{data}", "{threads}"}) ==
        Words{"train", "7", "9", "0", "x.csv", "1"});
  CHECK(command({"train", "{\"a\": {\"b\": 1}}", "${HOME}", "{", "}", "a{}b", "{{rate}}", "{{\"a\":1}}"}) ==
        Words{"train", "{\"a\": {\"b\": 1}}", "${HOME}", "{", "}", "a{}b", "{rate}", "{{\"a\":1}}"});
}

TEST_CASE("what a trial does not have is left out, with its option") {
  CHECK(command({"train", "--momentum", "{momentum}", "--x", "1"}) == Words{"train", "--x", "1"});
  CHECK(command({"train", "--momentum={momentum}", "end"}) == Words{"train", "end"});
  CHECK(command({"train", "{momentum}", "end"}) == Words{"train", "end"});
}

TEST_CASE("a placeholder for nothing is refused, with what may be meant") {
  const Words names{"rate", "units"};
  check_placeholders({"train", "{rate}", "{seed}", "{}", "{{other}}", "{\"a\": 1}"}, names);
  CHECK_THROWS_WITH(
      check_placeholders({"train", "--u={unit}"}, names),
      ContainsSubstring(
          "'--u={unit}' of the program's command line: there is no hyperparameter 'unit' in the search space (did you mean 'units'?)"));
  CHECK(names_a_trial({"train", "{rate}"}));
  CHECK(names_a_trial({"train", "{}"}));
  CHECK_FALSE(names_a_trial({"train", "{data}", "{threads}"}));
}

TEST_CASE("a program's environment has its task, and nothing of MPI's") {
  setenv("OMPI_COMM_WORLD_RANK", "3", 1);
  setenv("PMIX_RANK", "3", 1);
  setenv("SLURM_PROCID", "3", 1);
  setenv("SLURM_JOB_ID", "4711", 1);
  TrainerOptions options;
  options.threads = 5;
  options.checkpoints = "/somewhere";
  const Suggestion of = suggestion();
  const TrialFolder folder(options, 7, 2);
  const Words environment = program_environment({options, of, 2, folder, "GPU-1"});
  for (const char* each : {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "SLURM_PROCID", "SIBYL_DESCRIBE"})
    CHECK(variable(environment, each) == "(none)");
  CHECK(variable(environment, "SLURM_JOB_ID") == "4711");
  CHECK(variable(environment, "SIBYL_TRIAL") == "7");
  CHECK(variable(environment, "SIBYL_EPOCHS") == "9");
  CHECK(variable(environment, "SIBYL_EXECUTION") == "2");
  CHECK(variable(environment, "SIBYL_HP_rate") == "0.01");
  CHECK(variable(environment, "SIBYL_HP_bias") == "true");
  CHECK(variable(environment, "SIBYL_FOLDER") == "/somewhere/trial_000007/execution_2/own");
  CHECK(variable(environment, "OMP_NUM_THREADS") == "5");
  CHECK(variable(environment, "CUDA_VISIBLE_DEVICES") == "GPU-1");
  for (const char* each : {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "SLURM_PROCID", "SLURM_JOB_ID"})
    unsetenv(each);
}

TEST_CASE("a seed is an execution's own, and always the same") {
  TrainerOptions options;
  CHECK(program_seed(options, 1, 0) == program_seed(options, 1, 0));
  CHECK(program_seed(options, 1, 0) != program_seed(options, 1, 1));
  CHECK(program_seed(options, 1, 0) != program_seed(options, 2, 0));
  CHECK(program_seed(options, 1, 0) < (std::int64_t{1} << 31));
}

TEST_CASE("a program that is not there, or can't be run, is refused with what to do") {
  require_program({"sh", "-c", "true"});
  require_program({"/bin/sh"});
  CHECK_THROWS_WITH(require_program({}), ContainsSubstring("put its command line behind --"));
  CHECK_THROWS_WITH(require_program({"no_such_program"}),
                    ContainsSubstring("there is no program no_such_program in PATH"));
  CHECK_THROWS_WITH(require_program({"/no/such"}), ContainsSubstring("there is no program /no/such"));
  CHECK_THROWS_WITH(require_program({"/tmp"}), ContainsSubstring("/tmp is a directory"));
  CHECK_THROWS_WITH(require_program({"/etc/passwd"}),
                    ContainsSubstring("/etc/passwd is not executable: chmod +x /etc/passwd"));
  CHECK_THROWS_WITH(require_program({"sh", "-e", "no_such.sh", "x"}),
                    ContainsSubstring("can't read no_such.sh, which sh is to run: No such file"));
  require_program({"sh", "-c", "echo {x}.py"});
}
