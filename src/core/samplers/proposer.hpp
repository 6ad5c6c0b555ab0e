#pragma once

#include <limits>
#include <vector>

#include "core/space/unit_cube.hpp"
#include "sibyl/trial.hpp"

namespace sibyl {

/// A trial's result at the end of one of its slots, as those that choose points learn of it.
struct Evaluation {
  TrialId trial = 0;
  int epoch = 0;    ///< that it was trained to: its budget
  double loss = 0;  ///< its score, with the sign that makes less better; NaN: it failed
};

/// A point that might be tried next.
struct Candidate {
  Point point;
  /// What is expected of its loss at `epoch`, the largest budget that the model is sure of; NaN: nothing in
  /// particular.
  double mean = std::numeric_limits<double>::quiet_NaN();
  double deviation = std::numeric_limits<double>::quiet_NaN();
  int epoch = 0;
};

/// Chooses points of the unit cube by what earlier ones have shown. It is told of trials in the order of
/// their numbers, and of evaluations in an order that is the same on any number of workers: so what it
/// proposes is a function of what it was told, of its seed, and of the trial's number. A trial that was
/// started and not yet evaluated is pending. Trials of other sweeps come first, with numbers below 0: where
/// only these have been is free.
class Proposer {
 public:
  virtual ~Proposer() = default;

  /// A trial was started here. Trials may have been chosen by somebody else.
  virtual void started(TrialId trial, const Point& point) = 0;
  virtual void evaluated(const Evaluation& evaluation) = 0;
  /// Where the next trial, `trial`, might be, the best first, each once, snapped, and none where a trial has
  /// been already: as far as a discrete space has such (else fewer, or none). Whoever asks takes the first
  /// that pleases.
  virtual std::vector<Candidate> propose(TrialId trial) const = 0;
};

}  // namespace sibyl
