#include "core/oracle/simulation.hpp"

#include <algorithm>
#include <queue>
#include <set>
#include <utility>

namespace sibyl {

namespace {

// A worker that has just finished an epoch of its trial, and so many since its last report, at a time.
struct EpochDone {
  double time = 0;
  int worker = 0;
  Suggestion suggestion;
  int epoch = 0;
  double began = 0;
  double slowness = 1;
  int epochs = 0;

  // Lets it train on, to its next report.
  void train(const SimulatedTraining& training) {
    const Slot& slot = suggestion.slot;
    epochs = training.each_epoch ? 1 : slot.last_epoch - epoch;
    for (int i = 0; i < epochs; ++i) time += slowness * training.seconds(slot.trial, ++epoch);
  }

  // The queue's top is the earliest; ties go to the lower rank.
  bool operator<(const EpochDone& other) const {
    return time != other.time ? time > other.time : worker > other.worker;
  }
};

/// A sweep that is under way.
class Simulation {
 public:
  Simulation(Oracle& oracle, int workers, const SimulatedTraining& training, const WatchSweep& watch)
      : oracle_(oracle), training_(training), watch_(watch) {
    for (int worker = 1; worker <= workers; ++worker) free_.insert(worker);
  }

  SimulatedSweep run() {
    while (true) {
      if (auto over = oracle_.ended(now_)) {
        leave_off(*std::move(over));
        break;
      }
      const bool for_sampler = hand_out();
      if (queue_.empty()) break;
      EpochDone done = queue_.top();
      queue_.pop();
      if (for_sampler) sweep_.waiting_for_sampler += (done.time - now_) * static_cast<double>(free_.size());
      now_ = done.time;
      take(std::move(done));
    }
    sweep_.makespan = now_;
    return std::move(sweep_);
  }

 private:
  // As long as there are workers and work. Do workers wait only for what the sampler is to know?
  bool hand_out() {
    while (!free_.empty()) {
      Decision decision = oracle_.ask();
      if (auto* over = std::get_if<SearchOver>(&decision)) sweep_.end = std::move(*over);
      if (const auto* idle = std::get_if<Idle>(&decision)) return idle->for_sampler;
      auto* suggestion = std::get_if<Suggestion>(&decision);
      if (!suggestion) break;
      const int worker = *free_.begin();
      free_.erase(free_.begin());
      tell(TrialStarted{now_, worker, *suggestion});
      if (const auto found = oracle_.foreseen(*suggestion)) tell(*found);
      // One that was interrupted goes on from where it was.
      const Slot& slot = suggestion->slot;
      const int epoch = std::max(slot.first_epoch, oracle_.trials()[slot.trial].epochs());
      const double overhead = training_.overhead(slot), slowness = training_.slowness(slot);
      sweep_.overhead += overhead;
      const double begins = std::max(now_, oracle_free_) + overhead;
      EpochDone next{begins, worker, std::move(*suggestion), epoch, begins, slowness};
      next.train(training_);
      queue_.push(std::move(next));
    }
    return false;
  }

  // What is under way is not waited for.
  void leave_off(SearchOver over) {
    sweep_.end = std::move(over);
    for (; !queue_.empty(); queue_.pop()) end(queue_.top(), Ending::interrupted);
  }

  void take(EpochDone done) {
    const Slot& slot = done.suggestion.slot;
    sweep_.epochs += done.epochs;
    if (training_.fails(slot.trial, done.epoch)) return end(done, Ending::failed);
    const double score = training_.score(slot.trial, done.epoch);
    const Consequences reported = tell(EpochReported{slot.trial,
                                                     done.suggestion.attempt,
                                                     0,
                                                     done.epoch,
                                                     0,
                                                     0,
                                                     done.worker,
                                                     {{oracle_.options().objective.metric, score}}});
    if (!reported.cancelled.empty()) return end(done, Ending::cancelled);
    if (done.epoch == slot.last_epoch) return end(done, Ending::reached);
    done.train(training_);
    queue_.push(std::move(done));
  }

  void end(const EpochDone& done, Ending ending) {
    const double trained = std::max(0.0, now_ - done.began);
    tell(TrialEnded{now_, done.suggestion.slot.trial, done.suggestion.attempt, done.worker, ending,
                    ending == Ending::failed ? Cause::exception : Cause::none, "", trained});
    sweep_.busy += trained;
    free_.insert(done.worker);
  }

  Consequences tell(const Event& event) {
    ++sweep_.events;
    oracle_free_ = std::max(now_, oracle_free_) + training_.event_seconds;
    Consequences consequences = oracle_.tell(event);
    if (watch_) watch_(now_, event, consequences);
    sweep_.decisions.insert(sweep_.decisions.end(), consequences.decisions.begin(),
                            consequences.decisions.end());
    if (const auto* started = std::get_if<TrialStarted>(&event)) open_.insert(started->suggestion.slot.trial);
    sweep_.peak_checkpoints = std::max(sweep_.peak_checkpoints, static_cast<std::int64_t>(open_.size()));
    for (const RungResult& each : consequences.decisions)
      if (each.decision != RungDecision::promoted) open_.erase(each.slot.trial);
    return consequences;
  }

  Oracle& oracle_;
  const SimulatedTraining& training_;
  const WatchSweep& watch_;
  SimulatedSweep sweep_;
  std::priority_queue<EpochDone> queue_;
  std::set<int> free_;
  std::set<TrialId> open_;  ///< trials that have a checkpoint
  double now_ = 0;
  double oracle_free_ = 0;  ///< when it has learned all that it was told
};

}  // namespace

SimulatedSweep simulate(Oracle& oracle, int workers, const SimulatedTraining& training,
                        const WatchSweep& watch) {
  return Simulation(oracle, workers, training, watch).run();
}

}  // namespace sibyl
