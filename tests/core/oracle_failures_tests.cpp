#include "told_oracle.hpp"

#include <cmath>

#include "catch.hpp"

using namespace sibyl;

TEST_CASE("a failed trial is recorded, has no score and is never the best") {
  Oracle oracle = full(2, 3);
  const Suggestion a = start(oracle), b = start(oracle);
  report(oracle, b, 1, 0.7);
  report(oracle, a, 1, 0.1);
  CHECK(oracle.best() == 0);
  const auto consequences = end(oracle, a, Ending::failed);
  REQUIRE(consequences.decisions.size() == 1);
  CHECK(consequences.decisions[0].decision == RungDecision::failed);
  CHECK(oracle.best() == 1);
  CHECK(std::isnan(oracle.trials()[0].score));
  CHECK(oracle.trials()[0].status == TrialStatus::failed);
  CHECK(oracle.trials()[0].message == "why");
}

TEST_CASE("a trial that never reported its objective has failed") {
  Oracle oracle = full(1, 1);
  const Suggestion a = start(oracle);
  oracle.tell(EpochReported{0, 0, 0, 1, 0, 0, 1, {{"accuracy", 1}}});
  end(oracle, a);
  CHECK(oracle.trials()[0].status == TrialStatus::failed);
  CHECK_THAT(oracle.trials()[0].message, ContainsSubstring("'loss'"));
}

TEST_CASE("max-retries gives a slot that failed for a passing reason out again, that often") {
  OracleOptions options;
  options.max_retries = 2;
  Oracle oracle = full(1, 1, options);
  for (int attempt = 0; attempt < 3; ++attempt) {
    const Suggestion again = start(oracle);
    CHECK(again.slot.trial == 0);
    CHECK(again.attempt == attempt);
    end(oracle, again, Ending::failed, Cause::out_of_device_memory);
  }
  CHECK(oracle.trials()[0].retries == 2);
  CHECK(oracle.trials()[0].status == TrialStatus::failed);
  CHECK(std::holds_alternative<Stopped>(oracle.ask()));
}

TEST_CASE("what a configuration is to blame for is not tried again") {
  OracleOptions options;
  options.max_retries = 2;
  for (const Cause cause : {Cause::exception, Cause::diverged, Cause::too_large}) {
    Oracle oracle = full(1, 1, options);
    end(oracle, start(oracle), Ending::failed, cause);
    CHECK(oracle.trials()[0].status == TrialStatus::failed);
  }
}

TEST_CASE("a trial that is lost with its worker goes to another one, but not for ever") {
  Oracle oracle = full(2, 1);
  for (int attempt = 0; attempt < 3; ++attempt) {
    const Suggestion again = start(oracle);
    CHECK(again.slot.trial == 0);
    CHECK(again.attempt == attempt);
    end(oracle, again, Ending::interrupted, Cause::worker_lost);
  }
  CHECK(oracle.trials()[0].status == TrialStatus::failed);
  CHECK(oracle.trials()[0].cause == Cause::worker_lost);
  CHECK_THAT(oracle.trials()[0].message, ContainsSubstring("3 workers were lost with it; the last: why"));
  const Suggestion next = start(oracle);
  CHECK(next.slot.trial == 1);
  for (int i = 0; i < 5; ++i)
    end(oracle, i == 0 ? next : start(oracle), Ending::interrupted);  // a stop is no loss
  CHECK(std::get<Suggestion>(oracle.ask()).slot.trial == 1);
}

TEST_CASE("many failures in a row give the sweep up and say why") {
  OracleOptions options;
  options.max_consecutive_failures = 3;
  Oracle oracle = full(10, 1, options);
  for (int i = 0; i < 3; ++i) end(oracle, start(oracle), Ending::failed);
  const auto stopped = std::get<Stopped>(oracle.ask());
  CHECK(stopped.hopeless);
  CHECK_THAT(stopped.reason,
             ContainsSubstring("3 trials in a row failed") && ContainsSubstring("exception: why"));
}
