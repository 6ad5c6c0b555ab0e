#include "core/told_oracle.hpp"

#include <cmath>

#include "catch.hpp"

using namespace sibyl;

TEST_CASE("a failed trial ranks last, but keeps its score for the record; the best so far never goes back") {
  Oracle oracle = full(2, 3);
  const Suggestion a = start(oracle), b = start(oracle);
  report(oracle, b, 1, 0.7);
  report(oracle, a, 1, 0.1);
  CHECK(oracle.best() == 0);
  const auto consequences = end(oracle, a, Ending::failed);
  REQUIRE(consequences.decisions.size() == 1);
  CHECK(consequences.decisions[0].decision == RungDecision::failed);
  CHECK(std::isnan(consequences.decisions[0].score));
  CHECK(oracle.best() == 0);
  CHECK(oracle.best_model() == 1);
  CHECK(oracle.trials()[0].score == 0.1);
  CHECK(oracle.trials()[0].executions[0].epoch == 1);
  CHECK(oracle.trials()[0].status == TrialStatus::failed);
  CHECK(oracle.trials()[0].said().message == "why");
}

TEST_CASE(
    "what there was to say of a slot that went well stays with its trial, and of one that did not does not") {
  for (const bool well : {true, false}) {
    OracleOptions options;
    options.max_retries = 1;
    Oracle oracle = full(1, 3, options);
    const auto told = [&](Ending ending, Cause cause, const std::string& message) {
      const Suggestion trial = start(oracle);
      report(oracle, trial, 1 + trial.attempt, 0.1);
      oracle.tell(TrialEnded{2, 0, trial.attempt, 1, ending, cause, message, 1});
    };
    told(well ? Ending::interrupted : Ending::failed, well ? Cause::none : Cause::signal, "trained again");
    CHECK(oracle.trials()[0].said().message == "trained again");
    told(Ending::reached, Cause::none, "");
    CHECK(oracle.trials()[0].status == TrialStatus::completed);
    CHECK(oracle.trials()[0].said().message == (well ? "trained again" : ""));
  }
}

TEST_CASE("a trial that never reported its objective has failed") {
  Oracle oracle = full(1, 1);
  const Suggestion a = start(oracle);
  oracle.tell(EpochReported{0, 0, 0, 1, 0, 0, 1, {{"accuracy", 1}}});
  end(oracle, a);
  CHECK(oracle.trials()[0].status == TrialStatus::failed);
  CHECK_THAT(oracle.trials()[0].said().message, ContainsSubstring("'loss'"));
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
  CHECK(std::holds_alternative<SearchOver>(oracle.ask()));
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
  CHECK_THAT(oracle.trials()[0].said().message,
             ContainsSubstring("3 workers were lost with it; the last: why"));
  const Suggestion next = start(oracle);
  CHECK(next.slot.trial == 1);
  for (int i = 0; i < 5; ++i)
    end(oracle, i == 0 ? next : start(oracle), Ending::interrupted);  // a stop is no loss
  CHECK(std::get<Suggestion>(oracle.ask()).slot.trial == 1);
}

TEST_CASE("where every trial has failed there is no model, though there may be a best score") {
  Oracle oracle = full(2, 3);
  const Suggestion a = start(oracle), b = start(oracle);
  CHECK(oracle.best_model() == -1);
  report(oracle, a, 1, 0.7);
  end(oracle, a, Ending::failed);
  end(oracle, b, Ending::failed);
  CHECK(oracle.best() == 0);
  CHECK(oracle.best_model() == -1);
}

TEST_CASE("a failed trial is never promoted, however good it was before") {
  Oracle oracle(line(), {loss}, std::make_unique<RandomSampler>(line(), 1),
                std::make_unique<Hyperband>(HyperbandOptions{3, 3, 1}, loss));
  std::vector<Suggestion> all;
  for (int i = 0; i < 3; ++i) all.push_back(start(oracle));
  for (int i = 0; i < 3; ++i) report(oracle, all[i], 1, 0.1 * (i + 1));
  end(oracle, all[0], Ending::failed);
  end(oracle, all[1]);
  end(oracle, all[2]);
  CHECK(start(oracle).slot.trial == 1);
}

TEST_CASE(
    "a trial whose process was killed, or lost its device, for no known reason goes on, but not for ever in one slot") {
  const Cause cause = GENERATE(Cause::signal, Cause::device_lost);
  Oracle oracle(line(), {loss}, std::make_unique<RandomSampler>(line(), 1),
                std::make_unique<Hyperband>(HyperbandOptions{3, 3, 1}, loss));
  const auto be_killed = [&](const Suggestion& suggestion) {
    end(oracle, suggestion, Ending::interrupted, cause);
    return oracle.trials()[suggestion.slot.trial].status == TrialStatus::failed;
  };
  const auto again = [&](TrialId trial) {
    const Suggestion suggestion = start(oracle);
    CHECK(suggestion.slot.trial == trial);
    return suggestion;
  };
  Suggestion first = start(oracle);
  for (int attempt = 0; attempt < 2; ++attempt) {
    CHECK(first.attempt == attempt);
    CHECK_FALSE(be_killed(first));
    first = again(0);
  }
  end(oracle, first, Ending::interrupted);  // a stop in between is no kill
  first = again(0);
  report(oracle, first, 1, 0.1);
  end(oracle, first);
  for (int i = 1; i < 3; ++i) {
    const Suggestion other = start(oracle);
    report(oracle, other, 1, 0.5);
    end(oracle, other);
  }
  for (int i = 0; i < 2; ++i) CHECK_FALSE(be_killed(again(0)));  // in the next rung it counts anew
  CHECK(be_killed(again(0)));
  CHECK(oracle.trials()[0].cause == cause);
  CHECK_THAT(oracle.trials()[0].said().message, ContainsSubstring("3 times") && ContainsSubstring("why"));
  CHECK(oracle.trials()[0].score == 0.1);
}

TEST_CASE("failures are counted in the order of trials, so that many workers see what one would") {
  OracleOptions options;
  options.max_consecutive_failures = 3;
  Oracle oracle = full(100, 2, options);
  std::vector<Suggestion> slow;
  for (int i = 0; i < 12; ++i) {  // every other one fails at once, and the others are not heard of before
    slow.push_back(start(oracle));
    end(oracle, start(oracle), Ending::failed);
  }
  CHECK(std::holds_alternative<Suggestion>(oracle.ask()));
  end(oracle, slow[0], Ending::failed);
  CHECK(std::holds_alternative<Suggestion>(oracle.ask()));  // trials 0 and 1
  report(oracle, slow[1], 1, 0.5);
  end(oracle, slow[1], Ending::failed);  // 2 had a score: no sign of a sweep that can't go well
  CHECK(std::holds_alternative<Suggestion>(oracle.ask()));
  end(oracle, slow[3], Ending::failed);  // 5, 6, 7
  CHECK(std::get<SearchOver>(oracle.ask()).end == SweepEnd::given_up);
}

TEST_CASE("a sweep that was given up goes on when it is resumed, to the end that it would have had") {
  const auto play = [](Oracle& oracle) {
    std::vector<Suggestion> open;
    while (true) {
      const Decision decision = oracle.ask();
      if (const auto* stopped = std::get_if<SearchOver>(&decision)) {
        if (stopped->end != SweepEnd::given_up) return;
        for (const Suggestion& each : open) end(oracle, each, Ending::interrupted);
        open.clear();
        oracle.tell(SweepResumed{3, "", 0, 1});
        continue;
      }
      if (std::holds_alternative<Suggestion>(decision) && open.size() < 4) {
        open.push_back(start(oracle));
        continue;
      }
      const Suggestion done = open.front();
      open.erase(open.begin());
      if (done.slot.trial < 5) {
        end(oracle, done, Ending::failed);
      } else {
        report(oracle, done, done.slot.last_epoch, 1.0 / static_cast<double>(done.slot.trial));
        end(oracle, done);
      }
    }
  };
  const auto make = [](int most) {
    OracleOptions options{loss};
    options.max_consecutive_failures = most;
    return Oracle(line(), options, std::make_unique<RandomSampler>(line(), 1),
                  std::make_unique<Hyperband>(HyperbandOptions{9, 3, 1}, loss));
  };
  Oracle given_up = make(3), never = make(0);
  play(given_up);
  play(never);
  REQUIRE(given_up.trials().size() == never.trials().size());
  for (std::size_t i = 0; i < never.trials().size(); ++i) {
    CHECK(given_up.trials()[i].status == never.trials()[i].status);
    CHECK(given_up.trials()[i].slot == never.trials()[i].slot);
  }
}

TEST_CASE(
    "an objective that the first epoch does not name is refused; one that it could not measure is not") {
  Oracle oracle = full(2, 3);
  const Suggestion a = start(oracle);
  const auto with = [&](std::vector<Metric> metrics) {
    return EpochReported{0, a.attempt, 0, 1, 0, 0, 1, std::move(metrics)};
  };
  const auto refusal = oracle.refusal(with({{"val_loss", 1}, {"accuracy", 1}}));
  REQUIRE(refusal);
  CHECK(refusal->end == SweepEnd::given_up);
  CHECK(refusal->reason == "the objective is loss, but an epoch has only val_loss, accuracy");
  CHECK_THAT(refusal->advice, ContainsSubstring("--objective"));
  CHECK_FALSE(oracle.refusal(with({{"loss", NAN}})));
  report(oracle, a, 1, NAN);
  CHECK_FALSE(oracle.refusal(with({{"accuracy", 1}})));  // this one's own fault, then
}

TEST_CASE("many failures in a row give the sweep up and say why") {
  OracleOptions options;
  options.max_consecutive_failures = 3;
  Oracle oracle = full(10, 1, options);
  for (int i = 0; i < 3; ++i) end(oracle, start(oracle), Ending::failed);
  const auto stopped = std::get<SearchOver>(oracle.ask());
  CHECK(stopped.end == SweepEnd::given_up);
  CHECK_THAT(stopped.reason,
             ContainsSubstring("3 trials in a row failed") && ContainsSubstring("exception: why"));
}
