#include "cli/timing.hpp"

#include <algorithm>

namespace sibyl {

void Timing::learn(const Event& event) {
  if (const auto* opened = std::get_if<SweepOpened>(&event)) {
    latest_ = opened->time;
  } else if (const auto* joined = std::get_if<WorkerJoined>(&event)) {
    if (workers_.contains(joined->worker))
      close_session();  // the same rank again: the sweep was started again
    if (!running_) began_ = joined->time;
    running_ = true;
    workers_[joined->worker] = {joined->time, -1, 0};
    latest_ = joined->time;
  } else if (const auto* started = std::get_if<TrialStarted>(&event)) {
    if (const auto worker = workers_.find(started->worker); worker != workers_.end()) {
      worker->second.trial = started->suggestion.slot.trial;
      worker->second.started = started->time;
    }
    latest_ = started->time;
  } else if (const auto* report = std::get_if<EpochReported>(&event)) {
    ++epochs_;
    latest_ = std::max(latest_, report->started + report->seconds);
  } else if (const auto* ended = std::get_if<TrialEnded>(&event)) {
    busy_ += ended->seconds;
    if (const auto worker = workers_.find(ended->worker); worker != workers_.end()) worker->second.trial = -1;
    latest_ = ended->time;
  } else if (const auto* left = std::get_if<WorkerLeft>(&event)) {
    if (const auto worker = workers_.find(left->worker); worker != workers_.end()) {
      past_available_ += left->time - worker->second.joined;
      workers_.erase(worker);
    }
    latest_ = left->time;
  } else if (const auto* closed = std::get_if<SweepClosed>(&event)) {
    latest_ = closed->time;
    close_session();
  } else if (const auto* stopped = std::get_if<SweepStopped>(&event)) {
    latest_ = stopped->time;
    close_session();
  } else if (const auto* resumed = std::get_if<SweepResumed>(&event)) {
    close_session();  // if it was killed, at its last sign of life
    workers_.clear();
    latest_ = resumed->time;
  }
}

void Timing::close_session() {
  if (!running_) return;
  past_wall_ += latest_ - began_;
  for (const auto& [rank, worker] : workers_) past_available_ += latest_ - worker.joined;
  running_ = false;
}

double Timing::busy(double now) const {
  double busy = busy_;
  if (running_)
    for (const auto& [rank, worker] : workers_)
      if (worker.trial >= 0) busy += now - worker.started;
  return busy;
}

double Timing::available(double now) const {
  double available = past_available_;
  if (running_)
    for (const auto& [rank, worker] : workers_) available += now - worker.joined;
  return available;
}

}  // namespace sibyl
