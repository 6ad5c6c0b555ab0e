#include "sweep/manager/event_commands.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <thread>
#include <utility>

#include "core/sweep_end.hpp"
#include "sibyl/error.hpp"

namespace sibyl {

namespace {

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

double score_of(const Oracle& oracle, TrialId trial) {
  return trial >= 0 ? oracle.trials()[trial].score : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

EventCommands::EventCommands(EventCommandOptions options, const Oracle& oracle,
                             std::function<void(const std::string&)> warn)
    : options_(std::move(options)),
      oracle_(oracle),
      warn_(std::move(warn)),
      told_(score_of(oracle, oracle.best_model())) {}

// As long as it trains, it may be better in a moment: it is told of at the end of its slot.
bool EventCommands::is_new_best(const Trial& trial) const {
  return trial.status != TrialStatus::running && oracle_.options().objective.better(trial.score, told_);
}

void EventCommands::tick() {
  look_after(new_best_);
  if (options_.on_new_best.empty() || !looks_ || new_best_.command) return;
  looks_ = false;
  const TrialId best = oracle_.best_model();
  if (best < 0 || !is_new_best(oracle_.trials()[best])) return;
  told_ = oracle_.trials()[best].score;
  start("on-new-best", options_.on_new_best, facts("new-best", best), new_best_);
}

void EventCommands::end(SweepEnd end, const std::string& reason, const std::string& resume_command,
                        double seconds) {
  looks_ = true;
  tick();
  if (!options_.on_end.empty()) {
    Variables all = facts("end", oracle_.best_model());
    all["SIBYL_END"] = to_string(end);
    all["SIBYL_REASON"] = reason;
    all["SIBYL_EXIT_CODE"] = std::to_string(exit_code(end));
    all["SIBYL_SECONDS"] = to_string(Value(std::round(seconds * 10) / 10));
    if (end != SweepEnd::finished) all["SIBYL_RESUME"] = resume_command;
    start("on-end", options_.on_end, all, end_);
  }
  const auto deadline = Clock::now() + options_.end_timeout;
  while (new_best_.command || end_.command) {
    for (Running* each : {&new_best_, &end_}) each->deadline = std::min(each->deadline, deadline);
    look_after(end_);
    tick();
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

Variables EventCommands::facts(const std::string& event, TrialId best) const {
  Variables all = variables_for_programs();
  const Objective& objective = oracle_.options().objective;
  all["SIBYL_EVENT"] = event;
  all["SIBYL_DIRECTORY"] = std::filesystem::absolute(options_.directory).string();
  all["SIBYL_JOB"] = options_.job;
  all["SIBYL_OBJECTIVE"] = to_text(objective);
  if (best >= 0) {
    const Trial& trial = oracle_.trials()[best];
    all["SIBYL_TRIAL"] = std::to_string(best);
    all["SIBYL_SCORE"] = to_string(Value(trial.score));
    all["SIBYL_EPOCH"] = std::to_string(best_epoch(trial, objective));
    for (const auto& [name, value] : trial.hyperparameters)
      all[hyperparameter_variable(name)] = to_string(value);
  }
  std::array<std::int64_t, 5> counts{};
  for (const Trial& trial : oracle_.trials()) ++counts.at(static_cast<std::size_t>(trial.status));
  const auto count = [&](TrialStatus status) {
    return std::to_string(counts.at(static_cast<std::size_t>(status)));
  };
  all["SIBYL_TRIALS"] = std::to_string(oracle_.trials().size());
  all["SIBYL_COMPLETED"] = count(TrialStatus::completed);
  all["SIBYL_STOPPED"] = count(TrialStatus::stopped);
  all["SIBYL_FAILED"] = count(TrialStatus::failed);
  all["SIBYL_EPOCHS"] = std::to_string(oracle_.epochs());
  return all;
}

void EventCommands::start(const std::string& option, const std::string& command, const Variables& environment,
                          Running& running) {
  try {
    running = {option, std::make_unique<ShellCommand>(command, environment, "[" + option + "] "),
               Clock::now() + options_.timeout};
  } catch (const Error& problem) {
    warn_of(option, problem.what());
  }
}

void EventCommands::look_after(Running& running) {
  if (!running.command) return;
  const auto end = running.command->end();
  if (!end && Clock::now() < running.deadline) return;
  running.command->kill();
  if (!end)
    warn_of(running.option, "did not end in time, and was killed");
  else if (end->by_signal || end->code != 0)
    warn_of(running.option,
            outcome(*end, "its shell").message + (end->output.empty() ? "" : ": " + first_line(end->output)));
  running.command.reset();
}

void EventCommands::warn_of(const std::string& option, const std::string& what) {
  if (warned_.insert(option).second)
    warn_("the command of --" + option + " went wrong, which changes nothing in the sweep: " + what);
}

}  // namespace sibyl
