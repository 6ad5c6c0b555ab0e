#include "external/trial/program_run.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <thread>
#include <utility>

#include "external/program/program_words.hpp"

namespace sibyl {

namespace {

using namespace std::chrono_literals;

constexpr auto wait_interval = 20ms;
/// For a program that speaks, to come to the end of its epoch; then for any, to follow SIGTERM. Together less
/// than what a trainer's process is given (30 s).
constexpr auto epoch_patience = 10s, end_patience = 10s;
constexpr int max_lines = 1000;  // that are heard before orders are looked for again
constexpr auto life_interval = 5s;
constexpr double least_cpu_seconds = 0.05;  // of such an interval

}  // namespace

ProgramRun::ProgramRun(const ProgramSetting& setting, const Suggestion& suggestion, int execution,
                       HyperParameters& hp, Reporter& reporter, std::unique_ptr<GuardedProgram>& kept)
    : setting_(setting),
      suggestion_(suggestion),
      execution_(execution),
      hp_(hp),
      reporter_(reporter),
      program_(kept),
      folder_(setting.options, suggestion.slot.trial, execution),
      log_(setting.options, suggestion, execution, reporter),
      scores_(setting.options.objective, setting.score),
      timer_({.seconds = setting.options.checkpoint_seconds, .epochs = setting.options.checkpoint_epochs}) {}

double ProgramRun::seconds_now() {
  return std::chrono::duration<double>(Clock::now().time_since_epoch()).count();
}

TrialEnded ProgramRun::run() {
  try {
    restore();
    if (log_.is_over()) return conclude();
    do {
      restarts_ = false;
      start();
      supervise();
      facts_.host_memory = std::max(facts_.host_memory, program_->peak_memory());
      if (!restarts_) break;
      program_.reset();
      if (std::exchange(is_unreadable_, false)) folder_.forget_checkpoint();
      restore();
    } while (true);
    TrialEnded ended = conclude();
    if (!setting_.options.program.keep_alive || !said_end_ || failure_ || end_) program_.reset();
    return ended;
  } catch (...) {
    program_.reset();
    throw;
  }
}

void ProgramRun::restore() {
  const Slot& slot = suggestion_.slot;
  const TrialFolder parent(setting_.options, suggestion_.parent, execution_);
  if (suggestion_.parent >= 0) folder_.copy_own(parent);
  folder_.make();
  checkpoint_ = folder_.checkpoint();
  if (!checkpoint_ && suggestion_.parent >= 0) {
    if (const auto found = parent.checkpoint(); found && found->epoch == slot.first_epoch)
      folder_.copy(parent);
    checkpoint_ = folder_.checkpoint();
  }
  if (checkpoint_ && checkpoint_->epoch > slot.last_epoch) checkpoint_.reset();
  log_.begin(checkpoint_ ? checkpoint_->epoch : 0, folder_.reported());
}

void ProgramRun::start() {
  timer_.start(seconds_now());
  next_look_ = Clock::now() + life_interval;
  speaks_ = false;
  is_silent_ = program_ && !program_->end();
  if (is_silent_) return give_work();
  program_.reset();
  Suggestion of_now = suggestion_;
  of_now.hyperparameters = hp_.values();
  const ProgramTask task{setting_.options, of_now, execution_, folder_, setting_.visible_devices};
  try {
    program_ = std::make_unique<GuardedProgram>(program_command(task), program_environment(task));
  } catch (const Error& problem) {
    throw WorkerCannotTrain(problem.what());
  }
}

void ProgramRun::supervise() {
  while (!restarts_) {
    end_ = program_->end();  // before the last look, so that nothing it said is missed
    const bool gone = end_ && program_->gone();
    step();
    if (gone && is_silent_) restarts_ = true;  // it had only been about to end, when it was given work
    if (restarts_) return;
    if (gone) break;
    if (said_end_ && setting_.options.program.keep_alive) return;
    follow_order();
    look_for_life();
    if (end_)
      std::this_thread::sleep_for(1ms);  // what it has left behind is being killed
    else
      program_->wait(wait_interval);
  }
  for (SaidReport& each : scores_.finish())
    if (!speaks_ && !log_.is_over()) log_.report(std::move(each), false);
  take_final_score();
}

// What it has printed and said since the last time.
void ProgramRun::step() {
  take_output();
  for (int i = 0; i < max_lines && !restarts_; ++i) {
    const auto line = program_->lines().receive();
    if (!line) return;
    is_silent_ = false;
    hear(*line);
    reporter_.order();  // that it says something is a step
  }
}

void ProgramRun::take_output() {
  std::string text;
  program_->read_output(text);
  if (text.empty()) return;
  pass_on(text);
  auto reports = scores_.add(text);
  if (speaks_) return;
  reporter_.order();
  for (SaidReport& each : reports)
    if (!log_.is_over() && told_ == Order::go_on) log_.report(std::move(each), false);
}

void ProgramRun::pass_on(std::string_view text) const {
  while (!text.empty()) {
    const ssize_t count = write(STDOUT_FILENO, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

void ProgramRun::follow_order() {
  if (const Order order = reporter_.order_while_waiting(); order != Order::go_on && told_ == Order::go_on) {
    told_ = order;
    told_at_ = Clock::now();
  }
  if (said_end_) {
    reporter_.order();  // it has its time to end
    return end_after(end_patience, said_end_at_);
  }
  const bool is_stopped = log_.is_over() && !log_.reached_end();
  if (told_ != Order::go_on)
    end_after(speaks_ && told_ == Order::interrupt ? epoch_patience : 0s, told_at_);
  else if (is_stopped && !speaks_)
    end_after(0s, Clock::now());
}

// SIGTERM once it was waited for it so long, and then SIGKILL.
void ProgramRun::end_after(std::chrono::milliseconds patience, Clock::time_point since) {
  const auto now = Clock::now();
  if (!asked_ && now - since >= patience) {
    program_->ask_to_end();
    asked_ = true;
    asked_at_ = now;
  }
  if (asked_ && now - asked_at_ >= end_patience) program_->kill();
}

// Of a program that does not speak nobody knows when it makes steps. Where nobody said how long one may take,
// it lives as long as it computes.
void ProgramRun::look_for_life() {
  if (speaks_ || end_ || setting_.options.trial_timeout > 0 || Clock::now() < next_look_) return;
  next_look_ = Clock::now() + life_interval;
  const double used = program_->cpu_seconds();
  if (used - cpu_seconds_ >= least_cpu_seconds) reporter_.order();
  cpu_seconds_ = used;
}

}  // namespace sibyl
