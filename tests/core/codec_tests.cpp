#include "core/codec.hpp"

#include <cmath>

#include "base/hash.hpp"
#include "catch.hpp"
#include "sibyl/error.hpp"

using namespace sibyl;

namespace {

std::vector<Event> examples() {
  SearchSpace space;
  space.add({"width", IntRange{16, 256, 16}, std::int64_t{16}, {}});
  space.add({"rate", FloatRange{1e-4, 1e-2, 0, Sampling::log}, 1e-3, {}});
  space.add({"opt",
             Choices{{std::string("sgd"), std::string("adam")}, true},
             std::string("sgd"),
             {{"width", {std::int64_t{16}, std::int64_t{32}}}}});
  const Suggestion suggestion{
      {42, 1, 2, 3, 9, 27},   {{"width", std::int64_t{32}}, {"rate", 0.1}, {"b", true}}, 2, 5, 41,
      {"gp", 0.25, 0.125, 27}};
  return {SweepOpened{1.5, "job", "mpirun job", "{}", "{\"x\":1}", 7, "val_loss", true, space, true, 39},
          WorkerJoined{2.5,
                       3,
                       "node1",
                       "cuda:0",
                       "GPU",
                       "GPU-123",
                       4,
                       999,
                       "slow",
                       "data: 9",
                       {{"blas", "openblas"}, {"processor", "a fast one"}},
                       {{"train.x", {50, 4}, "Float", 11, 0.5, 0.25}}},
          TrialStarted{3.5, 3, suggestion},
          HyperparametersFound{42, 5, space.hyperparameters(), {{"opt", std::string("adam")}}},
          EpochReported{42,
                        5,
                        1,
                        27,
                        4.5,
                        0.25,
                        3,
                        {{"loss", 0.5}, {"val_loss", std::nan("")}},
                        0.125,
                        60'000,
                        {{"share", 0.5}}},
          TrialEnded{5.5,
                     42,
                     5,
                     3,
                     Ending::failed,
                     Cause::diverged,
                     "loss is NaN",
                     9.5,
                     "SIGSEGV",
                     "the last line",
                     {1234, 1 << 20, 1LL << 40, 99},
                     {{"kind", std::string("wide")}}},
          SweepClosed{6.5, "the plan is done"},
          SweepStopped{7.5, "a signal", SweepEnd::given_up},
          SweepResumed{8.5, "mpirun job --resume", 40, 3, {0.25, 1000, 90, 20}},
          WorkerLeft{9.5, 3, "it died"},
          SweepLaunched{9.75,
                        "node1",
                        "srun",
                        9,
                        "4711_3",
                        2,
                        "srun -n 9 job",
                        "{}",
                        "{\"y\":2}",
                        "0123456789abcdef",
                        "v1-dirty",
                        "0123",
                        {{"OMP_NUM_THREADS", "2"}}},
          DataDescribed{9.875, "/data", {{"test.y", {7}, "Long", 13, 1.5, 0.75}}}};
}

}  // namespace

// If this fails, the layout has changed, and programs would misread each other's journals: raise
// layout_version in core/codec.hpp, let the new field stand in `since` in core/fields.hpp, put a journal of
// the version before into tests/store/fixtures, and pin the new layout here. (While a version is not
// released, pin it anew.)
TEST_CASE("the layout of every event is the one of its version") {
  CHECK(layout_version == 9);
  const std::vector<std::uint64_t> pinned = {0xfe2bae1be9fa19f2, 0x3bf0ae10c161bbab, 0x226ce94ff629e297,
                                             0x1b2542bc6e16d922, 0x66dae5e85a32d095, 0x7cc390282fb55d68,
                                             0xa78ce2abe2fc56aa, 0x624c031d65d83891, 0x8daf0ec86fb26df2,
                                             0xa814da2e7b231891, 0x054df8bca66c681e, 0x4ac58cddb8b8f4df};
  REQUIRE(pinned.size() == std::variant_size_v<Event>);
  for (const Event& event : examples()) {
    Bytes bytes;
    pack(event, bytes);
    CAPTURE(event.index(), bytes.size());
    CHECK(xxh64(bytes) == pinned[event.index()]);
  }
}

TEST_CASE("fields of a later version are not looked for in an older record") {
  WorkerJoined joined = std::get<WorkerJoined>(examples()[1]);
  joined.platform.clear();
  joined.data_parts.clear();
  Bytes bytes;
  pack(Event(joined), bytes);
  bytes.resize(bytes.size() - 8);  // the lengths of both
  const auto back = std::get<WorkerJoined>(unpack_event(bytes, 2));
  CHECK(back.data == "data: 9");
  CHECK(back.platform.empty());
  CHECK_THROWS_AS(unpack_event(bytes, 3), Error);
  bytes.resize(bytes.size() - 4 - joined.data.size());
  CHECK(std::get<WorkerJoined>(unpack_event(bytes, 1)).data.empty());
  CHECK(std::get<WorkerJoined>(unpack_event(bytes, 1)).warning == "slow");
}

TEST_CASE("every event comes back as it was packed") {
  for (const Event& event : examples()) {
    Bytes bytes, again;
    pack(event, bytes);
    const Event back = unpack_event(bytes);
    CHECK(back.index() == event.index());
    pack(back, again);
    CHECK(again == bytes);
  }
  const auto started = std::get<TrialStarted>(examples()[2]);
  Bytes bytes;
  pack(Event(started), bytes);
  const Suggestion back = std::get<TrialStarted>(unpack_event(bytes)).suggestion;
  CHECK(back.slot == started.suggestion.slot);
  CHECK(back.hyperparameters == started.suggestion.hyperparameters);
  CHECK(back.executions == 2);
  CHECK(back.attempt == 5);
  Bytes opened;
  pack(examples()[0], opened);
  CHECK(std::get<SweepOpened>(unpack_event(opened)).space == std::get<SweepOpened>(examples()[0]).space);
}

TEST_CASE("bytes that were not packed are an error, never a crash") {
  for (const Event& event : examples()) {
    Bytes bytes;
    pack(event, bytes);
    for (std::size_t size = 0; size < bytes.size(); ++size)
      CHECK_THROWS_AS(unpack_event(std::span(bytes).first(size)), Error);
    bytes.push_back(std::byte{0});
    CHECK_THROWS_AS(unpack_event(bytes), Error);
  }
  CHECK_THROWS_WITH(unpack_event(Bytes{std::byte{99}}), ContainsSubstring("does not know"));
  RandomStream random(1);
  for (int i = 0; i < 20000; ++i) {
    Bytes bytes;
    pack(examples()[static_cast<std::size_t>(i) % examples().size()], bytes);
    for (int flips = 0; flips < 3; ++flips)
      bytes[random.below(bytes.size())] ^= static_cast<std::byte>(1 + random.below(255));
    try {
      unpack_event(bytes);
    } catch (const Error&) {
    }
  }
}
