#include "core/sweep_end.hpp"

#include "catch.hpp"
#include "core/codec.hpp"

using namespace sibyl;

namespace {

/// A SweepStopped as version 3 packed it: without its last byte, the end.
SweepStopped of_version_3(const std::string& reason) {
  Bytes bytes;
  pack(SweepStopped{7.5, reason, SweepEnd::failed}, bytes);
  bytes.pop_back();
  return std::get<SweepStopped>(unpack_event(bytes, 3));
}

}  // namespace

TEST_CASE("each end of a sweep has a word for programs and a text for people") {
  CHECK(to_string(SweepEnd::none).empty());
  CHECK(to_string(SweepEnd::finished) == "finished");
  CHECK(to_string(SweepEnd::stopped) == "stopped");
  CHECK(to_string(SweepEnd::given_up) == "given_up");
  CHECK(to_string(SweepEnd::failed) == "failed");
  CHECK(end_text(SweepEnd::given_up, "why") == "given up: why");
  CHECK(end_text(SweepEnd::stopped, "why") == "stopped: why");
  CHECK(end_text(SweepEnd::none, "").empty());
  CHECK(exit_code(SweepEnd::finished) == 0);
  CHECK(exit_code(SweepEnd::stopped) == 75);
  CHECK(exit_code(SweepEnd::none) == 75);
  CHECK(exit_code(SweepEnd::given_up) == 1);
  CHECK(exit_code(SweepEnd::failed) == 1);
  CHECK(came_to_nothing(SweepEnd::given_up));
  CHECK(came_to_nothing(SweepEnd::failed));
  for (const SweepEnd end : {SweepEnd::none, SweepEnd::finished, SweepEnd::stopped})
    CHECK_FALSE(came_to_nothing(end));
}

TEST_CASE(
    "how a sweep ended is taken from the reason's first words where the journal is older than the field") {
  const SweepStopped given_up = of_version_3("given up: 3 trials in a row failed");
  CHECK(given_up.time == 7.5);
  CHECK(given_up.end == SweepEnd::given_up);
  CHECK(given_up.reason == "3 trials in a row failed");
  const SweepStopped failed = of_version_3("failed: its one trial failed");
  CHECK(failed.end == SweepEnd::failed);
  CHECK(failed.reason == "its one trial failed");
  for (const char* reason : {"SIGUSR1 came", "", "given up", "a worker said failed: why"}) {
    CHECK(of_version_3(reason).end == SweepEnd::stopped);
    CHECK(of_version_3(reason).reason == reason);
  }
}

TEST_CASE("a reason of today is not taken for the end, whatever it begins with") {
  Bytes bytes;
  pack(SweepStopped{7.5, "given up: the user's own words", SweepEnd::stopped}, bytes);
  const auto back = std::get<SweepStopped>(unpack_event(bytes));
  CHECK(back.end == SweepEnd::stopped);
  CHECK(back.reason == "given up: the user's own words");
}
