#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>

#include "external/trial/program_trainer.hpp"
#include "external/trial/trial_folder.hpp"

#include "catch.hpp"

class KeptReports : public sibyl::Reporter {
 public:
  void found(sibyl::HyperparametersFound found) override { finds.push_back(std::move(found)); }
  void epoch(sibyl::EpochReported report) override { epochs.push_back(std::move(report)); }
  sibyl::Order order() override {
    ++signs_of_life;
    return order_while_waiting();
  }
  sibyl::Order order_while_waiting() override { return orders(); }

  std::string text() const {
    std::string text;
    for (const sibyl::EpochReported& each : epochs) {
      char one[60];
      std::snprintf(one, sizeof one, "%d:%g ", each.epoch, sibyl::value_of(each.metrics, "val_loss"));
      text += one;
    }
    return text;
  }

  std::vector<sibyl::HyperparametersFound> finds;
  std::vector<sibyl::EpochReported> epochs;
  std::function<sibyl::Order()> orders = [] { return sibyl::Order::go_on; };
  int signs_of_life = 0;
};

/// A trainer with a program, in a folder of its own.
class Programs {
 public:
  Programs() {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    setenv("PYTHONPATH", SIBYL_CLIENT_FOLDER, 1);
    options.checkpoints = folder / "checkpoints";
    options.objective = {"val_loss", sibyl::Direction::minimize};
    options.max_epochs = 9;
    options.checkpoint_seconds = 0;
  }
  ~Programs() { std::filesystem::remove_all(folder); }

  void shell(const std::string& script) { options.program.command = {"sh", "-c", script}; }
  // `body` has `trial`, indented by four blanks.
  void python(const std::string& body, const std::string& head = "") {
    std::ofstream(folder / "train.py") << "import os, sys, time, sibyl_trial\n"
                                       << head << "with sibyl_trial.start() as trial:\n"
                                       << body;
    options.program.command = {"python3", (folder / "train.py").string()};
  }

  sibyl::TrialEnded train(int first, int last, int executions = 1, sibyl::TrialId parent = -1) {
    sibyl::Suggestion suggestion;
    suggestion.slot.trial = parent + 8;
    suggestion.parent = parent;
    suggestion.slot.first_epoch = first;
    suggestion.slot.last_epoch = last;
    suggestion.executions = executions;
    suggestion.hyperparameters = {{"x", 0.5}, {"units", std::int64_t{8}}};
    reporter.epochs.clear();
    sibyl::ProgramTrainer trainer(options);
    const sibyl::TrialEnded ended = sibyl::train_trial(trainer, suggestion, reporter);
    INFO(ended.message);
    return ended;
  }

  sibyl::TrainerOptions options;
  KeptReports reporter;
  std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("sibyl_programs_" + std::to_string(getpid()));
};

inline void check_failed(const sibyl::TrialEnded& ended, sibyl::Cause cause, const std::string& message) {
  CHECK(ended.ending == sibyl::Ending::failed);
  CHECK(ended.cause == cause);
  CHECK_THAT(ended.message, ContainsSubstring(message));
  CHECK((waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD));  // nothing is left behind
}
