// How a run ends, and what that is for the sweep.
#include <signal.h>

#include <fstream>
#include <iterator>
#include <thread>

#include "base/numbers.hpp"
#include "external/trial/program_run.hpp"

namespace sibyl {

namespace {

using namespace std::chrono_literals;

/// Who kills a whole job may reach the program before its rank: so long it is waited for that.
constexpr auto order_timeout = 3s;

// How launchers and people end whole jobs.
bool is_somebodys_kill(const ProcessEnd& end) {
  const int number = end.by_signal ? end.code : end.code - 128;  // as shells pass it on
  return number == SIGKILL || number == SIGTERM;
}

TrialEnded failed(Cause cause, std::string message, std::string detail = "") {
  TrialEnded ended;
  ended.ending = Ending::failed;
  ended.cause = cause;
  ended.message = std::move(message);
  ended.detail = std::move(detail);
  return ended;
}

TrialEnded ending(Ending how, std::string message = "") {
  TrialEnded ended;
  ended.ending = how;
  ended.message = std::move(message);
  return ended;
}

// A SIGKILL or SIGTERM that nobody explains may have been for the whole job: the trial is given out again,
// and whether it is to blame shows when that happens to it again.
TrialEnded of_bad_end(const ProcessEnd& end) {
  const std::string code = std::to_string(end.code);
  if (!end.by_signal) return failed(Cause::exit_code, "the program ended with exit code " + code, code);
  Outcome what = outcome(end, "the program");
  TrialEnded ended = failed(what.cause, std::move(what.message), std::move(what.detail));
  if (is_somebodys_kill(end) && ended.cause == Cause::signal) ended.ending = Ending::interrupted;
  return ended;
}

}  // namespace

// Of a program that does not speak: what it printed, or wrote, when it was done.
void ProgramRun::take_final_score() {
  if (speaks_ || !end_ || end_->by_signal || end_->code != 0 || told_ != Order::go_on || log_.is_over())
    return;
  std::optional<std::vector<Metric>> metrics;
  if (std::ifstream file(folder_.score_file()); folder_.is_there() && file)
    metrics = scores_.in_file(std::string(std::istreambuf_iterator<char>(file), {}));
  if (!metrics) metrics = scores_.final();
  if (metrics) log_.report({suggestion_.slot.last_epoch, std::move(*metrics)}, false);
}

bool ProgramRun::ended_badly() const {
  return end_ && !asked_ && !said_end_ && (end_->by_signal || end_->code != 0);
}

void ProgramRun::note(const std::string& text) {
  if (note_.find(text) == std::string::npos) note_ += (note_.empty() ? "" : "; ") + text;
}

void ProgramRun::await_order() {
  const auto until = Clock::now() + order_timeout;
  while (told_ == Order::go_on && Clock::now() < until) {
    told_ = reporter_.order_while_waiting();
    std::this_thread::sleep_for(10ms);
  }
}

TrialEnded ProgramRun::conclude() {
  if (ended_badly() && is_somebodys_kill(*end_)) await_order();
  TrialEnded ended = judged();
  if (said_end_ && !failure_ && end_ && !asked_ && !end_->by_signal && end_->code != 0)
    note("when its training was over, the program ended with exit code " + std::to_string(end_->code));
  ended.facts = facts_;
  ended.facts.checkpoint_bytes = folder_.checkpoint_bytes();
  ended.notes = log_.take_notes();
  if (!note_.empty()) ended.message += (ended.message.empty() ? "" : "; ") + note_;
  return ended;
}

TrialEnded ProgramRun::judged() const {
  const bool goes_on = told_ == Order::go_on;
  if (failure_ && goes_on) return failed(failure_->cause, failure_->message);
  if (!log_.diverged().empty()) return failed(Cause::diverged, log_.diverged());
  if (ended_badly() && goes_on) return of_bad_end(*end_);
  if (log_.stopped_early()) return ending(Ending::early_stopped, log_.early_stopping_reason());
  if (log_.reached_end()) return ending(Ending::reached);
  if (!goes_on) return ending(told_ == Order::cancel ? Ending::cancelled : Ending::interrupted);
  if (said_end_ && said_end_->stopped && log_.last() > 0)
    return ending(Ending::early_stopped, "the program ended its training by itself");
  if (!speaks_ && log_.last() == 0) return failed(Cause::exception, scores_.missing());
  return failed(Cause::exit_code,
                "the program ended after " + quantity(static_cast<std::uint64_t>(log_.last()), "epoch") +
                    " of " + std::to_string(suggestion_.slot.last_epoch) + ", and nobody had told it to",
                "0");
}

}  // namespace sibyl
