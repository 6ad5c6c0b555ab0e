#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sibyl {

/// How the learning rate goes; reads itself from a text, as OptimizerKind does.
class ScheduleKind {
 public:
  enum Kind {
    constant,
    cosine,       ///< falls along half a cosine, a little with each step
    step,         ///< falls after each so many epochs
    exponential,  ///< falls after each epoch
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
};

/// What the learning rate is multiplied by: a function of the place alone, so that a training that is
/// interrupted, or goes on in a later slot, has the same rates. For the same reason a cosine falls over the
/// epochs of a whole training, and not over those that this trial gets: these its scheduler decides on the
/// way.
struct Schedule {
  ScheduleKind kind = ScheduleKind::constant;
  double epochs = 0;    ///< cosine: until it is at `final`, where it stays; 0: the sweep's --max-epochs
  double final = 0;     ///< cosine: what is left of the rate
  int every = 10;       ///< step: epochs
  double factor = 0.1;  ///< step, exponential: what each fall leaves of the rate
  double warmup =
      0;  ///< epochs in which the rate rises from 0 in a line, whatever the kind; cosine begins then

  /// Throws Error when its numbers make no sense.
  void check() const;
  /// With `max_epochs` (FitContext::max_epochs) in place of epochs that are 0.
  Schedule over(int max_epochs) const;
  /// Throws Error for a cosine whose epochs are 0.
  double at(const StepPlace& place) const;
  /// For people: training goes on to `last_epoch`, past the schedule's end. Empty where it does not.
  std::string past_its_end(int last_epoch) const;
};

}  // namespace sibyl
