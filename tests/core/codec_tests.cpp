#include "core/codec.hpp"

#include <cmath>

#include "catch.hpp"
#include "core/error.hpp"

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
      {42, 1, 2, 3, 9, 27}, {{"width", std::int64_t{32}}, {"rate", 0.1}, {"b", true}}, 2, 5};
  return {SweepOpened{1.5, "job", "mpirun job", "{}", "{\"x\":1}", 7, "val_loss", true, space},
          WorkerJoined{2.5, 3, "node1", "cuda:0", "GPU", "GPU-123", 4, 999, "slow", "data: 9"},
          TrialStarted{3.5, 3, suggestion},
          HyperparametersFound{42, 5, space.hyperparameters(), {{"opt", std::string("adam")}}},
          EpochReported{42, 5, 1, 27, 4.5, 0.25, 3, {{"loss", 0.5}, {"val_loss", std::nan("")}}},
          TrialEnded{5.5, 42, 5, 3, Ending::failed, Cause::diverged, "loss is NaN", 9.5, "SIGSEGV",
                     "the last line"},
          SweepClosed{6.5, "the plan is done"},
          SweepStopped{7.5, "a signal"},
          SweepResumed{8.5, "mpirun job --resume", 40, 3},
          WorkerLeft{9.5, 3, "it died"},
          SweepLaunched{9.75, "node1", "srun", 9, "4711_3", 2}};
}

// Without detail and output, or data: a length and a text each.
bool is_whole_in_version_1(const Event& event, std::size_t missing) {
  if (const auto* joined = std::get_if<WorkerJoined>(&event)) return missing == 4 + joined->data.size();
  const auto* ended = std::get_if<TrialEnded>(&event);
  return ended && missing == 8 + ended->detail.size() + ended->output.size();
}

}  // namespace

TEST_CASE("a trial's end that version 1 wrote has no detail and no output") {
  Bytes bytes;
  pack(Event(TrialEnded{5.5, 42, 5, 3, Ending::failed, Cause::diverged, "loss is NaN", 9.5}), bytes);
  bytes.resize(bytes.size() - 8);
  const auto ended = std::get<TrialEnded>(unpack_event(bytes));
  CHECK(ended.message == "loss is NaN");
  CHECK(ended.seconds == 9.5);
  CHECK(ended.detail.empty());
  CHECK(ended.output.empty());
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
  pack(started.suggestion, bytes);
  const Suggestion back = unpack_suggestion(bytes);
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
      if (!is_whole_in_version_1(event, bytes.size() - size))
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
