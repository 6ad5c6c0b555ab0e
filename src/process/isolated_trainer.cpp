#include "process/isolated_trainer.hpp"

#include <unistd.h>

#include <chrono>
#include <optional>
#include <sstream>
#include <thread>

#include "core/same_data.hpp"
#include "process/trainer_main.hpp"
#include "sibyl/error.hpp"

namespace sibyl {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds look_interval{10};
/// For a step and a checkpoint, once the trial is to end.
constexpr std::chrono::seconds farewell_timeout{30};
constexpr std::chrono::minutes worth_a_word{10};
/// From the end of a process's connection to its own.
constexpr std::chrono::seconds death_timeout{2};
constexpr int max_starts = 3;

double seconds_since(Clock::time_point then) {
  return std::chrono::duration<double>(Clock::now() - then).count();
}

std::string short_seconds(double seconds) {
  std::ostringstream text;
  text.precision(3);
  text << seconds << " s";
  return text.str();
}

/// Time without a sign of life. A while in which this process did not run either (it was suspended, say)
/// counts for nothing.
class Silence {
 public:
  void end() {
    seconds_ = 0;
    last_look_ = Clock::now();  // what the rank itself did meanwhile is no silence
  }
  double seconds() {
    const auto now = Clock::now();
    const double passed = std::chrono::duration<double>(now - last_look_).count();
    last_look_ = now;
    return seconds_ += std::min(passed, 1.0);
  }

 private:
  Clock::time_point last_look_ = Clock::now();
  double seconds_ = 0;
};

}  // namespace

IsolatedTrainer::IsolatedTrainer(IsolationOptions options, const std::function<bool()>& go_on)
    : options_(std::move(options)) {
  const auto began = Clock::now();
  start(go_on);
  start_seconds_ = seconds_since(began);
}

IsolatedTrainer::~IsolatedTrainer() = default;

void IsolatedTrainer::start(const std::function<bool()>& go_on) {
  broken_.reset();
  trials_ = 0;
  process_ = std::make_unique<TrainerProcess>(trainer_arguments(options_.job, options_.worker));
  process_->label_output("[worker " + std::to_string(options_.worker) + "] ");
  process_->channel().send(options_.trainer);
  const auto began = Clock::now();
  const auto fail = [&](const std::string& why) {
    process_->kill();  // it has nothing to save
    const std::string output = process_->last_lines();
    process_.reset();
    throw Error(why + (output.empty() ? "" : "; it printed: " + output));
  };
  while (true) {
    const auto end = process_->end();  // before the last look, so that nothing it said is missed
    while (const auto message = process_->channel().receive()) {
      if (const auto* broken = std::get_if<Broken>(&*message)) {
        process_.reset();
        throw Error(broken->reason);
      }
      const auto* event = std::get_if<Event>(&*message);
      const auto* joined = event ? std::get_if<WorkerJoined>(event) : nullptr;
      if (!joined) continue;
      const DataDescribed before{0, options_.trainer.data.string(), description_.data_parts};
      const DataDescribed now{0, before.path, joined->data_parts};
      if (const auto found = compare(before, now, /*other_platform=*/false); !found.difference.empty())
        fail(
            "the data changed since the process before it loaded it, or data() gives something else each time: " +
            found.difference);
      description_ = *joined;
      return;
    }
    if (end) {
      const Outcome what = outcome(*end);
      const auto until = Clock::now() + options_.moment;  // see judge()
      while (what.unexplained && go_on() && Clock::now() < until) std::this_thread::sleep_for(look_interval);
      fail(what.message + ", before its first trial");
    }
    if (!go_on()) fail("told to stop while the trainer's process was starting");
    const double longest = std::max(600.0, 10 * start_seconds_);
    if (start_seconds_ > 0 && seconds_since(began) > longest)
      fail("a new trainer process is not ready after " + short_seconds(longest) + "; the first one took " +
           short_seconds(start_seconds_));
    process_->wait(look_interval);
  }
}

// A process died; is it the trial's fault or the device's? If a new one can't be started either, it is the
// device's.
void IsolatedTrainer::restart(Reporter& reporter) {
  process_.reset();
  const auto go_on = [&] { return reporter.order() == Order::go_on; };
  for (int tries = 1;; ++tries) {
    try {
      return start(go_on);
    } catch (const Error& problem) {
      if (!go_on()) return;
      if (tries == max_starts)
        throw WorkerCannotTrain("no trainer process can be started here any more (tried " +
                                std::to_string(tries) + " times): " + problem.what());
    }
    const auto until = Clock::now() + std::chrono::seconds(tries * tries);
    while (go_on() && Clock::now() < until) std::this_thread::sleep_for(look_interval);
  }
}

TrialEnded IsolatedTrainer::train(const Suggestion& suggestion, Reporter& reporter) {
  if (!process_ || process_->end()) restart(reporter);
  TrialEnded ended;
  if (!process_) {  // told to stop meanwhile
    ended.ending = Ending::interrupted;
    return ended;
  }
  const auto began = Clock::now();
  process_->label_output("[worker " + std::to_string(options_.worker) + ", trial " +
                         std::to_string(suggestion.slot.trial) + "] ");
  process_->channel().send(suggestion);
  ended = supervise(suggestion, reporter);
  if (ended.seconds == 0) ended.seconds = seconds_since(began);
  if (ended.ending == Ending::failed) ended.output = process_->last_lines();
  if (++trials_ == 1) first_memory_ = process_->private_memory();
  if (broken_ || process_->end())
    restart(reporter);
  else if (replace_before_next())
    process_.reset();
  return ended;
}

bool IsolatedTrainer::replace_before_next() const {
  if (options_.trials > 0 && trials_ >= options_.trials) return true;
  return options_.memory_growth > 0 && process_->private_memory() - first_memory_ > options_.memory_growth;
}

// Passes on what the trainer says and what it is told, until it says that the trial ended, or dies.
TrialEnded IsolatedTrainer::supervise(const Suggestion& suggestion, Reporter& reporter) {
  Silence silence;
  Order told = Order::go_on;
  Clock::time_point told_at;
  std::string hang;  // how it hung
  bool warned = false;
  std::optional<Clock::time_point> killed_at;
  std::optional<Clock::time_point> deaf_since;  // a dying process closes its end a little before it is dead
  bool lost = false;                            // but this one lives, and can't be heard any more
  const auto kill = [&] {
    if (!killed_at) killed_at = Clock::now();
    process_->kill();
  };
  TrialEnded ended;
  // What is not of this attempt of this trial is nobody's any more.
  const auto is_of_trial = [&](const auto& report) {
    return report.trial == suggestion.slot.trial && report.attempt == suggestion.attempt;
  };
  const auto look = [&] {  // at what has arrived; has the trial ended?
    while (auto message = process_->channel().receive()) {
      silence.end();
      if (const auto* broken = std::get_if<Broken>(&*message)) broken_ = broken->reason;
      auto* event = std::get_if<Event>(&*message);
      if (!event) continue;
      if (auto* found = std::get_if<HyperparametersFound>(event); found && is_of_trial(*found))
        reporter.found(std::move(*found));
      if (auto* report = std::get_if<EpochReported>(event); report && is_of_trial(*report))
        reporter.epoch(std::move(*report));
      if (auto* end = std::get_if<TrialEnded>(event); end && is_of_trial(*end)) {
        ended = std::move(*end);
        return true;
      }
    }
    return false;
  };
  while (true) {
    const bool dead = process_->end().has_value();  // before the last look, so that nothing it said is missed
    if (look()) return ended;
    if (dead) break;
    if (process_->channel().closed()) {
      if (!deaf_since) deaf_since = Clock::now();
      lost = process_->channel().garbled() || Clock::now() - *deaf_since > death_timeout;
      if (lost) kill();
    }

    const Order order = reporter.order();
    if (order != told) {
      process_->channel().send(order);
      told = order;
      told_at = Clock::now();
    }
    const double silent = silence.seconds(), longest = reporter.step_limit();
    if (hang.empty() && told == Order::go_on && silent > longest) {
      hang = "no step within " + short_seconds(longest) + " (see --trial-timeout)";
      kill();
    }
    if (broken_ && silent > std::chrono::duration<double>(farewell_timeout).count()) kill();
    if (told != Order::go_on && Clock::now() - told_at > farewell_timeout) kill();
    if (killed_at && Clock::now() - *killed_at > farewell_timeout)
      throw WorkerCannotTrain(
          "the trainer's process does not die when it is killed: it is stuck in the kernel (a dead file system, a device's driver)");
    if (!warned && silent > std::chrono::duration<double>(worth_a_word).count()) {
      warned = true;
      const std::string text = "WARNING: worker " + std::to_string(options_.worker) + ": trial " +
                               std::to_string(suggestion.slot.trial) +
                               " has made no step for 10 minutes; --trial-timeout ends trials that hang\n";
      static_cast<void>(!write(STDERR_FILENO, text.data(), text.size()));
    }
    process_->wait(look_interval);
  }
  if (broken_) throw WorkerCannotTrain(*broken_);
  if (told != Order::go_on && hang.empty() && process_->end()->by_signal) {
    ended.ending = told == Order::cancel ? Ending::cancelled : Ending::interrupted;
    return ended;
  }
  if (!hang.empty()) return judge({Cause::hang, "", hang}, suggestion, reporter);
  return judge(lost ? outcome_of_lost_connection() : outcome(*process_->end()), suggestion, reporter);
}

// Who kills a whole job (the kernel, a resource manager, a person) may reach the trainer before its rank. If
// this rank lives on, it was the trainer alone, and the trial is given out again: whether it is to blame
// shows when that happens to it again.
TrialEnded IsolatedTrainer::judge(const Outcome& what, const Suggestion& suggestion,
                                  Reporter& reporter) const {
  TrialEnded ended;
  ended.trial = suggestion.slot.trial;
  ended.attempt = suggestion.attempt;
  ended.ending = what.unexplained ? Ending::interrupted : Ending::failed;
  ended.cause = what.cause;
  ended.detail = what.detail;
  ended.message = what.message;
  const auto until = Clock::now() + options_.moment;
  while (what.unexplained && Clock::now() < until) {
    if (const Order order = reporter.order(); order != Order::go_on) {
      ended.ending = order == Order::cancel ? Ending::cancelled : Ending::interrupted;
      ended.cause = Cause::none;
      ended.detail = ended.message = "";
      break;
    }
    std::this_thread::sleep_for(look_interval);
  }
  return ended;
}

}  // namespace sibyl
