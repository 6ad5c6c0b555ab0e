#include "core/attempts.hpp"

#include <cmath>

#include "catch.hpp"

using namespace sibyl;

namespace {

SweepOpened opened(double time) {
  SweepOpened event;
  event.time = time;
  return event;
}

EpochReported epoch(double started) {
  EpochReported report;
  report.started = started;
  report.seconds = 1;
  return report;
}

TrialEnded ended(double time, double seconds) {
  TrialEnded event;
  event.time = time;
  event.seconds = seconds;
  return event;
}

}  // namespace

TEST_CASE("each start of a sweep is an attempt, with who launched it, what it did and how it ended") {
  Attempts attempts;
  attempts.tell(opened(10));
  attempts.tell(SweepLaunched{10, "node1", "srun", 9, "4711", 0});
  attempts.tell(epoch(12));
  attempts.tell(ended(20, 8));
  attempts.tell(SweepStopped{21, "SIGUSR1 came"});
  attempts.tell(SweepResumed{100, "job --resume", 0, 1});
  attempts.tell(SweepLaunched{100, "node2", "srun", 5, "4711", 1});
  attempts.tell(epoch(110));
  attempts.tell(SweepResumed{200, "job --resume", 0, 1});
  attempts.tell(SweepClosed{250, "all is done"});
  REQUIRE(attempts.all().size() == 3);
  const Attempt& first = attempts.all()[0];
  CHECK(first.launched.time == 10);
  CHECK(first.launched.host == "node1");
  CHECK(first.launched.ranks == 9);
  CHECK(first.launched.slurm_restarts == 0);
  CHECK(first.epochs == 1);
  CHECK(first.trained_seconds == 8);
  CHECK(first.ended == 21);
  CHECK(first.end == "stopped: SIGUSR1 came");
  const Attempt& killed = attempts.all()[1];
  CHECK(killed.launched.slurm_restarts == 1);
  CHECK(killed.last_seen == 111);
  CHECK(std::isnan(killed.ended));
  CHECK(killed.end.empty());
  const Attempt& last = attempts.all()[2];
  CHECK(last.launched.time == 200);
  CHECK(last.launched.slurm_restarts == -1);
  CHECK(last.end == "finished: all is done");
}

TEST_CASE("attempts that trained nothing are counted from the latest one back") {
  Attempts attempts;
  CHECK(attempts.fruitless() == 0);
  attempts.tell(opened(1));
  CHECK(attempts.fruitless() == 1);
  attempts.tell(SweepResumed{2, "", 0, 1});
  CHECK(attempts.fruitless() == 2);
  attempts.tell(ended(3, 0));  // given up for lost: nobody trained
  CHECK(attempts.fruitless() == 2);
  attempts.tell(ended(3, 0.5));  // saved in mid-epoch
  CHECK(attempts.fruitless() == 0);
  attempts.tell(SweepResumed{4, "", 0, 1});
  CHECK(attempts.fruitless() == 1);
  attempts.tell(epoch(5));
  CHECK(attempts.fruitless() == 0);
}
