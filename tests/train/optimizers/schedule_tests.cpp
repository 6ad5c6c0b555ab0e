#include "sibyl/training/schedule.hpp"

#include "catch.hpp"
#include "sibyl/error.hpp"

using namespace sibyl;

namespace {

double at(const Schedule& schedule, int epoch, std::int64_t step = 0) {
  return schedule.at({.epoch = epoch, .step = step, .steps = 4});
}

}  // namespace

TEST_CASE("A constant schedule leaves the learning rate alone") {
  CHECK(at({}, 1) == 1);
  CHECK(at({}, 1000, 3) == 1);
}

TEST_CASE("A cosine schedule falls with each step and stays at its end") {
  const Schedule cosine{.kind = "cosine", .epochs = 10, .final = 0.2};
  CHECK(at(cosine, 1) == 1);
  CHECK(at(cosine, 6) == Approx(0.6));
  CHECK(at(cosine, 6, 1) < at(cosine, 6));
  CHECK(at(cosine, 11) == Approx(0.2));
  CHECK(at(cosine, 99, 3) == Approx(0.2));
}

TEST_CASE("Step and exponential schedules fall between two epochs") {
  const Schedule step{.kind = "step", .every = 3, .factor = 0.5};
  CHECK(at(step, 1) == 1);
  CHECK(at(step, 3, 3) == 1);
  CHECK(at(step, 4) == 0.5);
  CHECK(at(step, 7, 2) == 0.25);
  const Schedule exponential{.kind = "exponential", .factor = 0.9};
  CHECK(at(exponential, 1, 3) == 1);
  CHECK(at(exponential, 3, 1) == Approx(0.81));
}

TEST_CASE("A warmup rises in a line to the first step's end of its last epoch, whatever follows") {
  const Schedule warm{.warmup = 2};
  CHECK(at(warm, 1, 0) == Approx(1.0 / 8));
  CHECK(at(warm, 1, 3) == Approx(0.5));
  CHECK(at(warm, 2, 3) == 1);
  CHECK(at(warm, 3) == 1);
  const Schedule cosine{.kind = "cosine", .epochs = 12, .warmup = 2};
  CHECK(at(cosine, 2, 3) == 1);
  CHECK(at(cosine, 8) == Approx(0.5));
}

TEST_CASE("A schedule that makes no sense is refused") {
  CHECK_THROWS_WITH(ScheduleKind("polinomial"), ContainsSubstring("did you mean 'polynomial'?"));
  CHECK_THROWS_AS((Schedule{.kind = "plateau", .factor = 1}.check()), Error);
  CHECK_THROWS_AS((Schedule{.kind = "one_cycle", .rise = 1.5}.check()), Error);
  CHECK_THROWS_AS((Schedule{.kind = "cosine_restarts", .lengthen = 0.5}.check()), Error);
  CHECK_THROWS_AS((Schedule{.kind = "cosine", .epochs = -1}.check()), Error);
  CHECK_THROWS_AS((Schedule{.kind = "cosine", .epochs = 2, .warmup = 2}.check()), Error);
  CHECK_THROWS_AS((Schedule{.kind = "step", .every = 0}.check()), Error);
  CHECK_THROWS_AS((Schedule{.kind = "exponential", .factor = 0}.check()), Error);
  CHECK_THROWS_AS((Schedule{.warmup = -1}.check()), Error);
  CHECK_NOTHROW((Schedule{.kind = "cosine", .epochs = 2, .warmup = 1}.check()));
}
