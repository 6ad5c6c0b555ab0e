#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sibyl/objective.hpp"

namespace sibyl {

/// How the learning rate goes; reads itself from a text, as OptimizerKind does. What falls "with each step"
/// is at its end after `epochs`, and stays there.
class ScheduleKind {
 public:
  enum Kind {
    constant,
    step,             ///< falls after each so many epochs
    exponential,      ///< falls after each epoch
    linear,           ///< falls in a line, with each step
    polynomial,       ///< falls along a power of a line, with each step
    cosine,           ///< falls along half a cosine, with each step (Loshchilov and Hutter 2017, equation 5)
    cosine_restarts,  ///< the same again and again, each time from the full rate
    one_cycle,        ///< rises along half a cosine, then falls along another, with each step (Smith 2018)
    plateau,          ///< falls when the objective has not improved for so many epochs
  };
  constexpr ScheduleKind(Kind kind) : kind_(kind) {}
  /// Throws Error for a name that it does not know.
  ScheduleKind(std::string_view name);
  ScheduleKind(const std::string& name) : ScheduleKind(std::string_view(name)) {}
  ScheduleKind(const char* name) : ScheduleKind(std::string_view(name)) {}
  constexpr operator Kind() const { return kind_; }

 private:
  Kind kind_;
};

/// A place in a training.
struct StepPlace {
  int epoch = 1;
  std::int64_t step = 0;  ///< of the epoch, from 0
  std::int64_t steps = 1;
  int falls = 0;  ///< of a plateau schedule so far (Schedule::falls)
};

/// What the learning rate is multiplied by: a function of the place (and, on a plateau, of the scores that
/// are recorded) alone, so that a training that is interrupted, or goes on in a later slot, has the same
/// rates. For the same reason a cosine falls over the epochs of a whole training, and not over those that
/// this trial gets: these its scheduler decides on the way.
struct Schedule {
  ScheduleKind kind = ScheduleKind::constant;
  /// linear, polynomial, cosine, one_cycle: until it is at `final`, where it stays; cosine_restarts: of the
  /// first fall; 0: the sweep's --max-epochs
  double epochs = 0;
  double final = 0;      ///< what is left of the rate at the end of a fall; a plateau's never falls below it
  int every = 10;        ///< step: epochs
  double factor = 0.1;   ///< step, exponential, plateau: what each fall leaves of the rate
  double power = 1;      ///< polynomial
  double lengthen = 1;   ///< cosine_restarts: each fall takes so many times the epochs of the one before
  double start = 0.04;   ///< one_cycle: what it begins with
  double rise = 0.3;     ///< one_cycle: the share of the epochs in which it rises
  int patience = 10;     ///< plateau: it falls after more epochs than these without an improvement
  int cooldown = 0;      ///< plateau: epochs after a fall that are not counted
  double min_delta = 0;  ///< plateau: what counts as an improvement
  double warmup = 0;  ///< epochs in which the rate rises from 0 in a line, whatever the kind; what falls with
                      ///< each step begins then

  /// Throws Error when its numbers make no sense.
  void check() const;
  /// With `max_epochs` (FitContext::max_epochs) in place of epochs that are 0.
  Schedule over(int max_epochs) const;
  /// Throws Error for one that falls with each step and whose epochs are 0.
  double at(const StepPlace& place) const;
  /// How often a plateau schedule has fallen before the next epoch: `scores` are the objective's of all
  /// epochs so far. 0 of any other.
  int falls(const Objective& objective, const std::vector<double>& scores) const;
  /// For people: training goes on to `last_epoch`, past the schedule's end. Empty where it does not.
  std::string past_its_end(int last_epoch) const;
};

}  // namespace sibyl
