#pragma once

#include <optional>
#include <vector>

#include "core/events.hpp"
#include "core/schedulers/bracket.hpp"
#include "sibyl/objective.hpp"

namespace sibyl {

struct PlanSize {
  std::int64_t trials = 0;
  std::int64_t epochs = 0;  ///< of all executions alike
};

/// Decides which trial is trained to which epoch. `next` is a question: it does not write, and asked twice it
/// answers the same; only what it is told changes it. New trials come in one fixed order of slots, whatever
/// the workers do: that makes a sweep the same on any number of them.
class Scheduler {
 public:
  virtual ~Scheduler() = default;

  /// The next slot to train; none when all that could be done now is under way. A slot for a new trial bears
  /// the id `new_trial` and first_epoch 0; without `new_trial` only promotions are named.
  virtual std::optional<Slot> next(std::optional<TrialId> new_trial) const = 0;
  /// Is that a slot of the plan that may be given out now, as `next` names them? Whatever is asked: it may
  /// come from a damaged journal.
  virtual bool expects(const Slot& slot) const = 0;
  /// The slot that `next` named was given out.
  virtual void started(const Slot& slot) = 0;
  /// A trial is through with its slot; its score so far (NaN: it failed). `final`: it has ended its training
  /// by itself (early stopping), so that its score stands for the later rungs too.
  virtual std::vector<RungResult> ended(const Slot& slot, double score, bool final) = 0;
  /// There will be no more new trials: rungs that wait for them make do with those they have.
  virtual std::vector<RungResult> no_more_trials() = 0;
  /// There may be more to do than was said at first: more new trials, more iterations. Never less.
  virtual void extend(std::int64_t max_trials, int iterations) = 0;
  /// Nothing is under way and nothing will come.
  virtual bool finished() const = 0;

  /// A trial's score after an epoch within its slot; true: end it now.
  virtual bool ends_early(const Slot&, int /*epoch*/, double /*score*/) { return false; }

  /// The rungs of the plan, in the order in which they are begun: all of them, or, where they are very many,
  /// those up to the iteration that comes next.
  virtual std::vector<RungStatus> rungs() const = 0;
  /// Of the whole plan, as far as is known (2^50 stands for more).
  virtual PlanSize planned() const;
  /// The rung that a slot belongs to.
  virtual RungStatus rung(const Slot& slot) const = 0;
};

}  // namespace sibyl
