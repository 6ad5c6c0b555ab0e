#include "process/isolated_trainer.hpp"

#include <chrono>
#include <optional>
#include <thread>
#include <utility>
#include <variant>

#include "base/numbers.hpp"
#include "core/same_data.hpp"
#include "process/supervision.hpp"
#include "process/trainer_main.hpp"
#include "sibyl/error.hpp"

namespace sibyl {

namespace {

using Clock = std::chrono::steady_clock;
constexpr int max_starts = 3;

double seconds_since(Clock::time_point then) {
  return std::chrono::duration<double>(Clock::now() - then).count();
}

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
      fail("a new trainer process is not ready after " + short_number(longest) + " s; the first one took " +
           short_number(start_seconds_) + " s");
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

TrialEnded IsolatedTrainer::supervise(const Suggestion& suggestion, Reporter& reporter) {
  auto end = Supervision(*process_, suggestion, reporter, options_.worker, broken_).run();
  if (auto* ended = std::get_if<TrialEnded>(&end)) return std::move(*ended);
  return judge(std::get<Outcome>(end), suggestion, reporter);
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
