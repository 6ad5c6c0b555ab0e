// Writes FOLDER/results.h5 of a small sweep, by way of a journal: what results_file_test.py reads.
#include <cstdio>

#include "store/replay.hpp"
#include "store/sweep.hpp"

using namespace sibyl;
using namespace sibyl::test;

namespace {

std::vector<Event> events() {
  TrialEnded failure = ended(1, 1, 1'700'000'030, 4);
  failure.ending = Ending::failed;
  failure.cause = Cause::diverged;
  failure.message = "the loss is NaN at epoch 2 (\xC3\xA9)";
  return {opened(),
          joined(1, 1'700'000'001),
          started(0, 1, 1'700'000'002),
          HyperparametersFound{
              0, 0, {{"nesterov", Choices{{false, true}, false}, false, {}}}, {{"nesterov", true}}},
          epoch(0, 1, 1, 1'700'000'003, {{"loss", 0.5}, {"val_loss", 0.75}}),
          epoch(0, 2, 1, 1'700'000'004, {{"loss", 0.25}, {"val_loss", 0.5}, {"val_accuracy", 0.875}}),
          ended(0, 1, 1'700'000'012, 10),
          started(1, 1, 1'700'000'013),
          epoch(1, 1, 1, 1'700'000'014, {{"loss", NaN}, {"val_loss", NaN}}),
          failure,
          SweepClosed{1'700'000'033, "the plan is done"}};
}

std::vector<Trial> trials() {
  Trial good;
  good.slot = {0, 0, 2, 0, 0, 3};
  good.hyperparameters = {{"width", std::int64_t{32}},
                          {"rate", 0.01},
                          {"optimizer", std::string("sgd")},
                          {"momentum", 0.9},
                          {"nesterov", true}};
  good.status = TrialStatus::completed;
  good.executions = {{.score = 0.5, .epoch = 2, .epochs = 2}};
  good.score = 0.5;
  good.worker = 1;
  good.seconds = 10;
  good.started = 1'700'000'002;
  good.ended = 1'700'000'012;
  Trial failed = good;
  failed.slot.trial = 1;
  failed.hyperparameters = {{"width", std::int64_t{16}}, {"rate", 0.1}, {"optimizer", std::string("adam")}};
  failed.status = TrialStatus::failed;
  failed.executions = {{.epochs = 1}};
  failed.score = NaN;
  failed.ended = 0;
  failed.cause = Cause::diverged;
  failed.say({"", "the loss is NaN at epoch 2 (\xC3\xA9)", ""});
  return {good, failed};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
    return 64;
  }
  const std::filesystem::path folder = argv[1];
  write_journal(folder / "journal", events());
  Results results;
  const auto tell = [](const Event& event) {
    Consequences consequences;
    if (const auto* ended = std::get_if<TrialEnded>(&event)) {
      const bool failed = ended->ending == Ending::failed;
      consequences.decisions.push_back({{ended->trial, 0, 2, 0, 0, 3},
                                        failed ? NaN : 0.5,
                                        failed ? RungDecision::failed : RungDecision::completed});
    }
    return consequences;
  };
  replay(folder / "journal", tell, results);
  results.publish(folder / "results.h5", trials(), 1'700'000'040);
}
