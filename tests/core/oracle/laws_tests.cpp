// The laws of the house that the core answers for, in virtual time, through the oracle that ships.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "catch.hpp"
#include "core/codec.hpp"
#include "core/oracle/simulation.hpp"
#include "core/samplers/random.hpp"
#include "core/schedulers/full_budget.hpp"
#include "core/schedulers/hyperband/hyperband.hpp"

using namespace sibyl;

namespace {

const Objective loss{"loss", Direction::minimize};

SearchSpace mixed_space() {
  SearchSpace space;
  space.add({"rate", FloatRange{1e-4, 1e-2, 0, Sampling::log}, 1e-3, {}});
  space.add({"width", IntRange{16, 256, 16}, std::int64_t{16}, {}});
  space.add({"optimizer", Choices{{std::string("sgd"), std::string("adam")}}, std::string("sgd"), {}});
  space.add({"momentum", FloatRange{0, 1}, 0.0, {{"optimizer", {std::string("sgd")}}}});
  return space;
}

Oracle make(std::unique_ptr<Scheduler> scheduler, SearchSpace space = mixed_space(), std::uint64_t seed = 7) {
  return Oracle(space, {loss}, std::make_unique<RandomSampler>(space, seed), std::move(scheduler));
}

Oracle hyperband(int max_epochs, int iterations, SearchSpace space = mixed_space()) {
  return make(std::make_unique<Hyperband>(HyperbandOptions{max_epochs, 3, iterations, true}, loss),
              std::move(space));
}

// Trials with different speeds (half to one and a half) and noisy curves; `order` shuffles who is fast.
SimulatedTraining training(std::uint64_t order, double failures = 0) {
  SimulatedTraining training;
  training.seconds = [=](TrialId trial, int) { return 0.5 + RandomStream(order, trial, "speed").uniform(); };
  training.score = [](TrialId trial, int epoch) {
    return RandomStream(9, trial).uniform() + RandomStream(9, trial, epoch).uniform() / epoch;
  };
  training.fails = [=](TrialId trial, int epoch) {
    return RandomStream(5, trial, epoch).uniform() < failures;
  };
  return training;
}

using Row = std::tuple<int, int, int, TrialId, std::string, double>;
std::vector<Row> sorted_rungs(const SimulatedSweep& sweep) {
  std::vector<Row> rows;
  for (const RungResult& each : sweep.decisions)
    rows.emplace_back(each.slot.iteration, each.slot.bracket, each.slot.rung, each.slot.trial,
                      std::string(to_string(each.decision)), std::isnan(each.score) ? -1 : each.score);
  std::sort(rows.begin(), rows.end());
  return rows;
}

// Did each rung promote what a barrier would, which looks at the rung's trials when all of them are through
// it? Returns how many rungs had been decided in part when a promoted trial was through the next one: no
// barrier has any.
std::int64_t decided_as_by_a_barrier(const SimulatedSweep& sweep, int max_epochs) {
  using Place = std::tuple<int, int, int>;  // iteration, bracket, rung
  std::map<Place, std::vector<Ranked>> through;
  std::map<Place, std::set<TrialId>> promoted;
  std::map<Place, std::size_t> last_decision, first_decision;
  for (std::size_t i = 0; i < sweep.decisions.size(); ++i) {
    const auto& [slot, score, decision] = sweep.decisions[i];
    const Place place{slot.iteration, slot.bracket, slot.rung};
    through[place].push_back({score, slot.trial});
    if (decision == RungDecision::promoted) promoted[place].insert(slot.trial);
    first_decision.try_emplace(place, i);
    last_decision[place] = i;
  }
  std::int64_t early = 0;
  for (auto& [place, trials] : through) {
    const auto& [iteration, bracket, rung] = place;
    const auto plan = plan_bracket(max_epochs, 3, bracket);
    if (rung == 0) {
      REQUIRE(trials.size() == static_cast<std::size_t>(plan[0].trials));
    } else {
      std::set<TrialId> here;
      for (const Ranked& each : trials) here.insert(each.trial);
      REQUIRE(here == promoted[{iteration, bracket, rung - 1}]);
      early += first_decision[place] < last_decision[{iteration, bracket, rung - 1}];
    }
    std::set<TrialId> best;
    std::sort(trials.begin(), trials.end(), BestFirst{loss});
    const std::int64_t places = rung == bracket ? 0 : plan[rung + 1].trials;
    for (const Ranked& each : trials)
      if (static_cast<std::int64_t>(best.size()) < places && !std::isnan(each.score)) best.insert(each.trial);
    REQUIRE(promoted[place] == best);
  }
  return early;
}

}  // namespace

TEST_CASE("law 1: the same sweep on any number of workers and in any order of arrival") {
  for (const double failures : {0.0, 0.05, 0.5}) {
    Oracle reference = hyperband(27, 2);
    const auto expected = sorted_rungs(simulate(reference, 1, training(1, failures)));
    REQUIRE(expected.size() > 100);
    for (const int workers : {2, 3, 8, 50, 1000}) {
      for (const std::uint64_t order : {1, 2, 3}) {
        Oracle oracle = hyperband(27, 2);
        const auto sweep = simulate(oracle, workers, training(order, failures));
        REQUIRE(sorted_rungs(sweep) == expected);
        REQUIRE(oracle.trials().size() == reference.trials().size());
        REQUIRE(oracle.best() == reference.best());
        for (std::size_t i = 0; i < oracle.trials().size(); ++i) {
          REQUIRE(oracle.trials()[i].hyperparameters == reference.trials()[i].hyperparameters);
          REQUIRE(oracle.trials()[i].status == reference.trials()[i].status);
        }
      }
    }
  }
}

TEST_CASE("law 1 on a space that is used up") {
  SearchSpace small;
  small.add({"x", IntRange{1, 40}, std::int64_t{1}, {}});
  Oracle reference = hyperband(81, 1, small);
  const auto expected = sorted_rungs(simulate(reference, 1, training(1)));
  CHECK(reference.trials().size() == 40);
  for (const int workers : {3, 64}) {
    Oracle oracle = hyperband(81, 1, small);
    CHECK(sorted_rungs(simulate(oracle, workers, training(2))) == expected);
  }
}

TEST_CASE("law 2: events told again bring back the same state, at any point") {
  Oracle oracle = hyperband(9, 1);
  std::vector<Bytes> journal;
  const auto tell = [&](const Event& event) {
    journal.emplace_back();
    pack(event, journal.back());
    oracle.tell(event);
  };
  const SimulatedTraining trained = training(1, 0.1);
  while (true) {
    Oracle again = hyperband(9, 1);
    for (const Bytes& record : journal) again.tell(unpack_event(record));
    const Decision decision = oracle.ask(), same = again.ask();
    REQUIRE(decision.index() == same.index());
    if (std::holds_alternative<SearchOver>(decision)) break;
    const auto suggestion = std::get<Suggestion>(decision);
    REQUIRE(std::get<Suggestion>(same).slot == suggestion.slot);
    REQUIRE(std::get<Suggestion>(same).hyperparameters == suggestion.hyperparameters);
    tell(TrialStarted{1, 1, suggestion});
    const Slot& slot = suggestion.slot;
    const bool fails = trained.fails(slot.trial, slot.last_epoch);
    if (!fails)
      tell(EpochReported{slot.trial,
                         suggestion.attempt,
                         0,
                         slot.last_epoch,
                         0,
                         0,
                         1,
                         {{"loss", trained.score(slot.trial, slot.last_epoch)}}});
    tell(TrialEnded{
        2, slot.trial, suggestion.attempt, 1, fails ? Ending::failed : Ending::reached, {}, "", 1});
  }
  CHECK(oracle.trials().size() == 9 + 5 + 3);
}

TEST_CASE("law 4: 5 % failing trials leave every rung full as long as trials remain") {
  Oracle oracle = hyperband(81, 2);
  simulate(oracle, 8, training(1, 0.05));
  std::int64_t failed = 0;
  for (const RungStatus& rung : oracle.scheduler().rungs()) {
    const auto plan = plan_bracket(81, 3, rung.bracket)[rung.rung];
    CHECK(rung.full());
    failed += rung.failed;
    if (rung.rung == 0) {
      CHECK(rung.expected == plan.trials);
      continue;
    }
    // Full, unless fewer than its places survived the rung below.
    std::int64_t survivors = 0;
    for (const RungStatus& below : oracle.scheduler().rungs())
      if (below.iteration == rung.iteration && below.bracket == rung.bracket && below.rung == rung.rung - 1)
        survivors = below.expected - below.failed;
    CHECK(rung.expected == std::min(plan.trials, survivors));
  }
  CHECK(failed > 10);
}

TEST_CASE("law 4: a healthy sweep is given up on no number of workers, one to give up on every") {
  const auto end = [](int workers, double failures) {
    OracleOptions options{loss};
    options.max_consecutive_failures = 20;
    Oracle oracle(mixed_space(), options, std::make_unique<RandomSampler>(mixed_space(), 7),
                  std::make_unique<Hyperband>(HyperbandOptions{27, 3, 2, true}, loss));
    SimulatedTraining trained = training(1);
    const auto fails = [=](TrialId trial) { return RandomStream(5, trial).uniform() < failures; };
    trained.fails = [=](TrialId trial, int epoch) { return epoch == 1 && fails(trial); };
    trained.seconds = [=](TrialId trial, int) { return fails(trial) ? 0.01 : 3; };  // they fail at once
    return simulate(oracle, workers, trained).end;
  };
  for (const int workers : {1, 2, 8, 64, 1000}) {
    CHECK(end(workers, 0.3).reason == "the plan is done");
    CHECK(end(workers, 0.6).reason == "the plan is done");
    CHECK(end(workers, 1).end == SweepEnd::given_up);
  }
}

TEST_CASE("law 5: workers are busy, with stragglers, and decide as a strict barrier would") {
  const auto busy = [](int workers, int iterations) {
    Oracle oracle = hyperband(81, iterations);
    const SimulatedSweep sweep = simulate(oracle, workers, training(3));
    CHECK(decided_as_by_a_barrier(sweep, 81) > 0);
    return sweep.busy_share(workers);
  };
  CHECK(busy(8, 4) >= 0.95);
  CHECK(busy(32, 48) >= 0.94);
  CHECK(busy(64, 64) >= 0.94);
}

TEST_CASE("law 5: workers are busier where the last brackets are opened early, and no decision is another") {
  double gained = 0;  // in the mean: a lucky order of the others may fit as well
  constexpr int orders = 20;
  for (int order = 0; order < orders; ++order) {
    Oracle early = hyperband(27, 1),
           late = make(std::make_unique<Hyperband>(HyperbandOptions{27, 3, 1}, loss));
    const SimulatedTraining trained = training(static_cast<std::uint64_t>(order));
    const SimulatedSweep one = simulate(early, 8, trained), other = simulate(late, 8, trained);
    CHECK(sorted_rungs(one) == sorted_rungs(other));
    gained += (one.busy_share(8) - other.busy_share(8)) / orders;
  }
  CHECK(gained > 0.01);
}

TEST_CASE("law 5: a strict barrier decides the same where trials fail, and where scores are equal") {
  for (const double failures : {0.05, 0.5})
    for (const double levels : {1.0, 3.0, 1e6}) {
      Oracle oracle = hyperband(27, 3);
      SimulatedTraining trained = training(4, failures);
      trained.score = [=](TrialId trial, int epoch) {
        return std::floor(RandomStream(9, trial, epoch).uniform() * levels);
      };
      CHECK(decided_as_by_a_barrier(simulate(oracle, 8, trained), 27) > 0);
    }
}

TEST_CASE("the plan of R = 81, eta = 3 is 143 configurations and 1581 epochs") {
  Oracle oracle = hyperband(81, 1);
  const auto sweep = simulate(oracle, 1, {});
  CHECK(oracle.trials().size() == 143);
  CHECK(sweep.epochs == 1581);
  CHECK(sweep.makespan == 1581);
}

TEST_CASE("with all scores equal, every tie goes to the lower trial") {
  Oracle oracle = hyperband(9, 1);
  simulate(oracle, 3, {});
  CHECK(oracle.best() == 0);
  CHECK(oracle.trials()[0].slot.rung == 2);
  CHECK(oracle.trials()[0].slot.last_epoch == 9);
}
