#include "core/launches.hpp"

#include <cmath>

#include "catch.hpp"
#include "core/timed_events.hpp"

using namespace sibyl;

TEST_CASE("each start of a sweep is a launch, with who launched it, what it did and how it ended") {
  Launches launches;
  launches.tell(opened(10));
  launches.tell(SweepLaunched{10, "node1", "srun", 9, "4711", 0});
  launches.tell(epoch(12));
  launches.tell(ended(20, 1, 0, 8));
  launches.tell(SweepStopped{21, "SIGUSR1 came"});
  launches.tell(SweepResumed{100, "job --resume", 0, 1});
  launches.tell(SweepLaunched{100, "node2", "srun", 5, "4711", 1});
  launches.tell(epoch(110));
  launches.tell(SweepResumed{200, "job --resume", 0, 1});
  launches.tell(SweepClosed{250, "all is done"});
  REQUIRE(launches.all().size() == 3);
  const Launch& first = launches.all()[0];
  CHECK(first.launched.time == 10);
  CHECK(first.launched.host == "node1");
  CHECK(first.launched.ranks == 9);
  CHECK(first.launched.slurm_restarts == 0);
  CHECK(first.epochs == 1);
  CHECK(first.trained_seconds == 8);
  CHECK(first.ended == 21);
  CHECK(first.end == SweepEnd::stopped);
  CHECK(first.reason == "SIGUSR1 came");
  const Launch& killed = launches.all()[1];
  CHECK(killed.launched.slurm_restarts == 1);
  CHECK(killed.last_seen == 111);
  CHECK(std::isnan(killed.ended));
  CHECK(killed.end == SweepEnd::none);
  const Launch& last = launches.all()[2];
  CHECK(last.launched.time == 200);
  CHECK(last.launched.slurm_restarts == -1);
  CHECK(last.end == SweepEnd::finished);
  CHECK(last.reason == "all is done");
}

TEST_CASE("launches that trained nothing are counted from the latest one back") {
  Launches launches;
  CHECK(launches.fruitless() == 0);
  launches.tell(opened(1));
  CHECK(launches.fruitless() == 1);
  launches.tell(resumed(2));
  CHECK(launches.fruitless() == 2);
  launches.tell(ended(3, 1, 0, 0));  // given up for lost: nobody trained
  CHECK(launches.fruitless() == 2);
  launches.tell(ended(3, 1, 0, 0.5));  // saved in mid-epoch
  CHECK(launches.fruitless() == 0);
  launches.tell(resumed(4));
  CHECK(launches.fruitless() == 1);
  launches.tell(epoch(5));
  CHECK(launches.fruitless() == 0);
}
