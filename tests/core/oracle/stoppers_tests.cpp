// What ends a sweep for good before its plan is done.
#include <cmath>
#include <limits>

#include "catch.hpp"
#include "core/oracle/simulation.hpp"
#include "core/told_oracle.hpp"

using namespace sibyl;

namespace {

const Objective accuracy{"accuracy", Direction::maximize};

Oracle full_until(Stoppers stoppers, std::int64_t trials = 20, int epochs = 4, int executions = 1) {
  OracleOptions options;
  options.stoppers = stoppers;
  options.executions = executions;
  return full(trials, epochs, options);
}

Oracle hyperband_until(Stoppers stoppers) {
  return Oracle(line(), {.objective = loss, .stoppers = stoppers}, std::make_unique<RandomSampler>(line(), 1),
                std::make_unique<Hyperband>(HyperbandOptions{27, 3, 1}, loss));
}

std::string ended(const Oracle& oracle, double seconds = 0) {
  const auto over = oracle.ended(seconds);
  return over ? over->reason : "";
}

// A trial that is through, with that loss in its only epoch.
void run(Oracle& oracle, double value) {
  const Suggestion trial = start(oracle);
  report(oracle, trial, 1, value);
  end(oracle, trial);
}

// Trial k has the loss |k - 10|: each of 0 .. 10 is better than all before it.
SimulatedTraining v_shaped(std::uint64_t order) {
  SimulatedTraining training;
  training.score = [](TrialId trial, int) { return std::abs(static_cast<double>(trial - 10)); };
  training.seconds = [=](TrialId trial, int) { return 0.5 + RandomStream(order, trial, "speed").uniform(); };
  return training;
}

}  // namespace

TEST_CASE("a sweep ends when a trial reaches the target, in the objective's direction, and never by NaN") {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const auto& [score, least, most] :
       {std::tuple(0.5, true, true), std::tuple(0.7, false, true), std::tuple(0.3, true, false),
        std::tuple(infinity, false, false), std::tuple(-infinity, false, false)}) {
    CAPTURE(score);
    CHECK(target_reached({.target = 0.5}, loss, {score, 3}).empty() == !least);
    CHECK(target_reached({.target = 0.5}, accuracy, {score, 3}).empty() == !most);
  }
  CHECK(target_reached({.target = 0.5}, loss, {std::nan(""), 3}).empty());
  CHECK(target_reached({}, loss, {0.5, 3}).empty());

  Oracle oracle = full_until({.target = 0.5});
  const Suggestion first = start(oracle), second = start(oracle);
  report(oracle, first, 1, std::nan(""));
  report(oracle, first, 2, 0.6);
  CHECK(ended(oracle) == "");
  report(oracle, second, 1, 0.5);  // in the middle of its training
  CHECK(ended(oracle) == "the target of 0.5 is reached by trial 1 (loss 0.5)");
  CHECK(std::get<SearchOver>(oracle.ask()).end == SweepEnd::finished);
}

TEST_CASE("what failed has reached no target: there is no model of it") {
  Oracle oracle = full_until({.target = 0.5});
  const Suggestion first = start(oracle), second = start(oracle);
  report(oracle, first, 1, 0.4);
  end(oracle, first, Ending::failed);
  CHECK(ended(oracle) == "");
  report(oracle, second, 1, 0.45);
  CHECK(ended(oracle) == "the target of 0.5 is reached by trial 1 (loss 0.45)");
}

TEST_CASE("the target is for the mean of a trial's executions") {
  Oracle oracle = full_until({.target = 0.5}, 20, 1, 2);
  const Suggestion trial = start(oracle);
  report(oracle, trial, 1, 0.1, 0);
  CHECK(ended(oracle) == "");
  report(oracle, trial, 1, 0.9, 1);
  CHECK(ended(oracle) == "the target of 0.5 is reached by trial 0 (loss 0.5)");
}

TEST_CASE("the budget counts the epochs of all executions, and what was trained again once") {
  Oracle oracle = full_until({.epochs = 6}, 20, 4, 2);
  const Suggestion trial = start(oracle);
  for (const int epoch : {1, 2}) report(oracle, trial, epoch, 1, 0);
  end(oracle, trial, Ending::interrupted);
  const Suggestion again = start(oracle);
  CHECK_FALSE(oracle.is_news(EpochReported{0, again.attempt, 0, 2, 0, 0, 1, {{"loss", 1}}}));
  for (const int epoch : {3, 4}) report(oracle, again, epoch, 1, 0);
  report(oracle, again, 1, 1, 1);
  CHECK(ended(oracle) == "");
  CHECK(planned(oracle)->epochs == 6);
  report(oracle, again, 2, 1, 1);
  CHECK(ended(oracle) == "the budget of 6 epochs is used up");
}

TEST_CASE("the budget of time is of all launches") {
  Oracle oracle = full_until({.seconds = 90});
  CHECK(ended(oracle, 89) == "");
  CHECK(ended(oracle, 90) == "the time budget of 1:30 is used up");
  CHECK(std::holds_alternative<Suggestion>(oracle.ask()));  // it has no clock
}

TEST_CASE("trials without improvement count by their numbers, and not by their ends") {
  Oracle oracle = full_until({.trials_without_improvement = 2}, 20, 1);
  const Suggestion slow = start(oracle);
  for (const double value : {3.0, 4.0, 5.0}) run(oracle, value);
  CHECK(ended(oracle) == "");  // trial 0 may be the best, or one of those that were no better
  report(oracle, slow, 1, 9);
  end(oracle, slow);
  CHECK(ended(oracle) == "none of 2 trials after trial 1 (loss 3) was better");
}

TEST_CASE(
    "neither a tie nor a trial without a score is an improvement, and before the first score none counts") {
  Oracle oracle = full_until({.trials_without_improvement = 3}, 20, 1);
  for (int i = 0; i < 5; ++i) end(oracle, start(oracle), Ending::failed);
  CHECK(ended(oracle) == "");
  run(oracle, 3);
  run(oracle, 3);
  end(oracle, start(oracle), Ending::failed);
  CHECK(ended(oracle) == "");
  run(oracle, 4);
  CHECK(ended(oracle) == "none of 3 trials after trial 5 (loss 3) was better");
}

TEST_CASE("the last trial without improvement is the same on any number of workers") {
  for (const bool rungs : {false, true}) {
    std::string expected;
    for (const int workers : {1, 2, 7, 64})
      for (const std::uint64_t order : {1, 2, 3}) {
        Oracle oracle = rungs ? hyperband_until({.trials_without_improvement = 4})
                              : full_until({.trials_without_improvement = 4}, 200);
        const SimulatedSweep sweep = simulate(oracle, workers, v_shaped(order));
        if (expected.empty()) expected = sweep.end.reason;
        CHECK(sweep.end.reason == expected);
        CHECK(oracle.running().empty());
      }
    CHECK(expected == "none of 4 trials after trial 10 (loss 0) was better");
  }
}

TEST_CASE("what is under way when a sweep is ended is interrupted, and goes on with a larger budget") {
  Oracle whole = hyperband_until({});
  simulate(whole, 5, v_shaped(1));
  Oracle oracle = hyperband_until({.epochs = 50});
  CHECK(simulate(oracle, 5, v_shaped(1)).end.reason == "the budget of 50 epochs is used up");
  CHECK(oracle.epochs() == 50);
  CHECK_FALSE(oracle.requeued().empty());
  oracle.tell(SweepClosed{3, "the budget"});
  oracle.tell(SweepResumed{4, "", 0, 1, {.epochs = 50}});
  CHECK(std::holds_alternative<SearchOver>(oracle.ask()));
  oracle.tell(SweepResumed{4, "", 0, 1, {}});
  CHECK(simulate(oracle, 3, v_shaped(2)).end.reason == "the plan is done");
  REQUIRE(oracle.trials().size() == whole.trials().size());
  CHECK(oracle.epochs() == whole.epochs());
  for (std::size_t i = 0; i < whole.trials().size(); ++i)
    CHECK(oracle.trials()[i].status == whole.trials()[i].status);
}

TEST_CASE("a resume that begins to count looks at the trials that are there") {
  Oracle oracle = full_until({}, 20, 1);
  for (const double value : {3.0, 2.0, 5.0, 4.0}) run(oracle, value);
  oracle.tell(SweepResumed{4, "", 20, 1, {.trials_without_improvement = 2}});
  CHECK(ended(oracle) == "none of 2 trials after trial 1 (loss 2) was better");
  oracle.tell(SweepResumed{4, "", 20, 1, {.trials_without_improvement = 3}});
  CHECK(ended(oracle) == "");
  run(oracle, 7);
  CHECK(ended(oracle) == "none of 3 trials after trial 1 (loss 2) was better");
}
