#include "core/schedulers/registry.hpp"

#include <cmath>

#include "catch.hpp"
#include "core/schedulers/contract.hpp"
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

  std::optional<Slot> next(std::optional<TrialId> new_trial) const override {
    if (bracket_.has_ready()) return bracket_.ready_slot();
    if (new_trial && bracket_.unstarted() > 0) return bracket_.new_slot(*new_trial);
    return std::nullopt;
  }
  bool expects(const Slot& slot) const override { return bracket_.expects(slot); }
  void started(const Slot& slot) override { bracket_.started(slot); }
  std::vector<RungResult> ended(const Slot& slot, double score, bool final) override {
    std::vector<RungResult> decisions;
    bracket_.ended(slot, score, final, decisions);
    return decisions;
  }
  std::vector<RungResult> no_more_trials() override {
    std::vector<RungResult> decisions;
    bracket_.no_more_trials(decisions);
    return decisions;
  }
  void extend(std::int64_t, int) override {}
  bool finished() const override { return bracket_.finished(); }
  std::vector<RungStatus> rungs() const override { return {bracket_.rung(0), bracket_.rung(1)}; }
  RungStatus rung(const Slot& slot) const override { return bracket_.rung(slot.rung); }

 private:
  Bracket bracket_;
};

SchedulerKind halving() {
  return {.name = "halving",
          .help = "the best third goes on",
          .default_max_trials = 10,
          .make = [](const SchedulerSettings& settings, const Objective& objective)
              -> std::unique_ptr<Scheduler> { return std::make_unique<Halving>(settings, objective); },
          .totals = [](const SchedulerSettings& settings,
                       double max_trials) { return totals(settings.max_epochs, max_trials); },
          .title = [](const SchedulerSettings&) { return std::string("Halving"); },
          .no_search = [](const SchedulerSettings&) { return std::string(); }};
}

}  // namespace

TEST_CASE("every scheduler of the registry holds the contract, and says what it is") {
  for (const SchedulerKind& kind : scheduler_kinds()) {
    INFO(kind.name);
    SchedulerContract(kind).check();
    CHECK_FALSE(kind.help.empty());
    CHECK_FALSE(kind.title({}).empty());
    CHECK(&scheduler_kind(kind.name) == &kind);
  }
}

TEST_CASE("a scheduler that somebody adds is held to the same contract") {
  SchedulerContract(halving()).check();
}

TEST_CASE("a scheduler of a newer version is no other one") {
  CHECK_THROWS_AS(scheduler_kind("asha2"), Error);
  CHECK_THROWS_WITH(scheduler_kind("asha2"),
                    "this version of Sibyl knows no scheduler 'asha2', but hyperband, full");
}
