#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "sibyl/objective.hpp"

namespace sibyl {

/// What ends a sweep for good before its plan is done.
struct Stoppers {
  double target = std::numeric_limits<double>::quiet_NaN();  ///< a score that is good enough; NaN: none is
  std::int64_t epochs = 0;                                   ///< trained, of all executions; 0: any number
  double seconds = 0;                                        ///< of all launches together; 0: any
  int trials_without_improvement = 0;                        ///< 0: any number
  bool operator==(const Stoppers& other) const;
};

/// Why a score is good enough; empty if it is not.
std::string target_reached(const Stoppers& stoppers, const Objective& objective, const Ranked& best);
/// Why so many epochs, or seconds, are all there are to be; empty if they are not.
std::string budget_used(const Stoppers& stoppers, std::int64_t epochs, double seconds);

/// How many trials are over since the best of them. In the order of their numbers, and not of their ends: a
/// trial counts once all before it are over. So which trial is the last straw does not depend on which
/// workers are faster.
class Improvement {
 public:
  explicit Improvement(Objective objective) : better_{std::move(objective)} {}
  /// The trial that counts next.
  TrialId next() const { return next_; }
  /// `next()` is over, with that score; NaN: none.
  void add(double score) { consider({score, next_++}); }
  /// One that counts already has another score: it went on.
  void consider(const Ranked& trial);
  /// Why no better trial is looked for; empty while one is.
  std::string given_up(int trials_without_improvement) const;

 private:
  BestFirst better_;
  Ranked best_;  ///< without a score while there is none
  TrialId next_ = 0;
};

}  // namespace sibyl
