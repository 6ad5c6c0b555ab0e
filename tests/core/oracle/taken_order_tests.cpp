// Samplers that learn beside schedulers that decide as they go, or where results count as they arrive.
#include "core/oracle/taken_order.hpp"

#include "catch.hpp"
#include "core/oracle/rememberer.hpp"
#include "core/schedulers/registry.hpp"

using namespace sibyl;

TEST_CASE("law 1 where both the scheduler and the sampler go by results") {
  SchedulerSettings asha{.max_trials = 60, .max_epochs = 27, .width = 6};
  SchedulerSettings median = asha;
  median.median_stopping = true;
  for (const auto& [name, settings] : {std::pair("asha", asha), std::pair("full", median)})
    for (const double failures : {0.0, 0.1}) {
      INFO(name << ", failures " << failures);
      const auto fresh = [&] {
        return Oracle(line(), {loss}, std::make_unique<Rememberer>(), make_scheduler(name, settings, {loss}),
                      std::make_unique<TakenOrder>(TakenOrder::Counts::at_once));
      };
      Oracle reference = fresh();
      simulate(reference, 1, training(reference, 1, failures));
      REQUIRE(reference.trials().size() == 60);
      for (const int workers : {2, 5, 40})
        for (const std::uint64_t order : {1, 2, 3}) {
          Oracle oracle = fresh();
          const SimulatedSweep sweep = simulate(oracle, workers, training(oracle, order, failures));
          REQUIRE(sweep.end.reason == "the plan is done");
          REQUIRE(values(oracle) == values(reference));
          REQUIRE(oracle.epochs() == reference.epochs());
        }
    }
}

TEST_CASE("results that count as they arrive count from a start on, and a journal of them brings all back") {
  for (const std::string name : {"asha", "hyperband", "full"}) {
    const SchedulerSettings settings{.max_trials = 40, .max_epochs = 9, .by_arrival = true};
    const auto fresh = [&] {
      return Oracle(line(), {loss}, std::make_unique<Rememberer>(), make_scheduler(name, settings, {loss}),
                    std::make_unique<TakenOrder>(TakenOrder::Counts::from_the_next_start));
    };
    Oracle oracle = fresh(), again = fresh();
    std::vector<Suggestion> running;
    RandomStream random(3);
    const auto tell = [&](const Event& event) {
      oracle.tell(event);
      again.tell(event);
    };
    while (true) {
      const Outline outline = oracle.outline();
      if (running.size() < 5 && std::holds_alternative<Proposal>(outline)) {
        // Results that come in while its values are being chosen are not told in between.
        const auto proposal = std::get<Proposal>(outline);
        Sample sample = oracle.sample(proposal.slot.trial);
        if (!running.empty() && proposal.slot.trial % 3 == 0) {
          const Suggestion done = running.front();
          running.erase(running.begin());
          tell(EpochReported{done.slot.trial, done.attempt, 0, done.slot.last_epoch, 0, 0, 1, {{"loss", 1}}});
          tell(TrialEnded{2, done.slot.trial, done.attempt, 1, Ending::reached, Cause::none, "", 1});
        }
        REQUIRE(again.sample(proposal.slot.trial).values == sample.values);
        running.push_back(oracle.suggest(proposal, std::move(sample)));
        tell(TrialStarted{1, 1, running.back()});
        continue;
      }
      if (const auto* suggestion = std::get_if<Suggestion>(&outline); suggestion && running.size() < 5) {
        running.push_back(*suggestion);
        tell(TrialStarted{1, 1, *suggestion});
        continue;
      }
      if (running.empty()) break;
      const auto which = static_cast<std::ptrdiff_t>(random.below(running.size()));
      const Suggestion done = running[static_cast<std::size_t>(which)];
      running.erase(running.begin() + which);
      tell(EpochReported{
          done.slot.trial, done.attempt, 0, done.slot.last_epoch, 0, 0, 1, {{"loss", random.uniform()}}});
      tell(TrialEnded{2, done.slot.trial, done.attempt, 1, Ending::reached, Cause::none, "", 1});
    }
    REQUIRE(std::holds_alternative<SearchOver>(oracle.ask()));
    CHECK(oracle.trials().size() == (name == "hyperband" ? 17 : 40));
  }
}
