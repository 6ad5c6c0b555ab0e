#pragma once

#include "core/oracle/oracle.hpp"

#include "core/samplers/random.hpp"
#include "core/schedulers/full_budget.hpp"
#include "core/schedulers/hyperband/hyperband.hpp"

// Asks an oracle and tells it what happened, for tests.
namespace sibyl {

inline const Objective loss{"loss", Direction::minimize};

inline SearchSpace line() {
  SearchSpace space;
  space.add({"x", FloatRange{0, 1}, 0.5, {}});
  return space;
}

inline Oracle full(std::int64_t trials, int epochs, OracleOptions options = {}, SearchSpace space = line()) {
  options.objective = loss;
  return Oracle(space, options, std::make_unique<RandomSampler>(space, 1),
                std::make_unique<FullBudget>(trials, epochs, loss));
}

/// Of a sweep in which everything can happen that does: rungs, executions, retries, an end for failures.
inline Oracle busy_oracle() {
  OracleOptions options{loss};
  options.executions = 2;
  options.max_retries = 1;
  options.max_consecutive_failures = 4;
  return Oracle(line(), options, std::make_unique<RandomSampler>(line(), 1),
                std::make_unique<Hyperband>(HyperbandOptions{9, 3, 1}, loss));
}

inline Suggestion start(Oracle& oracle, int worker = 1) {
  const auto suggestion = std::get<Suggestion>(oracle.ask());
  oracle.tell(TrialStarted{1, worker, suggestion});
  return suggestion;
}

inline void report(Oracle& oracle, const Suggestion& suggestion, int epoch, double value, int execution = 0) {
  oracle.tell(
      EpochReported{suggestion.slot.trial, suggestion.attempt, execution, epoch, 0, 0, 1, {{"loss", value}}});
}

inline Consequences end(Oracle& oracle, const Suggestion& suggestion, Ending ending = Ending::reached,
                        Cause cause = Cause::none) {
  if (ending == Ending::failed && cause == Cause::none) cause = Cause::exception;
  return oracle.tell(TrialEnded{2, suggestion.slot.trial, suggestion.attempt, 1, ending, cause, "why", 1});
}

}  // namespace sibyl
