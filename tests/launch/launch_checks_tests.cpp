#include "launch/launch_checks.hpp"

#include "catch.hpp"
#include "sibyl/error.hpp"

using namespace sibyl;

namespace {

WorkerJoined on_gpu(int worker, const std::string& host, const std::string& uuid) {
  WorkerJoined joined;
  joined.worker = worker;
  joined.host = host;
  joined.uuid = uuid;
  return joined;
}

EpochReported epoch(double seconds) {
  EpochReported report;
  report.seconds = seconds;
  return report;
}

}  // namespace

TEST_CASE("processes that don't see one another are refused, and a lone one in a larger job is warned of") {
  CHECK(check_launch({.ranks = 1}).empty());
  CHECK(check_launch({.ranks = 5, .launcher = "srun", .tasks = 5}).empty());
  CHECK_THROWS_WITH(check_launch({.ranks = 1, .launcher = "srun", .tasks = 5}),
                    ContainsSubstring("srun started 5 processes") && ContainsSubstring("--mpi=pmix"));
  CHECK_THROWS_AS(check_launch({.ranks = 1, .launcher = "mpirun", .tasks = 2}), UsageError);
  CHECK_THAT(check_launch({.ranks = 1, .launcher = "mpirun", .tasks = 1}).at(0),
             ContainsSubstring("mpirun started one rank"));
  CHECK_THAT(check_launch({.ranks = 1, .tasks = 9}).at(0), ContainsSubstring("this Slurm job has 9 tasks"));
  CHECK(check_launch({.ranks = 1, .tasks = 1}).empty());
}

TEST_CASE("workers that share a GPU are spoken of once, unless that was said before") {
  LaunchChecks checks(0, 0);
  checks.tell(on_gpu(1, "node1", "GPU-a"));
  checks.tell(on_gpu(2, "node2", "GPU-a"));  // another node's
  checks.tell(on_gpu(3, "node1", "GPU-b"));
  checks.tell(on_gpu(4, "node1", ""));  // on the CPU
  checks.tell(on_gpu(5, "node1", ""));
  checks.tell(on_gpu(1, "node1", "GPU-a"));  // given up for dead, and back
  CHECK(checks.warnings().empty());
  checks.tell(on_gpu(6, "node1", "GPU-b"));
  const auto lines = checks.warnings();
  REQUIRE(lines.size() == 1);
  CHECK_THAT(lines[0], ContainsSubstring("2 workers share one GPU (GPU-b on node1)"));
  checks.tell(on_gpu(7, "node1", "GPU-b"));
  CHECK(checks.warnings().empty());
}

TEST_CASE("more workers a GPU than allowed are refused") {
  LaunchChecks checks(2, 0);
  checks.tell(on_gpu(1, "node1", "GPU-a"));
  checks.tell(on_gpu(2, "node1", "GPU-a"));
  CHECK(checks.warnings().empty());
  checks.tell(on_gpu(3, "node1", "GPU-a"));
  CHECK_THROWS_WITH(checks.warnings(), ContainsSubstring("3 workers share one GPU") &&
                                           ContainsSubstring("--workers-per-gpu is 2"));
}

TEST_CASE("workers of an earlier start share nothing with those of this one") {
  LaunchChecks checks(1, 0);
  checks.tell(on_gpu(1, "node1", "GPU-a"));
  checks.tell(SweepResumed{});
  checks.tell(on_gpu(2, "node1", "GPU-a"));
  CHECK(checks.warnings().empty());
}

TEST_CASE("an epoch longer than the time limit is spoken of once, also if an earlier start measured it") {
  LaunchChecks checks(0, 60);
  checks.tell(epoch(59));
  CHECK(checks.warnings().empty());
  checks.tell(epoch(90));
  checks.tell(SweepResumed{});
  const auto lines = checks.warnings();
  REQUIRE(lines.size() == 1);
  CHECK_THAT(lines[0], ContainsSubstring("an epoch takes 1:30, longer than the time limit of 1:00"));
  checks.tell(epoch(100));
  CHECK(checks.warnings().empty());
  LaunchChecks unlimited(0, 0);
  unlimited.tell(epoch(1e6));
  CHECK(unlimited.warnings().empty());
}
