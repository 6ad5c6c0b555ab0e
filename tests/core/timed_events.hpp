#pragma once

#include "core/events.hpp"

// Events of which only the times matter, and whose they are, for tests.
namespace sibyl {

inline Event opened(double time) {
  SweepOpened event;
  event.time = time;
  return event;
}

inline Event resumed(double time) {
  return SweepResumed{time, "", 0, 1};
}

inline Event joined(double time, int worker) {
  WorkerJoined event;
  event.time = time;
  event.worker = worker;
  return event;
}

inline Event started(double time, int worker, TrialId trial, int attempt = 0) {
  return TrialStarted{time, worker, {.slot = {.trial = trial}, .hyperparameters = {}, .attempt = attempt}};
}

/// An epoch of one second.
inline Event epoch(double started) {
  EpochReported report;
  report.started = started;
  report.seconds = 1;
  return report;
}

inline Event ended(double time, int worker, TrialId trial, double seconds, Ending ending = Ending::reached,
                   int attempt = 0) {
  return TrialEnded{.time = time,
                    .trial = trial,
                    .attempt = attempt,
                    .worker = worker,
                    .ending = ending,
                    .message = "",
                    .seconds = seconds};
}

}  // namespace sibyl
