#include "sweep/record/timing.hpp"

#include "catch.hpp"
#include "core/timed_events.hpp"

using namespace sibyl;

TEST_CASE("busy time counts what runs, too") {
  Timing timing;
  timing.learn(opened(99));
  timing.learn(joined(100, 1));
  timing.learn(joined(100, 2));
  timing.learn(started(100, 1, 0));
  CHECK(timing.wall(110) == 11);
  CHECK(timing.work().there(110) == 20);
  CHECK(timing.work().busy(110) == 10);
  CHECK(timing.busy_share(110) == 0.5);
  timing.learn(ended(108, 1, 0, 8));
  CHECK(timing.work().busy(110) == 8);
  CHECK(timing.workers() == 2);
}

TEST_CASE("a sweep that was stopped and resumed counts only the time in which it ran") {
  Timing timing;
  timing.learn(opened(100));
  timing.learn(joined(100, 1));
  timing.learn(started(100, 1, 0));
  timing.learn(ended(110, 1, 0, 10));
  timing.learn(SweepResumed{1000, "", 0, 1});  // much later
  timing.learn(joined(1000, 1));
  timing.learn(started(1000, 1, 1));
  timing.learn(ended(1005, 1, 1, 5));
  CHECK(timing.wall(1010) == 20);
  CHECK(timing.work().busy(1010) == 15);
  CHECK(timing.work().there(1010) == 20);
  timing.learn(SweepClosed{1010, "done"});
  CHECK(timing.wall(5000) == 20);
  CHECK(timing.work().there(5000) == 20);
  CHECK(timing.workers() == 1);
}
