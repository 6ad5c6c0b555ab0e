#include "sweep/manager/hang_limit.hpp"

#include "catch.hpp"

using namespace sibyl;

namespace {

void tell(HangLimit& limit, int epochs, double seconds) {
  EpochReported report;
  report.seconds = seconds;
  for (int i = 0; i < epochs; ++i) limit.tell(report);
}

}  // namespace

TEST_CASE("nothing hangs while no epoch is known") {
  CHECK(HangLimit(0).seconds() == std::numeric_limits<double>::infinity());
}

TEST_CASE("a trial hangs after ten times the median of the epochs, and not within a minute") {
  HangLimit limit(0);
  tell(limit, 1, 0.001);
  CHECK(limit.seconds() == 60);
  tell(limit, 2, 30);
  CHECK(limit.seconds() == 300);
  tell(limit, 3, 1);  // 0.001 1 1 1 30 30
  CHECK(limit.seconds() == 60);
  tell(limit, 1, 1e9);  // 0.001 1 1 1 30 30 1e9: one that took very long changes little
  CHECK(limit.seconds() == 60);
  tell(limit, 1, 20);  // the upper one of the two in the middle
  CHECK(limit.seconds() == 200);
}

TEST_CASE("only the latest 101 epochs count") {
  HangLimit limit(0);
  tell(limit, 1000, 10);
  CHECK(limit.seconds() == 100);
  tell(limit, 50, 20);
  CHECK(limit.seconds() == 100);
  tell(limit, 1, 20);
  CHECK(limit.seconds() == 200);
  tell(limit, 51, 30);
  CHECK(limit.seconds() == 300);
}

TEST_CASE("what the user says stands, whatever the epochs take") {
  HangLimit limit(7.5);
  CHECK(limit.seconds() == 7.5);
  tell(limit, 100, 1000);
  CHECK(limit.seconds() == 7.5);
}
