// What takes time in a simulated sweep.
#include "core/oracle/simulation.hpp"

#include "catch.hpp"
#include "core/told_oracle.hpp"

using namespace sibyl;

TEST_CASE("a slot takes its epochs, on a worker that may be slow, and what it costs besides") {
  Oracle oracle = full(4, 5);
  SimulatedTraining training;
  training.slowness = [](const Slot& slot) { return slot.trial == 0 ? 3.0 : 1.0; };
  training.overhead = [](const Slot&) { return 0.5; };
  const SimulatedSweep sweep = simulate(oracle, 1, training);
  CHECK(sweep.busy == 15 + 3 * 5);
  CHECK(sweep.overhead == 4 * 0.5);
  CHECK(sweep.makespan == sweep.busy + sweep.overhead);
}

TEST_CASE("an oracle that takes its time gives workers their slots one after the other") {
  Oracle oracle = full(10, 1);
  SimulatedTraining training;
  training.event_seconds = 2;
  // Ten starts are told one after the other, and each trial takes a second.
  CHECK(simulate(oracle, 10, training).makespan == 2 * 10 + 1);
}

TEST_CASE("what looks on sees each event at its time, once the oracle has learned it") {
  Oracle oracle = full(3, 2);
  double latest = 0;
  std::int64_t events = 0, epochs = 0;
  const auto sweep = simulate(oracle, 2, {}, [&](double time, const Event& event, const Consequences&) {
    CHECK(time >= latest);
    latest = time;
    ++events;
    epochs += std::holds_alternative<EpochReported>(event);
    CHECK(oracle.epochs() == epochs);
  });
  CHECK(events == sweep.events);
  CHECK(latest == sweep.makespan);
}
