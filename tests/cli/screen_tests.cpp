#include <cmath>
#include <sstream>

#include "catch.hpp"
#include "cli/progress.hpp"
#include "cli/space.hpp"
#include "cli/table.hpp"
#include "core/samplers/random.hpp"
#include "core/schedulers/hyperband.hpp"

using namespace sibyl;

namespace {

const Objective loss{"loss", Direction::minimize};

SearchSpace space() {
  SearchSpace space;
  space.add({"rate", FloatRange{1e-4, 1e-2, 0, Sampling::log}, 1e-3, {}});
  space.add({"seconds", Choices{{1.0}}, 1.0, {}});
  return space;
}

// A sweep of one trial, as far as its first epoch.
struct Begun {
  Oracle oracle{space(),
                {loss},
                std::make_unique<RandomSampler>(space(), 1),
                std::make_unique<Hyperband>(HyperbandOptions{3, 3, 1}, loss)};
  std::ostringstream out;
  Progress progress;

  explicit Begun(Terminal terminal) : progress(out, terminal, oracle) {}
  void tell(const Event& event, double now) { progress.learn(event, oracle.tell(event), now); }
  void play() {
    WorkerJoined joined{.time = 100,
                        .worker = 1,
                        .host = "node1",
                        .device = "cuda:0",
                        .device_name = "H100",
                        .uuid = "GPU-1",
                        .threads = 4,
                        .pid = 1,
                        .warning = "slow BLAS"};
    tell(joined, 100);
    joined.worker = 2;
    tell(joined, 100);
    const auto suggestion = std::get<Suggestion>(oracle.ask());
    tell(TrialStarted{100, 1, suggestion}, 100);
    tell(EpochReported{0, 0, 0, 1, 100, 1, 1, {{"loss", 0.25}}}, 101);
    tell(TrialEnded{.time = 101, .trial = 0, .worker = 1, .message = "", .seconds = 1}, 101);
  }
};

}  // namespace

TEST_CASE("in a log, a new best trial is a line and nothing is drawn") {
  Begun begun({.is_terminal = false, .width = 80});
  begun.play();
  begun.progress.draw(102);
  CHECK_THAT(begun.out.str(), ContainsSubstring("best so far: trial 0, loss 0.25 at epoch 1 (rate "));
  CHECK_THAT(begun.out.str(), !ContainsSubstring("\x1b") && !ContainsSubstring("seconds"));
}

TEST_CASE("workers that share a device are named, and a warning is said once") {
  Begun begun({.is_terminal = false, .width = 80});
  begun.play();
  const std::string text = begun.out.str();
  CHECK_THAT(text, ContainsSubstring("worker 1 on node1: cuda:0 (H100, GPU-1), 4 threads\n"));
  CHECK_THAT(text,
             ContainsSubstring(
                 "worker 2 on node1: cuda:0 (H100, GPU-1), 4 threads; shares this device with worker 1\n"));
  CHECK(text.find("slow BLAS") == text.rfind("slow BLAS"));
}

TEST_CASE("what a trial that goes on has to say is a warning, and said once") {
  for (const bool is_terminal : {false, true}) {
    Begun begun({.is_terminal = is_terminal, .width = 200});
    for (int worker = 1; worker <= 2; ++worker) {
      const auto suggestion = std::get<Suggestion>(begun.oracle.ask());
      begun.tell(TrialStarted{100, worker, suggestion}, 100);
      begun.tell(EpochReported{suggestion.slot.trial, 0, 0, 1, 100, 1, worker, {{"loss", 0.25}}}, 101);
      begun.tell(TrialEnded{.time = 101,
                            .trial = suggestion.slot.trial,
                            .worker = worker,
                            .message = "the cosine schedule ends",
                            .seconds = 1},
                 101);
    }
    const std::string text = begun.out.str();
    CHECK_THAT(text, ContainsSubstring("WARNING: trial 0: the cosine schedule ends\n"));
    CHECK(text.find("the cosine") == text.rfind("the cosine"));
  }
}

TEST_CASE("on a terminal, the block is redrawn in place and no line is wider than the terminal") {
  Begun begun({.is_terminal = true, .width = 40});
  begun.play();
  begun.progress.draw(102);
  begun.progress.draw(102.05);  // too soon: nothing is drawn
  begun.progress.draw(103);
  const std::string text = begun.out.str();
  CHECK_THAT(text, ContainsSubstring("epochs  ") && ContainsSubstring("rungs   ") &&
                       ContainsSubstring("best    trial 0"));
  CHECK_THAT(text, ContainsSubstring("\x1b[5F\x1b[J"));  // back over the five lines, once
  CHECK(text.find("\x1b[5F") == text.rfind("\x1b[5F"));
  std::istringstream lines(text.substr(text.find("epochs")));
  for (std::string line; std::getline(lines, line);) {
    if (line.find('\x1b') != std::string::npos) break;
    int columns = 0;
    for (const char c : line) columns += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    CHECK(columns <= 40);
  }
}

TEST_CASE("durations and numbers are short") {
  CHECK(duration(0.04) == "0.0 s");
  CHECK(duration(59) == "59 s");
  CHECK(duration(60) == "1:00");
  CHECK(duration(3725) == "1:02:05");
  CHECK(duration(90 * 3600) == "3 d 18:00");
  CHECK(duration(NAN) == "-");
  CHECK(short_number(0.123456) == "0.1235");
  CHECK(short_number(NAN) == "-");
  CHECK(percent(0.984) == "98.4 %");
}

TEST_CASE("a table puts numbers to the right and words to the left") {
  TextTable table({"name", "value"});
  table.add({"a", "1"});
  table.add({"long name", "100"});
  std::ostringstream out;
  table.print(out);
  CHECK(out.str() == "  name       value\n  a              1\n  long name    100\n");
}
