// Events of a damaged journal: each is refused with what contradicts it.
#include <cmath>
#include <set>

#include "catch.hpp"
#include "core/told_oracle.hpp"
#include "sibyl/error.hpp"

using namespace sibyl;

namespace {

Event joined_as(int worker) {
  WorkerJoined event;
  event.worker = worker;
  return event;
}

}  // namespace

TEST_CASE("an event that can't be is refused with what contradicts it, and nothing is learned of it") {
  const auto contradiction = [](const Event& event) {
    Oracle oracle = busy_oracle();
    oracle.tell(SweepOpened{1, "job", "", "{}", "{}", 0, "loss", false, line()});
    const Suggestion first = start(oracle);
    const Suggestion second = start(oracle);
    report(oracle, first, 1, 0.5, 0);
    report(oracle, first, 1, 0.5, 1);
    end(oracle, first);
    std::string text;
    try {
      oracle.tell(event);
    } catch (const Contradiction& problem) {
      text = problem.what();
    }
    CHECK(oracle.trials().size() == 2);
    CHECK(oracle.running() == std::set<TrialId>{second.slot.trial});
    return text;
  };
  const auto begins = [&](Slot slot, int attempt = 0, int executions = 2) {
    return contradiction(TrialStarted{1, 1, {slot, {}, executions, attempt}});
  };
  CHECK_THAT(begins({7, 0, 2, 0, 0, 1}),
             ContainsSubstring("trial 7, attempt 0, begins, but the next new trial is 2"));
  CHECK_THAT(begins({-1, 0, 2, 0, 0, 1}), ContainsSubstring("the next new trial is 2"));
  CHECK_THAT(begins({2, 0, 2, 0, 0, 1}, 1), ContainsSubstring("the next attempt is 0"));
  CHECK_THAT(begins({2, 0, 2, 0, 0, 1}, 0, 3), ContainsSubstring("3 executions"));
  for (const Slot& slot : {Slot{2, 0, 77, 0, 0, 1}, Slot{2, 0, -1, 0, 0, 1}, Slot{2, 9, 2, 0, 0, 1},
                           Slot{2, -1, 2, 0, 0, 1}, Slot{2, 0, 2, 1, 1, 3}, Slot{2, 0, 2, -1, 0, 1},
                           Slot{2, 0, 2, 99, 0, 1}, Slot{2, 0, 2, 0, 0, 9}, Slot{2, 0, 2, 0, 5, 1}})
    CHECK_THAT(begins(slot), ContainsSubstring("the plan has no such place for it now"));
  CHECK_THAT(begins({0, 0, 2, 1, 1, 3}, 1), ContainsSubstring("the plan has no such place"));  // not promoted
  CHECK_THAT(begins({1, 0, 2, 0, 0, 1}, 1), ContainsSubstring("an earlier attempt is under way"));

  const auto reports = [&](TrialId trial, int attempt, int execution, int epoch) {
    return contradiction(EpochReported{trial, attempt, execution, epoch, 0, 0, 1, {{"loss", 1}}});
  };
  for (const TrialId trial : {0, 2, -1, 1'000'000})
    CHECK_THAT(reports(trial, 0, 0, 2), ContainsSubstring("is not under way"));
  CHECK_THAT(reports(1, 1, 0, 1), ContainsSubstring("is not under way"));
  for (const int execution : {-1, 2})
    CHECK_THAT(reports(1, 0, execution, 1), ContainsSubstring("no such execution"));
  CHECK_THAT(reports(1, 0, 0, 0), ContainsSubstring("was reported before"));
  CHECK_THAT(contradiction(TrialEnded{1, 0, 0, 1, {}, {}, ""}), ContainsSubstring("is not under way"));
  CHECK_THAT(contradiction(TrialEnded{1, 1, 0, 1, static_cast<Ending>(9), {}, ""}),
             ContainsSubstring("no such way"));
  CHECK_THAT(contradiction(TrialEnded{1, 1, 0, 1, Ending::failed, static_cast<Cause>(99), ""}),
             ContainsSubstring("no such cause"));
  CHECK_THAT(contradiction(TrialEnded{NAN, 1, 0, 1, {}, {}, ""}), ContainsSubstring("time"));
  CHECK_THAT(contradiction(HyperparametersFound{5, 0, {}, {}}), ContainsSubstring("is not under way"));
  CHECK_THAT(contradiction(HyperparametersFound{1, 0, {{"x", IntRange{1, 2}, std::int64_t{1}, {}}}, {}}),
             ContainsSubstring("'x'"));
  CHECK_THAT(contradiction(SweepOpened{}), ContainsSubstring("one has begun before"));
  CHECK_THAT(contradiction(SweepResumed{1, "", -1, 1}), ContainsSubstring("no such plan"));
  CHECK_THAT(contradiction(SweepResumed{1, "", 0, 0}), ContainsSubstring("no such plan"));
  CHECK_THAT(contradiction(SweepResumed{1, "", 0, 1, {.epochs = -1}}), ContainsSubstring("less than none"));
  for (const SweepEnd end : {SweepEnd::none, SweepEnd::finished, static_cast<SweepEnd>(5)})
    CHECK_THAT(contradiction(SweepStopped{1, "", end}), ContainsSubstring("no such way"));
  CHECK_THAT(contradiction(joined_as(-3)), ContainsSubstring("numbered from 1"));
}

TEST_CASE("after its end a sweep does nothing before it is resumed") {
  for (const Event& over : {Event(SweepClosed{1, ""}), Event(SweepStopped{1, ""})}) {
    Oracle oracle = busy_oracle();
    oracle.tell(over);
    const Event begins = TrialStarted{1, 1, std::get<Suggestion>(oracle.ask())};
    CHECK_THROWS_AS(oracle.tell(begins), Contradiction);
    oracle.tell(SweepResumed{1, "", 0, 1});
    oracle.tell(begins);
  }
}
