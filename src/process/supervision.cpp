#include "process/supervision.hpp"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/numbers.hpp"

namespace sibyl {

namespace {

/// For a step and a checkpoint, once the trial is to end.
constexpr std::chrono::seconds last_step_timeout{30};
constexpr std::chrono::minutes worth_a_word{10};
/// From the end of a process's connection to its own.
constexpr std::chrono::seconds death_timeout{2};

double in_seconds(std::chrono::steady_clock::duration time) {
  return std::chrono::duration<double>(time).count();
}

}  // namespace

void Silence::end() {
  seconds_ = 0;
  last_look_ = std::chrono::steady_clock::now();  // what the rank itself did meanwhile is no silence
}

double Silence::seconds() {
  const auto now = std::chrono::steady_clock::now();
  const double passed = in_seconds(now - std::exchange(last_look_, now));
  return seconds_ += std::min(passed, 1.0);
}

std::variant<TrialEnded, Outcome> Supervision::run() {
  while (true) {
    const bool dead = process_.end().has_value();  // before the last look, so that nothing it said is missed
    if (auto ended = hear()) return std::move(*ended);
    if (dead) return after_death();
    check_connection();
    pass_on_order();
    check_time();
    process_.wait(look_interval);
  }
}

// What has arrived; if it is that the trial ended, that.
std::optional<TrialEnded> Supervision::hear() {
  // What is not of this attempt of this trial is nobody's any more.
  const auto is_of_trial = [&](const auto& report) {
    return report.trial == suggestion_.slot.trial && report.attempt == suggestion_.attempt;
  };
  while (auto message = process_.channel().receive()) {
    silence_.end();
    if (const auto* broken = std::get_if<Broken>(&*message)) broken_ = broken->reason;
    auto* event = std::get_if<Event>(&*message);
    if (!event) continue;
    if (auto* found = std::get_if<HyperparametersFound>(event); found && is_of_trial(*found))
      reporter_.found(std::move(*found));
    if (auto* report = std::get_if<EpochReported>(event); report && is_of_trial(*report))
      reporter_.epoch(std::move(*report));
    if (auto* ended = std::get_if<TrialEnded>(event); ended && is_of_trial(*ended)) return std::move(*ended);
  }
  return std::nullopt;
}

void Supervision::check_connection() {
  if (!process_.channel().closed()) return;
  if (!deaf_since_) deaf_since_ = Clock::now();
  lost_ = process_.channel().garbled() || Clock::now() - *deaf_since_ > death_timeout;
  if (lost_) kill();
}

void Supervision::pass_on_order() {
  const Order order = reporter_.order();
  if (order == told_) return;
  process_.channel().send(order);
  told_ = order;
  told_at_ = Clock::now();
}

void Supervision::check_time() {
  const double silent = silence_.seconds(), longest = reporter_.step_limit();
  if (hang_.empty() && told_ == Order::go_on && silent > longest) {
    hang_ = "no step within " + short_number(longest) + " s (see --trial-timeout)";
    kill();
  }
  if (broken_ && silent > in_seconds(last_step_timeout)) kill();
  if (told_ != Order::go_on && Clock::now() - told_at_ > last_step_timeout) kill();
  if (killed_at_ && Clock::now() - *killed_at_ > last_step_timeout)
    throw WorkerCannotTrain(
        "the trainer's process does not die when it is killed: it is stuck in the kernel (a dead file system, a device's driver)");
  if (!warned_ && silent > in_seconds(worth_a_word)) warn();
}

void Supervision::warn() {
  warned_ = true;
  const std::string text = "WARNING: worker " + std::to_string(worker_) + ": trial " +
                           std::to_string(suggestion_.slot.trial) +
                           " has made no step for 10 minutes; --trial-timeout ends trials that hang\n";
  static_cast<void>(!write(STDERR_FILENO, text.data(), text.size()));
}

void Supervision::kill() {
  if (!killed_at_) killed_at_ = Clock::now();
  process_.kill();
}

std::variant<TrialEnded, Outcome> Supervision::after_death() {
  if (broken_) throw WorkerCannotTrain(*broken_);
  if (!hang_.empty()) return Outcome{Cause::hang, "", hang_};
  if (told_ != Order::go_on && process_.end()->by_signal) {
    TrialEnded ended;
    ended.ending = told_ == Order::cancel ? Ending::cancelled : Ending::interrupted;
    return ended;
  }
  return lost_ ? outcome_of_lost_connection() : outcome(*process_.end());
}

}  // namespace sibyl
