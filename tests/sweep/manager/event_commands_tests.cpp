#include "sweep/manager/event_commands.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

#include "base/file.hpp"
#include "catch.hpp"
#include "sweep/hand_made.hpp"

using namespace sibyl;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

/// A sweep of trials of one epoch, whose scores a test says, and a folder for what commands leave.
struct Scored {
  explicit Scored(EventCommandOptions options = {}) {
    std::string name = (fs::temp_directory_path() / "sibyl_test_XXXXXX").string();
    folder = mkdtemp(name.data());
    options.directory = folder;
    options.job = "job";
    commands = std::make_unique<EventCommands>(options, oracle,
                                               [&](const std::string& line) { warnings.push_back(line); });
  }
  ~Scored() { fs::remove_all(folder); }

  void trial(double score, Ending ending = Ending::reached) {
    const auto suggestion = std::get<Suggestion>(oracle.ask());
    const TrialId id = suggestion.slot.trial;
    oracle.tell(TrialStarted{1, 1, suggestion});
    oracle.tell(EpochReported{id, suggestion.attempt, 0, 1, 0, 0, 1, {{"loss", score}}});
    commands->look_for_best();
    commands->tick();  // it runs, and is no news yet
    const Cause cause = ending == Ending::failed ? Cause::exception : Cause::none;
    oracle.tell(TrialEnded{2, id, suggestion.attempt, 1, ending, cause, "", 1});
    commands->look_for_best();
    commands->tick();
  }
  std::string text(const std::string& file) const {
    std::ifstream in(folder / file);
    std::ostringstream all;
    all << in.rdbuf();
    return all.str();
  }
  /// A command that adds the trial's number and its score to a file.
  static std::string note() { return "echo $SIBYL_TRIAL $SIBYL_SCORE >> $SIBYL_DIRECTORY/told"; }
  void wait_for_told(const std::string& expected) {
    CHECK(until([&] {
      commands->tick();
      return text("told") == expected;
    }));
    CHECK(text("told") == expected);
  }

  Oracle oracle = full_budget(20, 1);
  fs::path folder;
  std::vector<std::string> warnings;
  std::unique_ptr<EventCommands> commands;
};

}  // namespace

TEST_CASE("a new best trial is told of once, at the end of its slot, and a worse or failed one is not") {
  Scored sweep({.on_new_best = Scored::note()});
  sweep.trial(0.5);
  sweep.wait_for_told("0 0.5\n");
  sweep.trial(0.7);
  sweep.trial(0.1, Ending::failed);
  sweep.trial(0.25);
  sweep.wait_for_told("0 0.5\n3 0.25\n");
  sweep.commands->end(SweepEnd::finished, "", "", 1);
  CHECK(sweep.text("told") == "0 0.5\n3 0.25\n");
  CHECK(sweep.warnings.empty());
}

TEST_CASE("of the best trials that come while a command runs, the latest is told of after it") {
  std::string command = Scored::note();
  command += "; until [ -e $SIBYL_DIRECTORY/go ]; do sleep .01; done";
  Scored sweep({.on_new_best = command});
  for (const double score : {0.5, 0.4, 0.3}) sweep.trial(score);
  sweep.wait_for_told("0 0.5\n");
  std::ofstream(sweep.folder / "go") << "\n";
  sweep.wait_for_told("0 0.5\n2 0.3\n");
}

TEST_CASE("what was the best before this start is no news") {
  Scored sweep;
  sweep.trial(0.5);
  EventCommands resumed({.on_new_best = Scored::note(), .directory = sweep.folder}, sweep.oracle,
                        [](const auto&) {});
  resumed.look_for_best();
  resumed.end(SweepEnd::stopped, "", "", 1);
  CHECK(sweep.text("told").empty());
}

TEST_CASE("a sweep's end is told with its facts, and without any of a rank's variables") {
  setenv("OMPI_COMM_WORLD_RANK", "0", 1);
  setenv("SIBYL_TRIAL", "of somebody else", 1);
  Scored sweep({.on_end = "env > $SIBYL_DIRECTORY/told"});
  sweep.trial(0.5);
  sweep.trial(0.5, Ending::failed);
  sweep.commands->end(SweepEnd::given_up, "too much failed", "job --resume", 12.34);
  unsetenv("OMPI_COMM_WORLD_RANK");
  unsetenv("SIBYL_TRIAL");
  const std::string told = "\n" + sweep.text("told");
  for (const char* line :
       {"SIBYL_EVENT=end", "SIBYL_JOB=job", "SIBYL_OBJECTIVE=loss:min", "SIBYL_TRIAL=0", "SIBYL_SCORE=0.5",
        "SIBYL_EPOCH=1", "SIBYL_END=given_up", "SIBYL_REASON=too much failed", "SIBYL_EXIT_CODE=1",
        "SIBYL_RESUME=job --resume", "SIBYL_TRIALS=2", "SIBYL_COMPLETED=1", "SIBYL_FAILED=1",
        "SIBYL_STOPPED=0", "SIBYL_EPOCHS=2", "SIBYL_SECONDS=12.3"})
    CHECK_THAT(told, ContainsSubstring("\n" + std::string(line) + "\n"));
  CHECK_THAT(told, ContainsSubstring("\nSIBYL_HP_x=0."));
  CHECK_THAT(told, !ContainsSubstring("OMPI_"));
}

TEST_CASE("an end without any score has no trial to tell of") {
  setenv("SIBYL_TRIAL", "of somebody else", 1);
  Scored sweep({.on_end = "echo \"${SIBYL_TRIAL-none}\" > $SIBYL_DIRECTORY/told"});
  sweep.commands->end(SweepEnd::failed, "", "", 1);
  unsetenv("SIBYL_TRIAL");
  CHECK(sweep.text("told") == "none\n");
}

TEST_CASE("a command that fails is warned of once, with what it printed") {
  Scored sweep({.on_new_best = "echo no such server >&2; exit 3"});
  for (const double score : {0.5, 0.4, 0.3}) {
    sweep.trial(score);
    CHECK(until([&] {
      sweep.commands->tick();
      return !sweep.warnings.empty();
    }));
  }
  sweep.commands->end(SweepEnd::finished, "", "", 1);
  REQUIRE(sweep.warnings.size() == 1);
  CHECK_THAT(sweep.warnings[0], ContainsSubstring("--on-new-best"));
  CHECK_THAT(sweep.warnings[0], ContainsSubstring("exit code 3: no such server"));
}

TEST_CASE("a command that does not end is killed with all that it has started, and holds nothing") {
  const auto began = std::chrono::steady_clock::now();
  const std::string hangs = "sleep 100 & echo $! > $SIBYL_DIRECTORY/told; sleep 200; true";
  Scored sweep({.on_new_best = hangs, .on_end = "sleep 300", .timeout = 200ms, .end_timeout = 300ms});
  sweep.trial(0.5);
  CHECK(until([&] {
    sweep.commands->tick();
    return !sweep.warnings.empty();
  }));
  const auto child = static_cast<pid_t>(std::stol(sweep.text("told")));
  CHECK(until([&] {  // whoever reaps it may take a moment
    std::ifstream status("/proc/" + std::to_string(child) + "/stat");
    std::string id, name, state;
    return !(status >> id >> name >> state) || state == "Z";
  }));
  sweep.commands->end(SweepEnd::finished, "", "", 1);
  CHECK(sweep.warnings.size() == 2);
  CHECK(std::chrono::steady_clock::now() - began < 15s);
}

TEST_CASE("a command that prints more than a pipe holds ends all the same") {
  Scored sweep(
      {.on_end = "yes hundredhundredhundredhundredhundred | head -n 5000; echo x > $SIBYL_DIRECTORY/told"});
  sweep.commands->end(SweepEnd::finished, "", "", 1);
  CHECK(sweep.text("told") == "x\n");
  CHECK(sweep.warnings.empty());
}
