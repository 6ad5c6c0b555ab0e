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

Event joined(double time, int worker) {
  WorkerJoined event;
  event.time = time;
  event.worker = worker;
  return event;
}

std::vector<EpochReported> reports_of(const Suggestion& done, double now, RandomStream& random) {
  std::vector<EpochReported> reports;
  for (int execution = 0; execution < 2; ++execution)
    for (int epoch = done.slot.first_epoch + 1; epoch <= done.slot.last_epoch; ++epoch)
      reports.push_back(
          {done.slot.trial, done.attempt, execution, epoch, now, 0.5, 1, {{"loss", random.uniform()}}});
  return reports;
}

/// A sweep in which everything happens that can, on three workers, stopped in the middle and resumed.
std::vector<Event> sound_sweep() {
  std::vector<Event> events;
  Oracle oracle = busy_oracle();
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
    for (const EpochReported& report : reports_of(done, now, random))
      if (oracle.is_news(report)) tell(report);
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
  void operator()(SweepResumed& e) {
    fields = {&e.time, &e.max_trials, &e.stoppers.epochs, &e.stoppers.seconds};
  }
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
    REQUIRE(trial.executions.size() == 2);
    REQUIRE(trial.status <= TrialStatus::failed);
    REQUIRE(trial.cause <= Cause::worker_lost);
    REQUIRE(oracle.scheduler().rung(trial.slot)->rung == trial.slot.rung);
  }
  static_cast<void>(oracle.scheduler().rungs());
  static_cast<void>(oracle.ask());
}

/// Whether it was told to the end, and not refused.
bool tell_all(const std::vector<Event>& events) {
  Oracle oracle = busy_oracle();
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
