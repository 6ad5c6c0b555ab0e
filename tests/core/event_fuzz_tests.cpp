// Damaged journals whose checksums are right: events of a sound sweep, changed in one or a few places. The
// oracle either says what contradicts what, or stands in a sane state; and it never loses a sound journal.
#include <cmath>
#include <functional>
#include <variant>

#include "catch.hpp"
#include "core/codec.hpp"
#include "core/launches.hpp"
#include "core/told_oracle.hpp"
#include "sibyl/error.hpp"

using namespace sibyl;

namespace {

Oracle fresh() {
  OracleOptions options{loss};
  options.executions = 2;
  options.max_retries = 1;
  options.max_consecutive_failures = 4;
  return Oracle(line(), options, std::make_unique<RandomSampler>(line(), 1),
                std::make_unique<Hyperband>(HyperbandOptions{9, 3, 1}, loss));
}

Event joined(double time, int worker) {
  WorkerJoined event;
  event.time = time;
  event.worker = worker;
  return event;
}

/// A sweep in which everything happens that can, on three workers, stopped in the middle and resumed.
std::vector<Event> sound_sweep() {
  std::vector<Event> events;
  Oracle oracle = fresh();
  const auto tell = [&](const Event& event) {
    oracle.tell(event);
    events.push_back(event);
  };
  RandomStream random(4, "a sweep");
  tell(SweepOpened{1, "job", "job", "{}", "{}", 0, "loss", false, line()});
  tell(SweepLaunched{1, "host", "mpirun", 4});
  for (int worker = 1; worker <= 3; ++worker) tell(joined(1, worker));
  std::vector<Suggestion> open;
  double now = 2;
  for (int steps = 0;; ++steps) {
    const Decision decision = oracle.ask();
    if (std::holds_alternative<Suggestion>(decision) && open.size() < 3) {
      const auto suggestion = std::get<Suggestion>(decision);
      tell(TrialStarted{now, static_cast<int>(open.size()) + 1, suggestion});
      open.push_back(suggestion);
      continue;
    }
    if (open.empty()) break;
    const Suggestion done = open.front();
    const TrialId id = done.slot.trial;
    open.erase(open.begin());
    now += 1;
    if (steps == 20) {
      tell(SweepStopped{now, "SIGUSR1 came"});
      tell(SweepResumed{now, "job --resume", 0, 2});
      tell(SweepLaunched{now, "host", "", 1});
    }
    if (done.attempt == 0 && id % 4 == 1)
      tell(HyperparametersFound{
          id, 0, {{"more", IntRange{1, 9}, std::int64_t{2}, {}}}, {{"more", id % 9 + 1}}});
    const std::uint64_t what = random.below(12);
    const auto end = [&](Ending ending, Cause cause) {
      tell(TrialEnded{now, id, done.attempt, 1, ending, cause, "why", 1});
    };
    if (what == 0) {
      end(Ending::failed, Cause::exception);
      continue;
    }
    if (what == 1) {
      end(Ending::failed, Cause::hang);
      continue;
    }
    for (int execution = 0; execution < 2; ++execution)
      for (int epoch = done.slot.first_epoch + 1; epoch <= done.slot.last_epoch; ++epoch) {
        const EpochReported report{id,  done.attempt, execution, epoch,
                                   now, 0.5,          1,         {{"loss", random.uniform()}}};
        if (oracle.is_news(report)) tell(report);
      }
    if (what == 2)
      end(Ending::interrupted, Cause::signal);
    else if (what == 3)
      end(Ending::interrupted, Cause::worker_lost);
    else if (what == 4)
      end(Ending::early_stopped, Cause::none);
    else
      end(Ending::reached, Cause::none);
  }
  tell(WorkerLeft{now, 2, "why"});
  tell(SweepClosed{now, "the plan is done"});
  return events;
}

using Field = std::variant<int*, std::int64_t*, double*, Ending*, Cause*, SweepEnd*>;

/// What may be changed in an event.
struct Fields {
  std::vector<Field> fields;
  void operator()(SweepOpened& e) { fields = {&e.time}; }
  void operator()(WorkerJoined& e) { fields = {&e.time, &e.worker, &e.threads, &e.pid}; }
  void operator()(TrialStarted& e) {
    Slot& slot = e.suggestion.slot;
    fields = {
        &e.time,    &e.worker,         &slot.trial,      &slot.iteration,          &slot.bracket,
        &slot.rung, &slot.first_epoch, &slot.last_epoch, &e.suggestion.executions, &e.suggestion.attempt};
  }
  void operator()(HyperparametersFound& e) { fields = {&e.trial, &e.attempt}; }
  void operator()(EpochReported& e) {
    fields = {&e.trial,   &e.attempt, &e.execution, &e.epoch,
              &e.started, &e.seconds, &e.worker,    &e.metrics[0].value};
  }
  void operator()(TrialEnded& e) {
    fields = {&e.time, &e.trial, &e.attempt, &e.worker, &e.ending, &e.cause, &e.seconds};
  }
  void operator()(SweepClosed& e) { fields = {&e.time}; }
  void operator()(SweepStopped& e) { fields = {&e.time, &e.end}; }
  // (More iterations than a few are no contradiction, only many brackets.)
  void operator()(SweepResumed& e) { fields = {&e.time, &e.max_trials}; }
  void operator()(WorkerLeft& e) { fields = {&e.time, &e.worker}; }
  void operator()(SweepLaunched& e) { fields = {&e.time, &e.ranks, &e.slurm_restarts}; }
  void operator()(DataDescribed& e) { fields = {&e.time}; }
};

struct Change {
  RandomStream& random;
  void operator()(double* x) const {
    constexpr double odd[] = {NAN, INFINITY, -INFINITY, -1, 0, 1e300, -1e300, 1e18, 3};
    *x = odd[random.below(std::size(odd))];
  }
  void operator()(Ending* x) const { *x = static_cast<Ending>(random.below(8)); }
  void operator()(Cause* x) const { *x = static_cast<Cause>(random.below(16)); }
  void operator()(SweepEnd* x) const { *x = static_cast<SweepEnd>(random.below(8)); }
  template <class Number>
  void operator()(Number* x) const {
    using Limits = std::numeric_limits<Number>;
    const Number odd[] = {-1, 0, 1, 2, 3, 17, Limits::max(), Limits::min(), 1 << 20};
    const std::uint64_t which = random.below(std::size(odd) + 2);
    if (which < std::size(odd))
      *x = odd[which];
    else if (*x < Limits::max() && *x > Limits::min())
      *x += which == std::size(odd) ? 1 : -1;
  }
};

void damage(std::vector<Event>& events, RandomStream& random) {
  if (events.empty()) events.push_back(SweepClosed{1, ""});
  const auto place = [&] {
    return events.begin() + static_cast<std::ptrdiff_t>(random.below(events.size()));
  };
  switch (random.below(8)) {
    case 0:
      events.erase(place());
      return;
    case 1:
      events.insert(place(), Event(*place()));
      return;
    case 2:
      std::iter_swap(place(), place());
      return;
    case 3: {
      events.resize(random.below(events.size()));
      const std::vector<Event> again(events.begin(),
                                     events.begin() + static_cast<std::ptrdiff_t>(events.size() / 2));
      events.insert(events.end(), again.begin(), again.end());
      return;
    }
    default:
      Fields fields;
      std::visit(fields, *place());
      std::visit(Change{random}, fields.fields[random.below(fields.fields.size())]);
  }
}

/// As every reader of a journal needs it.
void require_sane(const Oracle& oracle) {
  const auto trials = static_cast<TrialId>(oracle.trials().size());
  for (const TrialId id : oracle.running()) REQUIRE((id >= 0 && id < trials));
  REQUIRE(oracle.best() < trials);
  REQUIRE(oracle.best_model() < trials);
  for (TrialId id = 0; id < trials; ++id) {
    const Trial& trial = oracle.trials()[id];
    REQUIRE(trial.slot.trial == id);
    REQUIRE(trial.best.size() == 2);
    REQUIRE(trial.status <= TrialStatus::failed);
    REQUIRE(trial.cause <= Cause::worker_lost);
    REQUIRE(oracle.scheduler().rung(trial.slot)->rung == trial.slot.rung);
  }
  static_cast<void>(oracle.scheduler().rungs());
  static_cast<void>(oracle.ask());
}

/// Whether it was told to the end, and not refused.
bool tell_all(const std::vector<Event>& events) {
  Oracle oracle = fresh();
  Launches launches;
  bool whole = true;
  try {
    for (const Event& event : events) {
      oracle.tell(event);
      launches.tell(event);
    }
  } catch (const Contradiction& problem) {
    whole = false;
    REQUIRE_THAT(problem.what(), ContainsSubstring(", but "));
  }
  require_sane(oracle);
  return whole;
}

}  // namespace

TEST_CASE("events that are changed, lost, doubled or swapped are refused, or leave a sane oracle") {
  const std::vector<Event> sound = sound_sweep();
  REQUIRE(sound.size() > 150);
  REQUIRE(tell_all(sound));
  constexpr int tries = 3000;
  int refused = 0;
  for (int i = 0; i < tries; ++i) {
    RandomStream random(11, "damage", i);
    std::vector<Event> events = sound;
    for (std::uint64_t left = random.below(3) + 1; left > 0; --left) damage(events, random);
    refused += !tell_all(events);
  }
  CHECK(refused > tries / 2);  // the others changed what may be any number
}

TEST_CASE("an event that can't be is refused with what contradicts it, and nothing is learned of it") {
  const auto contradiction = [](const Event& event) {
    Oracle oracle = fresh();
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
  for (const SweepEnd end : {SweepEnd::none, SweepEnd::finished, static_cast<SweepEnd>(5)})
    CHECK_THAT(contradiction(SweepStopped{1, "", end}), ContainsSubstring("no such way"));
  CHECK_THAT(contradiction(joined(1, -3)), ContainsSubstring("numbered from 1"));
}

TEST_CASE("after its end a sweep does nothing before it is resumed") {
  for (const Event& over : {Event(SweepClosed{1, ""}), Event(SweepStopped{1, ""})}) {
    Oracle oracle = fresh();
    oracle.tell(over);
    const Event begins = TrialStarted{1, 1, std::get<Suggestion>(oracle.ask())};
    CHECK_THROWS_AS(oracle.tell(begins), Contradiction);
    oracle.tell(SweepResumed{1, "", 0, 1});
    oracle.tell(begins);
  }
}
