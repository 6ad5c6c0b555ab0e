#include "core/work_times.hpp"

#include <cmath>

#include "catch.hpp"
#include "core/timed_events.hpp"

using namespace sibyl;

TEST_CASE("a worker is busy as long as it says, and with what it is at; the rest is idle") {
  WorkTimes times;
  times.tell(joined(100, 1));
  CHECK(times.busy_share(100) == 0);  // nobody was there for any time yet
  times.tell(started(102, 1, 0));
  CHECK(times.busy(110) == 8);
  CHECK(times.all()[0].idle(110) == 2);
  const auto over = times.tell(ended(112, 1, 0, 9));
  REQUIRE(over.size() == 1);
  CHECK(over[0].started == 103);
  CHECK(over[0].ended == 112);
  CHECK(over[0].end == Piece::End::reached);
  CHECK(times.busy(120) == 9);
  CHECK(times.there(120) == 20);
  times.tell(SweepClosed{120, ""});
  CHECK(times.busy_share(99999) == 9.0 / 20);
}

TEST_CASE("work that was lost with a killed sweep counts until its last event") {
  WorkTimes times;
  times.tell(joined(100, 1));
  times.tell(joined(100, 2));
  times.tell(started(100, 1, 0));
  times.tell(started(104, 2, 1));
  EpochReported report;
  report.worker = 1;
  report.started = 109;
  report.seconds = 1;
  times.tell(report);
  const auto over = times.tell(resumed(5000));
  REQUIRE(over.size() == 2);
  CHECK(over[0].end == Piece::End::lost);
  CHECK(over[0].ended == 110);
  CHECK(times.busy(5000) == 10 + 6);
  CHECK(times.there(5000) == 20);
  CHECK(times.workers() == 2);                                           // none has joined the new start yet
  CHECK(times.tell(ended(5000, 1, 0, 0, Ending::interrupted)).empty());  // says the oracle: it knows already
  times.tell(joined(5001, 1));
  CHECK(times.workers() == 1);
  CHECK(times.there(5002) == 21);
}

TEST_CASE("a piece that is interrupted is known to the second, one that is given up until then") {
  WorkTimes times;
  times.tell(joined(100, 1));
  times.tell(started(100, 1, 0));
  CHECK(times.tell(ended(107, 1, 0, 6, Ending::interrupted))[0].end == Piece::End::interrupted);
  times.tell(started(108, 1, 0, 1));
  CHECK(times.tell(ended(111, 1, 0, 2, Ending::reached, 0)).empty());  // of an attempt that was given up
  CHECK(times.tell(ended(112, 1, 0, 0, Ending::interrupted, 1))[0].end == Piece::End::lost);
  CHECK(times.busy(112) == 10);
}

TEST_CASE("idle time in which the sampler is waited for is known, of who is there and has no work") {
  WorkTimes times;
  times.tell(joined(100, 1));
  times.tell(joined(100, 2));
  times.tell(started(100, 1, 0));
  times.tell(started(100, 2, 1));
  times.tell(ended(108, 1, 0, 8), true);
  CHECK(times.waiting() == 1);
  times.tell(joined(110, 3), true);
  times.tell(ended(112, 2, 1, 12));  // and from here on workers 1, 2 and 3 wait for something else
  CHECK(times.waiting() == 3);
  times.tell(started(120, 1, 2));
  CHECK(times.all()[0].for_sampler == 4);
  CHECK(times.all()[1].for_sampler == 0);
  CHECK(times.all()[2].for_sampler == 2);
  CHECK(times.sampler_share(120) == 6.0 / 50);
  times.tell(ended(130, 1, 2, 10), true);
  times.tell(resumed(5000));  // it was killed
  CHECK(times.sampler_share(5000) == 6.0 / 80);
  CHECK(times.waiting() == 0);
}

TEST_CASE("busy is never more than there") {
  WorkTimes times;
  times.tell(joined(100, 1));
  times.tell(started(100, 1, 0));
  times.tell(ended(105, 1, 0, 5.5));  // its clock runs faster
  CHECK(times.busy(105) == 5);
  CHECK(times.all()[0].idle(105) == 0);
}
