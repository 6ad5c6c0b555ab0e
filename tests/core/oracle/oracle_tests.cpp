#include "core/told_oracle.hpp"

#include <cmath>

#include "catch.hpp"
#include "sibyl/error.hpp"

using namespace sibyl;

TEST_CASE("a question does not write: asked twice it answers the same") {
  Oracle oracle = full(3, 2);
  const auto first = std::get<Suggestion>(oracle.ask());
  CHECK(std::get<Suggestion>(oracle.ask()).hyperparameters == first.hyperparameters);
  CHECK(oracle.trials().empty());
  start(oracle);
  CHECK(std::get<Suggestion>(oracle.ask()).slot.trial == 1);
}

TEST_CASE("a trial's score is its best epoch, and the best trial is known at any time") {
  Oracle oracle = full(2, 3);
  const Suggestion a = start(oracle), b = start(oracle);
  report(oracle, a, 1, 0.5);
  report(oracle, a, 2, 0.3);
  report(oracle, a, 3, 0.4);
  report(oracle, b, 1, NAN);
  report(oracle, b, 2, 0.35);
  CHECK(oracle.trials()[0].score == 0.3);
  CHECK(oracle.trials()[0].executions[0].epoch == 2);
  CHECK(oracle.best() == 0);
  report(oracle, b, 3, 0.3);
  CHECK(oracle.best() == 0);  // a tie goes to the lower trial
  CHECK(std::holds_alternative<Idle>(oracle.ask()));
  end(oracle, a);
  end(oracle, b);
  CHECK(std::get<SearchOver>(oracle.ask()).reason == "the plan is done");
  CHECK(oracle.trials()[1].status == TrialStatus::completed);
}

TEST_CASE("late and repeated reports are no news, and told all the same they change nothing") {
  Oracle oracle = full(2, 3);
  const Suggestion a = start(oracle);
  report(oracle, a, 1, 0.5);
  const EpochReported again{0, a.attempt, 0, 1, 0, 0, 1, {{"loss", 0.1}}};
  CHECK_FALSE(oracle.is_news(again));
  CHECK_THROWS_AS(oracle.tell(again), Contradiction);
  CHECK(oracle.trials()[0].score == 0.5);
  end(oracle, a, Ending::interrupted);
  const Suggestion second = start(oracle, 2);
  CHECK(second.slot == a.slot);
  CHECK(second.attempt == a.attempt + 1);
  CHECK_FALSE(oracle.is_news(EpochReported{0, a.attempt, 0, 2, 0, 0, 1, {{"loss", 0.1}}}));
  CHECK_FALSE(oracle.is_news(TrialEnded{2, 0, a.attempt, 1, Ending::failed, {}, "", 1}));
  CHECK_FALSE(oracle.is_news(EpochReported{77, 0, 0, 1, 0, 0, 1, {}}));
  report(oracle, second, 2, 0.2);
  CHECK(oracle.trials()[0].score == 0.2);
}

TEST_CASE("the score of several executions is their mean, and none is compared before all have begun") {
  OracleOptions options;
  options.executions = 2;
  Oracle oracle = full(2, 1, options);
  const Suggestion a = start(oracle), b = start(oracle);
  report(oracle, a, 1, 0.2, 0);
  CHECK(oracle.best() == -1);
  report(oracle, a, 1, 0.6, 1);
  CHECK(oracle.trials()[0].score == Approx(0.4));
  report(oracle, b, 1, 0.3, 0);
  CHECK(oracle.best() == 0);
  report(oracle, b, 1, 0.3, 1);
  CHECK(oracle.best() == 1);
}

TEST_CASE("Hyperband on a 9-point space runs its rungs on 9 trials") {
  SearchSpace space;
  space.add({"x", IntRange{1, 9}, std::int64_t{1}, {}});
  Oracle oracle(space, {loss}, std::make_unique<RandomSampler>(space, 1),
                std::make_unique<Hyperband>(HyperbandOptions{81, 3, 1}, loss));
  std::vector<Suggestion> queue;
  int epochs = 0;
  while (true) {
    const Decision decision = oracle.ask();
    if (std::holds_alternative<SearchOver>(decision)) break;
    REQUIRE(std::holds_alternative<Suggestion>(decision));
    const Suggestion suggestion = start(oracle);
    for (int epoch = suggestion.slot.first_epoch + 1; epoch <= suggestion.slot.last_epoch; ++epoch, ++epochs)
      report(oracle, suggestion, epoch, static_cast<double>(suggestion.slot.trial));
    end(oracle, suggestion);
  }
  CHECK(oracle.trials().size() == 9);
  CHECK(epochs == 9 * 1 + 9 * 2 + 9 * 6 + 3 * 18 + 1 * 54);
  CHECK(std::get<SearchOver>(oracle.ask()).reason == "the search space is used up");
  CHECK(oracle.best() == 0);
}

TEST_CASE("hyperparameters found on workers keep a used-up space open, whoever reports first") {
  SearchSpace space;
  space.add({"layers", IntRange{1, 2}, std::int64_t{1}, {}});
  Oracle oracle = full(4, 1, {}, space);
  const Suggestion a = start(oracle), b = start(oracle);
  CHECK(std::holds_alternative<Idle>(oracle.ask()));  // the space may be used up: it is not known yet
  report(oracle, a, 1, 0.5);
  CHECK(std::holds_alternative<Idle>(oracle.ask()));
  oracle.tell(HyperparametersFound{
      b.slot.trial, 0, {{"units", IntRange{1, 64}, std::int64_t{1}, {}}}, {{"units", std::int64_t{7}}}});
  CHECK(oracle.trials()[1].hyperparameters.at("units") == Value(std::int64_t{7}));
  CHECK(oracle.space().has("units"));
  CHECK(std::get<Suggestion>(oracle.ask()).slot.trial == 2);
}

TEST_CASE("max-trials cuts Hyperband's plan short") {
  OracleOptions options{loss};
  options.max_trials = 4;
  const SearchSpace space = line();
  Oracle oracle(space, options, std::make_unique<RandomSampler>(space, 1),
                std::make_unique<Hyperband>(HyperbandOptions{9, 3, 1}, loss));
  while (std::holds_alternative<Suggestion>(oracle.ask())) {
    const Suggestion suggestion = start(oracle);
    report(oracle, suggestion, suggestion.slot.last_epoch, 1.0);
    end(oracle, suggestion);
  }
  CHECK(oracle.trials().size() == 4);
  CHECK(std::holds_alternative<SearchOver>(oracle.ask()));
}

TEST_CASE("a trial that was told to end is stopped, not completed") {
  Oracle oracle = full(1, 5);
  const Suggestion a = start(oracle);
  report(oracle, a, 1, 0.5);
  const auto consequences = end(oracle, a, Ending::cancelled);
  CHECK(consequences.decisions.at(0).decision == RungDecision::stopped);
  CHECK(oracle.trials()[0].status == TrialStatus::stopped);
}

TEST_CASE("a sweep that is extended goes on as if it had been longer from the beginning") {
  const auto play = [](Oracle& oracle) {
    while (std::holds_alternative<Suggestion>(oracle.ask())) {
      const Suggestion suggestion = start(oracle);
      report(oracle, suggestion, suggestion.slot.last_epoch,
             RandomStream(3, suggestion.slot.trial, suggestion.slot.last_epoch).uniform());
      end(oracle, suggestion);
    }
  };
  const auto hyperband = [](int iterations) {
    return Oracle(line(), {loss}, std::make_unique<RandomSampler>(line(), 1),
                  std::make_unique<Hyperband>(HyperbandOptions{9, 3, iterations}, loss));
  };
  Oracle extended = hyperband(1), at_once = hyperband(3);
  play(extended);
  CHECK(extended.trials().size() == 17);
  extended.tell(SweepResumed{3, "", 0, 3});
  play(extended);
  play(at_once);
  REQUIRE(extended.trials().size() == 51);
  for (std::size_t i = 0; i < 51; ++i) {
    CHECK(extended.trials()[i].hyperparameters == at_once.trials()[i].hyperparameters);
    CHECK(extended.trials()[i].status == at_once.trials()[i].status);
    CHECK(extended.trials()[i].slot == at_once.trials()[i].slot);
  }

  OracleOptions options;
  options.max_trials = 3;
  Oracle more_trials = full(3, 1, options);
  play(more_trials);
  more_trials.tell(SweepResumed{3, "", 5, 1});
  play(more_trials);
  CHECK(more_trials.trials().size() == 5);
}

TEST_CASE("a plan that was cut short by its number of trials goes on with the brackets that had none") {
  OracleOptions options{loss};
  options.max_trials = 10;
  Oracle oracle(line(), options, std::make_unique<RandomSampler>(line(), 1),
                std::make_unique<Hyperband>(HyperbandOptions{9, 3, 1}, loss));
  const auto play = [&] {
    while (std::holds_alternative<Suggestion>(oracle.ask())) {
      const Suggestion suggestion = start(oracle);
      report(oracle, suggestion, suggestion.slot.last_epoch, 1.0);
      end(oracle, suggestion);
    }
  };
  play();
  CHECK(oracle.trials().size() == 10);  // 9 of bracket 2, 1 of bracket 1
  oracle.tell(SweepResumed{3, "", 0, 1});
  play();
  CHECK(oracle.trials().size() == 13);  // and the 3 of bracket 0
  CHECK(std::holds_alternative<SearchOver>(oracle.ask()));
}

TEST_CASE("an interrupted trial is given out again, the same slot in a new attempt") {
  Oracle oracle = full(2, 3);
  const Suggestion a = start(oracle);
  end(oracle, a, Ending::interrupted);
  CHECK(oracle.requeued().size() == 1);
  CHECK(oracle.running().empty());
  const auto again = std::get<Suggestion>(oracle.ask());
  CHECK(again.slot == a.slot);
  CHECK(again.attempt == 1);
  CHECK(again.hyperparameters == a.hyperparameters);
}
