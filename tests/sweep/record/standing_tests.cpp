#include "sweep/record/standing.hpp"

#include "catch.hpp"

using namespace sibyl;

namespace {

/// A sweep's launches; each reported an epoch, and ended as said.
Launches launches_that_ended(const std::vector<SweepStopped>& ends) {
  Launches launches;
  SweepOpened opened;
  launches.tell(opened);
  for (const SweepStopped& each : ends) {
    if (&each != &ends.front()) launches.tell(SweepResumed{});
    launches.tell(EpochReported{});
    if (each.end == SweepEnd::finished)
      launches.tell(SweepClosed{1, each.reason});
    else if (each.end != SweepEnd::none)
      launches.tell(each);
  }
  return launches;
}

Standing of(SweepEnd end, bool scored = true, const std::optional<std::string>& owner = {}) {
  return standing(launches_that_ended({{1, "why", end}}), scored, owner);
}

}  // namespace

TEST_CASE("how a sweep stands is how its latest launch ended, not what the reason's text begins with") {
  CHECK(of(SweepEnd::finished).state() == "finished");
  CHECK(of(SweepEnd::finished).exit_code == 0);
  CHECK(of(SweepEnd::finished).finished());
  CHECK(of(SweepEnd::stopped).state() == "stopped");
  CHECK(of(SweepEnd::stopped).exit_code == 75);
  CHECK(of(SweepEnd::given_up).state() == "given_up");
  CHECK(of(SweepEnd::given_up).exit_code == 1);
  CHECK(of(SweepEnd::given_up).text == "given up: why; mend the reason and continue it with --resume");
  CHECK(of(SweepEnd::failed).state() == "failed");
  CHECK(of(SweepEnd::failed).exit_code == 1);
  CHECK(of(SweepEnd::none).state() == "killed");
  CHECK(of(SweepEnd::none).exit_code == 75);
  const Launches odd = launches_that_ended({{1, "finished: given up: failed: ", SweepEnd::stopped}});
  CHECK(standing(odd, true, {}).state() == "stopped");
  const Launches resumed =
      launches_that_ended({{1, "why", SweepEnd::given_up}, {2, "SIGUSR1 came", SweepEnd::stopped}});
  CHECK(standing(resumed, true, {}).state() == "stopped");
  CHECK(standing(resumed, true, {}).exit_code == 75);
}

TEST_CASE(
    "a sweep whose lock is held runs, unless it is finished; only one that does not run can be continued") {
  for (const SweepEnd end : {SweepEnd::none, SweepEnd::stopped, SweepEnd::given_up, SweepEnd::failed}) {
    const Standing stands = of(end, true, "process 7");
    CHECK(stands.state() == "running");
    CHECK(stands.exit_code == 75);
    CHECK_FALSE(stands.goes_on());
    CHECK(of(end).goes_on());
  }
  CHECK(of(SweepEnd::finished, true, "process 7").state() == "finished");
  CHECK_FALSE(of(SweepEnd::finished).goes_on());
}

TEST_CASE("a sweep that finished before version 0.2.0 without a score has failed") {
  CHECK(of(SweepEnd::finished, false).state() == "failed");
  CHECK(of(SweepEnd::finished, false).exit_code == 1);
  CHECK(of(SweepEnd::stopped, false).state() == "stopped");
}

TEST_CASE("after three launches that trained nothing a resume is of no use") {
  Launches launches;
  launches.tell(SweepOpened{});
  launches.tell(SweepResumed{});
  CHECK(standing(launches, false, {}).exit_code == 75);
  launches.tell(SweepResumed{});
  CHECK(standing(launches, false, {}).exit_code == 1);
  CHECK(standing(launches, false, {}).state() == "killed");
}
