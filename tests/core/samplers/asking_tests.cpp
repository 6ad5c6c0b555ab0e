#include "core/samplers/asking.hpp"

#include <set>

#include "core/layered.hpp"
#include "core/oracle/simulation.hpp"
#include "core/told_oracle.hpp"

#include "catch.hpp"

using namespace sibyl;

namespace {

std::unique_ptr<Sampler> sampler_of(const Layered& layered, std::optional<std::uint64_t> configurations,
                                    bool asks = true) {
  return std::make_unique<AskingSampler>(space_of(layered), 1, configurations, asks ? asker(layered) : Ask());
}

Oracle oracle_of(const Layered& layered, std::int64_t trials, bool asks = true) {
  return Oracle(space_of(layered), {loss}, sampler_of(layered, 39, asks),
                std::make_unique<FullBudget>(trials, 1, loss));
}

bool has_what_it_asks_for(const Values& values) {
  const auto layers = std::get<std::int64_t>(values.at("layers"));
  return static_cast<std::int64_t>(values.size()) == 1 + layers && values.contains("units_0") &&
         values.contains("units_1") == (layers > 1) && values.contains("units_2") == (layers > 2);
}

}  // namespace

TEST_CASE("each configuration is tried once, whatever the space was found from, and then it is used up") {
  for (const std::int64_t usual : {1, 2, 3}) {
    const auto sampler = sampler_of({.usual = usual}, 39);
    std::set<Values> seen;
    for (TrialId trial = 0; trial < 39; ++trial) {
      REQUIRE_FALSE(sampler->exhausted());
      const Values values = sampler->sample(trial).values;
      REQUIRE(sampler->sample(trial).values == values);
      REQUIRE(has_what_it_asks_for(values));
      REQUIRE(seen.insert(values).second);
      sampler->started(trial, values);
    }
    CHECK(sampler->exhausted());
    CHECK(has_what_it_asks_for(sampler->sample(39).values));  // repeats, where they are wanted
  }
}

TEST_CASE("what is asked for has the values that it has without asking") {
  const Layered layered{.most = 1'000'000};
  const auto sampler = sampler_of(layered, std::nullopt);
  for (TrialId trial = 0; trial < 50; ++trial) {
    const Values drawn = draw(space_of(layered), 1, trial);
    Values expected;
    for (const auto& [name, value] : drawn)
      if (!name.starts_with("units_") ||
          std::stoi(name.substr(6)) < std::get<std::int64_t>(drawn.at("layers")))
        expected.emplace(name, value);
    const Values values = sampler->sample(trial).values;
    CHECK(values == expected);
    sampler->started(trial, values);
  }
}

TEST_CASE("a question that is asked again is not passed on") {
  int asked = 0;
  const auto sampler = sampler_of({.most = 1'000'000, .asked = &asked}, std::nullopt);
  asked = 0;
  sampler->sample(0);
  sampler->sample(0);
  CHECK(asked == 1);
}

TEST_CASE("a space that is too large to be counted is used up where it is as large as it says") {
  const auto plain = [](HyperParameters& hp) {
    hp.Int("x", 1, 60);
    hp.Int("y", 1, 60);
  };
  AskingSampler sampler(space_of(plain), 1, std::nullopt, asker(plain));
  std::set<Values> seen;
  for (TrialId trial = 0; trial < 3600; ++trial) {
    REQUIRE_FALSE(sampler.exhausted());
    const Values values = sampler.sample(trial).values;
    REQUIRE(seen.insert(values).second);
    sampler.started(trial, values);
  }
  CHECK(sampler.exhausted());
}

TEST_CASE("a space that goes on beyond its names is not used up by their number") {
  const Layered layered{.usual = 1};  // names layers and units_0: 9
  const auto sampler = sampler_of(layered, std::nullopt);
  for (TrialId trial = 0; trial < 30; ++trial) sampler->started(trial, sampler->sample(trial).values);
  CHECK_FALSE(sampler->exhausted());
}

TEST_CASE("where build fails a trial has all that it is given, as without asking") {
  const auto sampler = sampler_of({.most = 1'000'000, .throws_at = 1}, std::nullopt);
  int whole = 0;
  for (TrialId trial = 0; trial < 30; ++trial) {
    const Values values = sampler->sample(trial).values;
    const bool fails = values.at("layers") == Value(std::int64_t{1});
    CHECK(std::ssize(values) == (fails ? 4 : 1 + std::get<std::int64_t>(values.at("layers"))));
    whole += fails;
    sampler->started(trial, values);
  }
  CHECK(whole > 3);
}

TEST_CASE("a sweep of what is asked for ends when that is used up, the same on any number of workers") {
  for (const std::int64_t usual : {1, 3}) {
    const Layered layered{.usual = usual};
    Oracle alone = oracle_of(layered, 200);
    const SimulatedSweep sweep = simulate(alone, 1, {});
    CHECK(sweep.end.reason == "the search space is used up");
    REQUIRE(alone.trials().size() == 39);
    for (const int workers : {2, 3, 10, 100}) {
      Oracle oracle = oracle_of(layered, 200);
      simulate(oracle, workers,
               {.seconds = [](TrialId trial, int) { return 1 + RandomStream(3, trial).uniform(); }});
      REQUIRE(oracle.trials().size() == 39);
      for (std::size_t i = 0; i < 39; ++i)
        REQUIRE(oracle.trials()[i].hyperparameters == alone.trials()[i].hyperparameters);
    }
    CHECK(alone.space().has("units_2"));
  }
}

TEST_CASE("what a sweep asked for is told again without asking, and goes on with it") {
  const Layered layered{.usual = 1};
  std::vector<Event> journal;
  const auto play = [&](Oracle& oracle, int trials) {
    while (trials-- > 0) {
      const Decision decision = oracle.ask();
      const auto* suggestion = std::get_if<Suggestion>(&decision);
      if (!suggestion) return;
      std::vector<Event> events{TrialStarted{1, 1, *suggestion}};
      const auto& slot = suggestion->slot;
      events.push_back(EpochReported{slot.trial, 0, 0, 1, 0, 0, 1, {{"loss", 1.0}}});
      events.push_back(TrialEnded{2, slot.trial, 0, 1, Ending::reached, {}, "", 1});
      if (const auto found = oracle.foreseen(*suggestion)) events.insert(events.begin() + 1, *found);
      for (const Event& event : events) {
        oracle.tell(event);
        journal.push_back(event);
      }
    }
  };
  Oracle whole = oracle_of(layered, 200);
  play(whole, 200);
  const auto all = std::exchange(journal, {});
  CHECK(whole.trials().size() == 39);

  for (const int killed_after : {0, 1, 7, 25, 38}) {
    journal.clear();
    Oracle first = oracle_of(layered, 200);
    play(first, killed_after);
    Oracle resumed = oracle_of(layered, 200);
    for (const Event& event : journal) resumed.tell(event);
    play(resumed, 200);
    REQUIRE(resumed.trials().size() == 39);
    for (std::size_t i = 0; i < 39; ++i)
      REQUIRE(resumed.trials()[i].hyperparameters == whole.trials()[i].hyperparameters);
  }

  Oracle told = oracle_of(layered, 200, /*asks=*/false);
  for (const Event& event : all) told.tell(event);
  CHECK(std::get<SearchOver>(told.ask()).reason == "the search space is used up");
  CHECK(told.space() == whole.space());
}

TEST_CASE("ranges that depend on other answers do not end a sweep") {
  const auto questions = [](HyperParameters& hp) {
    const auto wide = hp.Int("wide", 1, 9);
    if (wide > 1) hp.Int("narrow", 1, wide);
  };
  Oracle oracle(space_of(questions), {loss},
                std::make_unique<AskingSampler>(space_of(questions), 1, 45, asker(questions)),
                std::make_unique<FullBudget>(200, 1, loss));
  simulate(oracle, 3, {});
  CHECK(oracle.trials().size() == 45);
}
