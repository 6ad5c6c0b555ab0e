#include "core/oracle/simulation.hpp"

#include <algorithm>
#include <queue>
#include <set>

namespace sibyl {

namespace {

// A worker that has just finished an epoch of its trial, and so many since its last report, at a time.
struct EpochDone {
  double time = 0;
  int worker = 0;
  Suggestion suggestion;
  int epoch = 0;
  double began = 0;
  int epochs = 0;

  // Lets it train on, to its next report.
  void train(const SimulatedTraining& training) {
    const Slot& slot = suggestion.slot;
    epochs = training.each_epoch ? 1 : slot.last_epoch - epoch;
    for (int i = 0; i < epochs; ++i) time += training.seconds(slot.trial, ++epoch);
  }

  // The queue's top is the earliest; ties go to the lower rank.
  bool operator<(const EpochDone& other) const {
    return time != other.time ? time > other.time : worker > other.worker;
  }
};

}  // namespace

SimulatedSweep simulate(Oracle& oracle, int workers, const SimulatedTraining& training) {
  SimulatedSweep sweep;
  std::priority_queue<EpochDone> queue;
  std::set<int> free;
  for (int worker = 1; worker <= workers; ++worker) free.insert(worker);

  std::set<TrialId> open;
  const auto tell = [&](const Event& event) {
    ++sweep.events;
    const Consequences consequences = oracle.tell(event);
    sweep.decisions.insert(sweep.decisions.end(), consequences.decisions.begin(),
                           consequences.decisions.end());
    if (const auto* started = std::get_if<TrialStarted>(&event)) open.insert(started->suggestion.slot.trial);
    sweep.peak_checkpoints = std::max(sweep.peak_checkpoints, static_cast<std::int64_t>(open.size()));
    for (const RungResult& each : consequences.decisions)
      if (each.decision != RungDecision::promoted) open.erase(each.slot.trial);
    return consequences;
  };
  double now = 0;
  while (true) {
    bool for_sampler = false;
    while (!free.empty()) {
      Decision decision = oracle.ask();
      if (auto* stopped = std::get_if<SearchOver>(&decision)) sweep.end = *stopped;
      if (const auto* idle = std::get_if<Idle>(&decision)) for_sampler = idle->for_sampler;
      auto* suggestion = std::get_if<Suggestion>(&decision);
      if (!suggestion) break;
      const int worker = *free.begin();
      free.erase(free.begin());
      tell(TrialStarted{now, worker, *suggestion});
      if (const auto found = oracle.foreseen(*suggestion)) tell(*found);
      const int epoch = suggestion->slot.first_epoch;
      EpochDone next{now, worker, std::move(*suggestion), epoch, now};
      next.train(training);
      queue.push(std::move(next));
    }
    if (queue.empty()) break;

    EpochDone done = queue.top();
    queue.pop();
    if (for_sampler) sweep.waiting_for_sampler += (done.time - now) * static_cast<double>(free.size());
    now = done.time;
    const Slot& slot = done.suggestion.slot;
    const auto end = [&](Ending ending) {
      tell(TrialEnded{now, slot.trial, done.suggestion.attempt, done.worker, ending,
                      ending == Ending::failed ? Cause::exception : Cause::none, "", now - done.began});
      sweep.busy += now - done.began;
      free.insert(done.worker);
    };
    sweep.epochs += done.epochs;
    if (training.fails(slot.trial, done.epoch)) {
      end(Ending::failed);
      continue;
    }
    const Consequences reported =
        tell(EpochReported{slot.trial,
                           done.suggestion.attempt,
                           0,
                           done.epoch,
                           0,
                           0,
                           done.worker,
                           {{oracle.options().objective.metric, training.score(slot.trial, done.epoch)}}});
    const bool cancelled = !reported.cancelled.empty();
    if (cancelled || done.epoch == slot.last_epoch) {
      end(cancelled ? Ending::cancelled : Ending::reached);
      continue;
    }
    done.train(training);
    queue.push(std::move(done));
  }
  sweep.makespan = now;
  return sweep;
}

}  // namespace sibyl
