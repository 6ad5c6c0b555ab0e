// What the oracle learns from the events that it is told.
#include <cmath>
#include <numeric>

#include "core/oracle/failure_pattern.hpp"
#include "core/oracle/oracle.hpp"

namespace sibyl {

namespace {
/// A trial that so many workers were lost with has taken them down itself.
constexpr int max_lost_workers = 3;
/// A trial whose process was killed so often in one slot has had it killed (by a daemon that watches memory,
/// say); the times before may have been somebody's kill of the whole job. So it is with a device that several
/// processes lose together.
constexpr int max_unexplained = 3;

/// Was its process killed, or its device lost, and perhaps not because of it?
bool is_unexplained(const TrialEnded& ended) {
  return ended.ending == Ending::interrupted &&
         (ended.cause == Cause::signal || ended.cause == Cause::device_lost);
}

double latest_score(const Trial& trial) {
  double sum = 0;
  for (const ExecutionResult& each : trial.executions) sum += each.latest;
  return sum / static_cast<double>(trial.executions.size());
}
}  // namespace

Consequences Oracle::tell(const Event& event) {
  check(event);
  Consequences consequences;
  std::visit([&](const auto& each) { learn(each, consequences); }, event);
  if (options_.stoppers.trials_without_improvement > 0) count_improvements(event);
  // Of a trial that is chosen by no result none is told before it: so nothing is ever told from when a trial
  // can be chosen until it starts.
  if (results_ && sampler_->learns(static_cast<TrialId>(trials_.size())))
    results_->tell(*sampler_, *scheduler_);
  consequences.waits_for_sampler = waits_for_sampler();
  return consequences;
}

void Oracle::learn(const TrialStarted& event, Consequences& consequences) {
  const Suggestion& suggestion = event.suggestion;
  const TrialId id = suggestion.slot.trial;
  const bool is_new = id == static_cast<TrialId>(trials_.size());
  if (is_new) {
    Trial trial;
    trial.hyperparameters = suggestion.hyperparameters;
    trial.parent = suggestion.parent;
    trial.first_epoch = suggestion.slot.first_epoch;
    trial.origin = suggestion.origin;
    trial.started = event.time;
    trial.executions.resize(options_.executions, {.epochs = suggestion.slot.first_epoch});
    trials_.push_back(std::move(trial));
    sampler_->started(id, suggestion.hyperparameters);
    if (results_) results_->started(id);
    not_yet_reported_.insert(id);
  }
  if (requeued_.erase(id) == 0) apply(scheduler_->started(suggestion.slot), event.time, consequences);
  Trial& trial = trials_[id];
  if (trial.slot != suggestion.slot) trial.killed = 0;
  trial.slot = suggestion.slot;
  trial.attempt = suggestion.attempt;
  trial.worker = event.worker;
  trial.status = TrialStatus::running;
  running_.insert(id);

  if (!is_new) return;
  if (options_.max_trials > 0 && static_cast<std::int64_t>(trials_.size()) >= options_.max_trials && !closed_)
    close(consequences, event.time);
  close_if_used_up(consequences);
}

void Oracle::learn(const HyperparametersFound& event, Consequences&) {
  if (results_) results_->found(event);
  Trial& trial = trials_[event.trial];
  for (const Hyperparameter& hyperparameter : event.hyperparameters) {
    // What was sampled with the trial is nothing new to the sampler.
    found_more_ = found_more_ || !trial.hyperparameters.contains(hyperparameter.name);
    if (!space_.has(hyperparameter)) space_.add(hyperparameter);
  }
  trial.hyperparameters.update(event.values);
}

void Oracle::learn(const EpochReported& event, Consequences& consequences) {
  Trial& trial = trials_[event.trial];
  ExecutionResult& result = trial.executions[event.execution];
  epochs_ += event.epoch - result.epochs;
  result.epochs = event.epoch;
  measured_ = measured_ || names(event.metrics, options_.objective.metric);
  const double score = value_of(event.metrics, options_.objective.metric);
  if (options_.objective.better(score, result.score)) {
    result.score = score;
    result.epoch = event.epoch;
  }
  result.latest = score;
  trial.notes.update(event.notes);
  double sum = 0;
  int executions = 0;
  for (const ExecutionResult& each : trial.executions) {
    if (std::isnan(each.score)) continue;
    sum += each.score;
    ++executions;
  }
  trial.score = executions > 0 ? sum / executions : std::nan("");
  // While some executions are still to come, the mean of the others is no score to compare.
  if (executions == options_.executions) consider(event.trial);
  if (not_yet_reported_.erase(event.trial) > 0) close_if_used_up(consequences);
  if (scheduler_->ends_early(trial.slot, event.epoch, trial.score))
    consequences.cancelled.push_back(event.trial);
}

void Oracle::learn(const TrialEnded& event, Consequences& consequences) {
  Trial& trial = trials_[event.trial];
  running_.erase(event.trial);
  not_yet_reported_.erase(event.trial);
  trial.seconds += event.seconds;
  // What there was to say of an earlier slot that went well holds for the trial.
  const bool keeps_note = event.message.empty() && trial.cause == Cause::none;
  trial.cause = event.cause;
  const auto say = [&](std::string message) { trial.say({event.detail, std::move(message), event.output}); };
  if (!keeps_note) say(event.message);
  trial.facts.add(event.facts);
  trial.notes.update(event.notes);
  trial.status = TrialStatus::paused;

  bool failed = event.ending == Ending::failed;
  if (is_unexplained(event) && ++trial.killed == max_unexplained) {
    failed = true;
    say("given up: that happened " + std::to_string(trial.killed) + " times; " + event.message);
  } else if (event.ending == Ending::interrupted && event.cause == Cause::worker_lost &&
             ++trial.lost == max_lost_workers) {
    failed = true;
    say("given up: " + std::to_string(trial.lost) + " workers were lost with it; the last: " + event.message);
  } else if (event.ending == Ending::interrupted) {
    requeued_.insert(event.trial);
    close_if_used_up(consequences);
    return;
  }
  if (!failed && std::isnan(trial.score)) {
    failed = true;
    trial.cause = Cause::exception;
    say("no epoch had a finite '" + options_.objective.metric + "' (the objective)");
  }
  if (failed && may_pass(trial.cause) && trial.lost < max_lost_workers &&
      trial.retries < options_.max_retries) {
    ++trial.retries;
    trial.killed = 0;
    requeued_.insert(event.trial);
    return;
  }
  if (failed) fail(event.trial);
  trial.early_stopped = event.ending == Ending::early_stopped;
  const Observation observation{.slot = trial.slot,
                                .hyperparameters = trial.hyperparameters,
                                .score = failed ? std::nan("") : trial.score,
                                .latest = latest_score(trial),
                                .failed = failed,
                                .ended_early = trial.early_stopped || event.ending == Ending::cancelled};
  Effects effects = scheduler_->observed(observation);
  if (event.ending == Ending::cancelled) {
    for (RungResult& decision : effects.decisions)
      if (decision.slot.trial == event.trial && decision.decision == RungDecision::completed)
        decision.decision = RungDecision::stopped;
  }
  apply(effects, event.time, consequences);
  close_if_used_up(consequences);
}

void Oracle::consider(TrialId id) {
  if (best_ < 0 || BestFirst{options_.objective}({trials_[id].score, id}, {trials_[best_].score, best_}))
    best_ = id;
}

// One that reached a score before is no sign of a sweep that can't go well.
void Oracle::fail(TrialId id) {
  if (std::isfinite(trials_[id].score)) return;
  const FailureRows::Row row = failures_.add(id);
  if (options_.max_consecutive_failures == 0 || row.length < options_.max_consecutive_failures ||
      !given_up_.empty())
    return;
  // Where two rows meet it is longer: as many as were asked for are named.
  std::vector<TrialId> failed(static_cast<std::size_t>(options_.max_consecutive_failures));
  std::iota(failed.begin(), failed.end(), row.first);
  given_up_ = std::to_string(failed.size()) + " trials in a row failed, " + failure_pattern(failed, trials_);
}

// A trial that waits counts as over where nobody knows when it will be decided on.
bool Oracle::counts_as_over(TrialId id) const {
  if (running_.contains(id) || requeued_.contains(id)) return false;
  const Trial& trial = trials_[id];
  return trial.status != TrialStatus::paused || scheduler_->decides_by_arrival() ||
         !scheduler_->rung(trial.slot);
}

void Oracle::count_improvements(const Event& event) {
  if (const auto* ended = std::get_if<TrialEnded>(&event); ended && ended->trial < improvement_.next())
    improvement_.consider({trials_[ended->trial].score, ended->trial});
  while (improvement_.next() < static_cast<TrialId>(trials_.size()) &&
         improvement_.given_up(options_.stoppers.trials_without_improvement).empty() &&
         counts_as_over(improvement_.next()))
    improvement_.add(trials_[improvement_.next()].score);
}

void Oracle::learn(const SweepResumed& event, Consequences& consequences) {
  over_ = false;
  given_up_.clear();  // whoever resumes it has mended the reason, or hopes so
  failures_.forget();
  options_.max_trials = event.max_trials;
  options_.stoppers = event.stoppers;
  apply(scheduler_->extend(event.max_trials, event.iterations), event.time, consequences);
  if (results_) results_->extend(event.max_trials, event.iterations);
  closed_ = options_.max_trials > 0 && static_cast<std::int64_t>(trials_.size()) >= options_.max_trials;
  if (closed_) close(consequences, event.time);
  close_if_used_up(consequences);
}

// Once every configuration has been tried and no trial asked for more than the sampler knows.
void Oracle::close_if_used_up(Consequences& consequences) {
  if (closed_ || found_more_ || !not_yet_reported_.empty() || !sampler_->exhausted()) return;
  close(consequences, trials_.back().started);
}

void Oracle::close(Consequences& consequences, double time) {
  closed_ = true;
  const Effects effects = scheduler_->no_more_trials();
  if (results_) results_->no_more_trials();
  apply(effects, time, consequences);
}

void Oracle::apply(const Effects& effects, double time, Consequences& consequences) {
  if (results_)
    for (const Observation& each : effects.results) results_->observed(each);
  consequences.decisions.insert(consequences.decisions.end(), effects.decisions.begin(),
                                effects.decisions.end());
  for (const RungResult& result : effects.decisions) {
    Trial& trial = trials_[result.slot.trial];
    if (results_) results_->decided(result, trial.hyperparameters);
    trial.slot = result.slot;
    switch (result.decision) {
      case RungDecision::promoted:
        continue;
      case RungDecision::completed:
        trial.status = TrialStatus::completed;
        break;
      // Early stopping ended the training itself; that it was not the best is another matter.
      case RungDecision::stopped:
        trial.status = trial.early_stopped ? TrialStatus::completed : TrialStatus::stopped;
        break;
      case RungDecision::failed:
        trial.status = TrialStatus::failed;
        break;
    }
    trial.ended = time;
  }
}

}  // namespace sibyl
