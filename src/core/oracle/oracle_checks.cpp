// What an oracle is told is checked before it learns it: it may come from a damaged journal. What a worker
// says is looked at by the manager first (contradiction, refusal), so that it never tells a living oracle
// anything that `check` refuses.
#include <cmath>

#include "base/nearest.hpp"
#include "core/oracle/oracle.hpp"
#include "sibyl/error.hpp"

namespace sibyl {

namespace {

constexpr double latest_time = 253402300800;  // the year 10000, which calendars end before
constexpr int max_iterations = 1'000'000'000;

std::string of(TrialId trial, int attempt) {
  return "trial " + std::to_string(trial) + ", attempt " + std::to_string(attempt) + ",";
}

void check_time(const char* what, double seconds) {
  if (seconds >= 0 && seconds < latest_time) return;  // NaN is neither
  throw Contradiction(std::string(what) + " is " + std::to_string(seconds) +
                      " seconds, but time is no such number");
}

void check_worker(int worker) {
  if (worker < 0)
    throw Contradiction("worker " + std::to_string(worker) + ", but workers are numbered from 1");
}

struct Plain {
  void operator()(const SweepOpened&) const {}
  void operator()(const WorkerJoined& event) const { check_worker(event.worker); }
  void operator()(const TrialStarted& event) const { check_worker(event.worker); }
  void operator()(const HyperparametersFound&) const {}
  void operator()(const EpochReported& event) const {
    check_worker(event.worker);
    check_time("the beginning of an epoch", event.started);
    check_time("the length of an epoch", event.seconds);
  }
  void operator()(const TrialEnded& event) const {
    check_worker(event.worker);
    check_time("the length of a training", event.seconds);
    if (event.ending > Ending::failed)
      throw Contradiction("that a trial ended in way " + std::to_string(static_cast<int>(event.ending)) +
                          ", but there is no such way");
    if (event.cause > Cause::worker_lost)
      throw Contradiction("that a trial failed for cause " + std::to_string(static_cast<int>(event.cause)) +
                          ", but there is no such cause");
  }
  void operator()(const SweepStopped& event) const {
    if (event.end != SweepEnd::stopped && !came_to_nothing(event.end))
      throw Contradiction("that the sweep ended in way " + std::to_string(static_cast<int>(event.end)) +
                          " before it was finished, but there is no such way");
  }
  void operator()(const WorkerLeft& event) const { check_worker(event.worker); }
  void operator()(const auto&) const {}
};

}  // namespace

void Oracle::check(const Event& event) const {
  if (const double time = time_of(event);
      !std::holds_alternative<HyperparametersFound>(event) && !std::holds_alternative<EpochReported>(event))
    check_time("the time of an event", time);
  std::visit(Plain{}, event);
  std::visit([this](const auto& each) { check_one(each); }, event);
}

void Oracle::check_one(const SweepOpened&) const {
  if (opened_ || !trials_.empty())
    throw Contradiction("that a sweep begins, but one has begun before: are these two journals in one file?");
}

void Oracle::check_one(const TrialStarted& event) const {
  const Suggestion& suggestion = event.suggestion;
  const Slot& slot = suggestion.slot;
  const auto trials = static_cast<TrialId>(trials_.size());
  const std::string begins = of(slot.trial, suggestion.attempt) + " begins";
  if (over_) throw Contradiction(begins + ", but the sweep had ended and was not resumed");
  if (slot.trial < 0 || slot.trial > trials)
    throw Contradiction(begins + ", but the next new trial is " + std::to_string(trials));
  const bool is_new = slot.trial == trials;
  const int attempt = is_new ? 0 : trials_[slot.trial].attempt + 1;
  if (suggestion.attempt != attempt)
    throw Contradiction(begins + ", but the next attempt is " + std::to_string(attempt));
  if (suggestion.executions != options_.executions)
    throw Contradiction(begins + " with " + std::to_string(suggestion.executions) +
                        " executions, but each trial has " + std::to_string(options_.executions));
  if (running_.contains(slot.trial)) throw Contradiction(begins + ", but an earlier attempt is under way");
  const TrialId parent = is_new ? -1 : trials_[slot.trial].parent;
  if (is_new ? suggestion.parent < -1 || suggestion.parent >= trials : suggestion.parent != parent)
    throw Contradiction(begins + " from the checkpoint of trial " + std::to_string(suggestion.parent) +
                        ", but " + (is_new ? "there is no such trial" : "that is not its parent"));
  const bool has_an_origin = suggestion.parent >= 0 || (slot.rung == 0 && slot.first_epoch == 0);
  const bool expected = requeued_.contains(slot.trial) ? slot == trials_[slot.trial].slot
                        : is_new ? has_an_origin && scheduler_->expects(slot, suggestion.parent)
                                 : slot.first_epoch > 0 && scheduler_->expects(slot, -1);
  if (!expected)
    throw Contradiction(begins + " in rung " + std::to_string(slot.rung) + " of bracket " +
                        std::to_string(slot.bracket) + " of iteration " + std::to_string(slot.iteration) +
                        ", from epoch " + std::to_string(slot.first_epoch) + " to " +
                        std::to_string(slot.last_epoch) + ", but the plan has no such place for it now");
}

void Oracle::check_one(const HyperparametersFound& event) const {
  if (!is_news(event))
    throw Contradiction(of(event.trial, event.attempt) + " found hyperparameters, but it is not under way");
  if (const std::string problem = contradiction(event); !problem.empty())
    throw Contradiction("that " + problem);
}

void Oracle::check_one(const EpochReported& event) const {
  if (is_news(event)) return;
  const bool under_way = knows(event.trial, event.attempt);
  throw Contradiction(of(event.trial, event.attempt) + " reports epoch " + std::to_string(event.epoch) +
                      " of execution " + std::to_string(event.execution) +
                      (under_way ? ", but that was reported before, or there is no such execution"
                                 : ", but it is not under way"));
}

void Oracle::check_one(const TrialEnded& event) const {
  if (!is_news(event))
    throw Contradiction(of(event.trial, event.attempt) + " ended, but it is not under way");
}

void Oracle::check_one(const SweepResumed& event) const {
  if (event.max_trials < 0 || event.iterations < 1 || event.iterations > max_iterations)
    throw Contradiction("that the sweep goes on with at most " + std::to_string(event.max_trials) +
                        " trials and " + std::to_string(event.iterations) +
                        " iterations, but there is no such plan");
  const Stoppers& stoppers = event.stoppers;
  if (stoppers.epochs < 0 || stoppers.trials_without_improvement < 0 || !(stoppers.seconds >= 0))
    throw Contradiction("that the sweep goes on to the end of a budget, but that budget is less than none");
}

std::string Oracle::contradiction(const HyperparametersFound& found) const {
  try {
    SearchSpace of_its_own;
    for (const Hyperparameter& each : found.hyperparameters) {
      space_.check(each);
      of_its_own.add(each);
    }
    return "";
  } catch (const Error& problem) {
    return problem.what();
  }
}

std::optional<SearchOver> Oracle::refusal(const EpochReported& report) const {
  const std::string& objective = options_.objective.metric;
  if (measured_ || names(report.metrics, objective)) return std::nullopt;
  std::string list;
  std::vector<std::string> there;
  for (const Metric& metric : report.metrics) {
    list += (list.empty() ? "" : ", ") + metric.name;
    there.push_back(metric.name);
  }
  return SearchOver{
      .reason = "the objective is " + objective + did_you_mean(objective, there) + ", but an epoch has " +
                (list.empty() ? "no metrics" : "only " + list),
      .end = SweepEnd::given_up,
      .advice =
          "name one of these with --objective (and --overwrite: the record of this sweep has the other one), or let the job report it in every epoch"};
}

}  // namespace sibyl
