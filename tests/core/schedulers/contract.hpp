// What every scheduler has to hold, whoever wrote it.
#pragma once

#include <algorithm>
#include <tuple>
#include <vector>

#include "catch.hpp"
#include "core/oracle/simulation.hpp"
#include "core/orders.hpp"
#include "core/samplers/random.hpp"
#include "core/schedulers/registry.hpp"

namespace sibyl {

class SchedulerContract {
 public:
  explicit SchedulerContract(SchedulerKind kind, int max_epochs = 9, int eta = 3)
      : kind_(std::move(kind)), max_epochs_(max_epochs), eta_(eta) {}

  void check() const {
    for (const double failures : {0.0, 0.05, 0.2, 1.0}) is_the_same_on_any_number_of_workers(failures);
    asks_without_writing();
    comes_to_its_end_when_trials_run_out();
    trains_no_more_than_it_plans();
    refuses_slots_that_are_not_its_own();
  }

 private:
  using Row = std::tuple<int, int, int, TrialId, int, double>;

  SearchSpace space(int values) const {
    SearchSpace space;
    space.add({"x", IntRange{1, values}, std::int64_t{1}, {}});
    return space;
  }
  Oracle oracle(int values = 1'000'000) const {
    const Objective loss{"loss", Direction::minimize};
    return Oracle(space(values), {.objective = loss, .max_consecutive_failures = 0},
                  std::make_unique<RandomSampler>(space(values), 3), made());
  }
  SchedulerSettings settings() const {
    return {.max_trials = std::max<std::int64_t>(60, kind_.default_max_trials),
            .max_epochs = max_epochs_,
            .eta = eta_,
            .width = 7};
  }
  /// As the oracle gets it.
  std::unique_ptr<Scheduler> made() const {
    return in_order(kind_.make(settings(), {{"loss", Direction::minimize}}), settings());
  }
  static SimulatedTraining training(std::uint64_t order, double failures) {
    SimulatedTraining training;
    training.seconds = [=](TrialId trial, int) {
      return 0.5 + RandomStream(order, trial, "speed").uniform();
    };
    training.score = [](TrialId trial, int epoch) { return RandomStream(9, trial, epoch).uniform(); };
    training.fails = [=](TrialId trial, int epoch) {
      return RandomStream(5, trial, epoch).uniform() < failures;
    };
    return training;
  }
  static std::vector<Row> rows(const SimulatedSweep& sweep) {
    std::vector<Row> rows;
    for (const RungResult& each : sweep.decisions)
      rows.emplace_back(each.slot.iteration, each.slot.bracket, each.slot.rung, each.slot.trial,
                        static_cast<int>(each.decision), std::isnan(each.score) ? -1 : each.score);
    std::sort(rows.begin(), rows.end());
    return rows;
  }

  void is_the_same_on_any_number_of_workers(double failures) const {
    INFO(kind_.name << " to epoch " << max_epochs_ << ", eta " << eta_ << ", " << failures
                    << " of the epochs fail");
    Oracle alone = oracle();
    const auto expected = rows(simulate(alone, 1, training(1, failures)));
    CHECK_FALSE(expected.empty());
    for (const int workers : {2, 7, 64, 1024})
      for (std::uint64_t order = 1; order <= orders(); ++order) {
        Oracle many = oracle();
        REQUIRE(rows(simulate(many, workers, training(order, failures))) == expected);
        has_ended(many);
        REQUIRE(many.best() == alone.best());
      }
  }
  void has_ended(const Oracle& oracle) const {
    const auto trials = static_cast<std::int64_t>(oracle.trials().size());
    CHECK(oracle.scheduler().finished());
    CHECK(trials <= settings().max_trials);
    CHECK_FALSE(oracle.scheduler().next(TrialId{trials}).has_value());
    CHECK_FALSE(oracle.scheduler().next(std::nullopt).has_value());
  }
  void asks_without_writing() const {
    const auto scheduler = made();
    const auto first = scheduler->next(TrialId{0}), again = scheduler->next(TrialId{0});
    REQUIRE(first.has_value());
    CHECK(first == again);
    CHECK(scheduler->expects(first->slot, first->parent));
    CHECK_FALSE(scheduler->next(std::nullopt).has_value());  // nothing is promoted yet
  }
  void comes_to_its_end_when_trials_run_out() const {
    Oracle few = oracle(4);
    simulate(few, 3, training(1, 0));
    has_ended(few);
    CHECK(few.trials().size() == 4);
  }
  void trains_no_more_than_it_plans() const {
    Oracle whole = oracle();
    const auto planned = whole.scheduler().planned();
    const SimulatedSweep sweep = simulate(whole, 4, training(1, 0));
    if (!planned) {
      CHECK(kind_.totals == nullptr);
      return;
    }
    // One that decides as it goes promotes a few that it would not have, had it waited.
    CHECK(sweep.epochs <= planned->epochs * (whole.scheduler().decides_by_arrival() ? 2 : 1));
    CHECK(static_cast<std::int64_t>(whole.trials().size()) <= planned->trials);
    CHECK(kind_.totals(settings(), static_cast<double>(settings().max_trials)).trials ==
          static_cast<double>(std::min(planned->trials, settings().max_trials)));
  }
  void refuses_slots_that_are_not_its_own() const {
    const auto scheduler = made();
    const Proposal proposal = *scheduler->next(TrialId{0});
    Slot foreign = proposal.slot;
    foreign.bracket = 99;
    CHECK_FALSE(scheduler->expects(foreign, proposal.parent));
    foreign = proposal.slot;
    foreign.last_epoch += 1;
    CHECK_FALSE(scheduler->expects(foreign, proposal.parent));
    CHECK_FALSE(scheduler->expects(proposal.slot, 0));  // the first trial has no parent
  }

  SchedulerKind kind_;
  int max_epochs_;
  int eta_;
};

}  // namespace sibyl
