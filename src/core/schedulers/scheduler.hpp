#pragma once

#include <cstdint>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "core/events.hpp"
#include "sibyl/objective.hpp"
#include "sibyl/sampler.hpp"

namespace sibyl {

/// How far a rung is.
struct RungStatus {
  int iteration = 0;
  int bracket = 0;
  int rung = 0;
  int first_epoch = 0;        ///< from where it takes its trials ...
  int epoch = 0;              ///< ... to where
  std::int64_t expected = 0;  ///< trials that it will hold, as far as is known
  std::int64_t ended = 0;     ///< of them, through with it (failures included)
  std::int64_t failed = 0;
  bool full() const { return ended == expected; }
  std::int64_t epochs() const { return expected * (epoch - first_epoch); }
};

struct PlanSize {
  std::int64_t trials = 0;
  std::int64_t epochs = 0;  ///< of all executions alike
};

/// What a scheduler wants trained next.
struct Proposal {
  Slot slot;
  /// Of a new trial: the one whose weights it takes over, at slot.first_epoch; -1: it begins anew. The parent
  /// waits there, and is not decided on before its descendants are through with their first slots: its
  /// checkpoint might be deleted.
  TrialId parent = -1;
  /// Of a new trial: what it is trained with. None: the sampler's.
  std::optional<Values> hyperparameters = {};
  bool operator==(const Proposal&) const = default;
};

/// What follows from what a scheduler was told.
struct Effects {
  std::vector<RungResult> decisions = {};
  /// What counts as a trial's result from now on, in an order that the scheduler answers for: a sampler may
  /// learn from it. Most schedulers take a result as it comes.
  std::vector<Observation> results = {};

  void append(Effects other) {
    decisions.insert(decisions.end(), other.decisions.begin(), other.decisions.end());
    std::move(other.results.begin(), other.results.end(), std::back_inserter(results));
  }
};

/// What a scheduler may want to know of the sweep besides its settings; each takes of it what it needs.
struct SchedulerContext {
  Objective objective = {};
  SearchSpace space = {};
  std::uint64_t seed = 0;
};

/// Decides which trial is trained to which epoch. `next` is a question: it does not write, and asked twice it
/// answers the same; only what it is told changes it. New trials come in one fixed order of slots, whatever
/// the workers do: that makes a sweep the same on any number of them.
class Scheduler {
 public:
  virtual ~Scheduler() = default;

  /// The next slot to train; none when all that could be done now is under way. A slot for a new trial bears
  /// the id `new_trial`, rung 0 unless it has a parent, and first_epoch 0 without one; where `new_trial` is
  /// not given only slots of trials that are there are named.
  virtual std::optional<Proposal> next(std::optional<TrialId> new_trial) const = 0;
  /// May this slot be given out now, as `next` names them? Whatever is asked: it may come from a damaged
  /// journal. `parent`: as of a Proposal.
  virtual bool expects(const Slot& slot, TrialId parent) const = 0;
  /// The slot that `next` named was given out.
  virtual Effects started(const Slot& slot) = 0;
  /// A trial is through with its slot.
  virtual Effects observed(const Observation& observation) = 0;
  /// There will be no more new trials: rungs that wait for them make do with those they have.
  virtual Effects no_more_trials() = 0;
  /// There may be more to do than was said at first: more new trials, more iterations. Never less.
  virtual Effects extend(std::int64_t max_trials, int iterations) = 0;
  /// Nothing is under way and nothing will come.
  virtual bool finished() const = 0;

  /// Does what it decides depend on the order in which it is told of results? Then nobody can say when a
  /// trial that waits is decided on.
  virtual bool decides_by_arrival() const { return false; }

  /// A trial's score after an epoch within its slot; true: end it now.
  virtual bool ends_early(const Slot&, int /*epoch*/, double /*score*/) { return false; }

  /// The rungs of the plan, in the order in which they are begun: all of them, or, where they are very many,
  /// those up to the iteration that comes next. None: it decides as it goes, and has no plan of rungs.
  virtual std::vector<RungStatus> rungs() const { return {}; }
  /// The rung that a slot belongs to, where there is a plan of them.
  virtual std::optional<RungStatus> rung(const Slot&) const { return std::nullopt; }
  /// Of the whole plan, as far as is known (2^50 stands for more). None: nobody can say.
  virtual std::optional<PlanSize> planned() const;
};

}  // namespace sibyl
