#include "core/schedulers/registry.hpp"

#include <cmath>

#include "catch.hpp"
#include "core/schedulers/contract.hpp"
#include "core/schedulers/full_budget.hpp"
#include "core/schedulers/generations.hpp"
#include "sibyl/error.hpp"

using namespace sibyl;

namespace {

/// What somebody would add: successive halving, one bracket whose best third goes on to the end.
class Halving : public Scheduler {
 public:
  Halving(const SchedulerSettings& settings, Objective objective)
      : bracket_({{settings.max_trials, std::max(1, settings.max_epochs / settings.eta)},
                  {std::max<std::int64_t>(1, settings.max_trials / settings.eta), settings.max_epochs}},
                 0, 0, std::move(objective)) {}

  std::optional<Proposal> next(std::optional<TrialId> new_trial) const override {
    if (bracket_.has_ready()) return Proposal{bracket_.ready_slot()};
    if (new_trial && bracket_.unstarted() > 0) return Proposal{bracket_.new_slot(*new_trial)};
    return std::nullopt;
  }
  bool expects(const Slot& slot, TrialId parent) const override {
    return parent < 0 && bracket_.expects(slot);
  }
  Effects started(const Slot& slot) override {
    bracket_.started(slot);
    return {};
  }
  Effects observed(const Observation& observation) override {
    Effects effects{.results = {observation}};
    bracket_.observed(observation, effects.decisions);
    return effects;
  }
  Effects no_more_trials() override {
    Effects effects;
    bracket_.no_more_trials(effects.decisions);
    return effects;
  }
  Effects extend(std::int64_t, int) override { return {}; }
  bool finished() const override { return bracket_.finished(); }
  std::vector<RungStatus> rungs() const override { return {bracket_.rung(0), bracket_.rung(1)}; }
  std::optional<RungStatus> rung(const Slot& slot) const override { return bracket_.rung(slot.rung); }

 private:
  Bracket bracket_;
};

SchedulerKind halving() {
  return {.name = "halving",
          .help = "the best third goes on",
          .default_max_trials = 10,
          .make = [](const SchedulerSettings& settings,
                     const SchedulerContext& context) -> std::unique_ptr<Scheduler> {
            return std::make_unique<Halving>(settings, context.objective);
          },
          .totals = [](const SchedulerSettings& settings,
                       double max_trials) { return totals(settings.max_epochs, max_trials); },
          .title = [](const SchedulerSettings&) { return std::string("Halving"); },
          .no_search = [](const SchedulerSettings&) { return std::string(); }};
}

}  // namespace

TEST_CASE("every scheduler of the registry holds the contract, and says what it is") {
  for (const SchedulerKind& kind : scheduler_kinds()) {
    INFO(kind.name);
    for (const auto& [max_epochs, eta] : {std::pair(9, 3), std::pair(16, 2), std::pair(50, 4)})
      SchedulerContract(kind, max_epochs, eta).check();
    CHECK_FALSE(kind.help.empty());
    CHECK_FALSE(kind.title({}).empty());
    CHECK(&scheduler_kind(kind.name) == &kind);
  }
}

TEST_CASE("a scheduler that somebody adds is held to the same contract") {
  SchedulerContract(halving()).check();
}

TEST_CASE("a scheduler without a plan of rungs, whose trials go on from others, is held to it as well") {
  SchedulerContract(generations()).check();

  const Objective loss{"loss", Direction::minimize};
  SearchSpace space;
  space.add({"x", FloatRange{0, 1}, 0.5, {}});
  Oracle oracle(space, {.objective = loss}, std::make_unique<RandomSampler>(space, 3),
                generations().make({.max_trials = 12}, {loss}));
  CHECK_FALSE(planned(oracle).has_value());
  SimulatedTraining training;
  training.score = [](TrialId trial, int) { return static_cast<double>(trial % 4); };
  simulate(oracle, 3, training);
  REQUIRE(oracle.trials().size() == 12);
  CHECK(oracle.epochs() == 12 * 2);  // what a parent trained is not trained again
  for (TrialId id = 4; id < 12; ++id) {
    const Trial& trial = oracle.trials()[id];
    CHECK(trial.parent == id / 4 * 4 - 4 + id % 2);  // the best two of the four before
    CHECK(trial.hyperparameters == oracle.trials()[trial.parent].hyperparameters);
    CHECK(trial.slot.first_epoch == id / 4 * 2);
  }
}

TEST_CASE("a parent that there is not, or another one than before, is a contradiction") {
  const Objective loss{"loss", Direction::minimize};
  SearchSpace space;
  space.add({"x", FloatRange{0, 1}, 0.5, {}});
  const auto fresh = [&] {
    return Oracle(space, {.objective = loss}, std::make_unique<RandomSampler>(space, 3),
                  generations().make({.max_trials = 12}, {loss}));
  };
  Oracle oracle = fresh();
  for (TrialId id = 0; id < 4; ++id) {
    const auto suggestion = std::get<Suggestion>(oracle.ask());
    oracle.tell(TrialStarted{1, 1, suggestion});
    oracle.tell(EpochReported{id, 0, 0, 2, 0, 0, 1, {{"loss", static_cast<double>(id)}}});
    oracle.tell(TrialEnded{2, id, 0, 1, Ending::reached, Cause::none, "", 1});
  }
  auto clone = std::get<Suggestion>(oracle.ask());
  CHECK(clone.parent == 0);
  for (const TrialId wrong : {-2, -1, 1, 4, 99}) {
    Suggestion other = clone;
    other.parent = wrong;
    CHECK_THROWS_AS(oracle.tell(TrialStarted{3, 1, other}), Contradiction);
  }
  oracle.tell(TrialStarted{3, 1, clone});
  oracle.tell(TrialEnded{4, 4, 0, 1, Ending::interrupted, Cause::none, "", 1});
  auto again = std::get<Suggestion>(oracle.ask());
  CHECK(again.parent == 0);
  CHECK(again.attempt == 1);
  again.parent = 1;
  CHECK_THROWS_AS(oracle.tell(TrialStarted{5, 1, again}), Contradiction);
}

TEST_CASE("a scheduler of a newer version is no other one") {
  CHECK_THROWS_AS(scheduler_kind("asha2"), Error);
  CHECK_THROWS_WITH(scheduler_kind("asha2"),
                    "this version of Sibyl knows no scheduler 'asha2', but hyperband, asha, pbt, full");
}
