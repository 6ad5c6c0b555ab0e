#include <algorithm>
#include <cmath>
#include <sstream>

#include "base/numbers.hpp"
#include "base/text.hpp"
#include "catch.hpp"
#include "cli/commands/space.hpp"
#include "cli/screen/progress.hpp"
#include "cli/screen/table.hpp"
#include "core/samplers/random.hpp"
#include "core/schedulers/hyperband/hyperband.hpp"

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
  Timing timing;
  Progress progress;

  explicit Begun(Terminal terminal) : progress(out, terminal, oracle, timing) {}
  void tell(const Event& event, double now) {
    const Consequences consequences = oracle.tell(event);
    timing.learn(event);
    progress.learn(event, consequences, now, false);
  }
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

TEST_CASE("a worker that is back shares its device with nobody but the others") {
  Begun begun({.is_terminal = false, .width = 80});
  WorkerJoined joined;
  joined.worker = 1;
  joined.uuid = "GPU-1";
  for (const double time : {100.0, 200.0}) {
    joined.time = time;
    begun.tell(joined, time);
  }
  CHECK_THAT(begun.out.str(), !ContainsSubstring("shares this device"));
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

TEST_CASE("a terminal that was made narrower has broken the block's lines: all of them are drawn over") {
  int width = 100;
  Terminal terminal{.is_terminal = true, .width = 100, .ask = [&] { return width; }};
  Begun begun(terminal);
  begun.play();
  begun.progress.draw(102);
  std::vector<std::size_t> drawn;
  std::istringstream lines(begun.out.str().substr(begun.out.str().find("epochs")));
  for (std::string line; std::getline(lines, line);) drawn.push_back(columns_of(line));
  REQUIRE(drawn.size() == 5);
  width = 30;
  std::size_t rows = 0;
  for (const std::size_t columns : drawn) rows += std::max<std::size_t>(1, (columns + 29) / 30);
  REQUIRE(rows > 5);
  begun.out.str("");
  begun.progress.draw(103);
  CHECK_THAT(begun.out.str(), Catch::Matchers::StartsWith("\x1b[" + std::to_string(rows) + "F\x1b[J"));
  std::istringstream narrow(begun.out.str().substr(begun.out.str().find("epochs")));
  for (std::string line; std::getline(narrow, line);) CHECK(columns_of(line) <= 30);
}

TEST_CASE("what trials and workers say does nothing to the terminal") {
  Begun begun({.is_terminal = false, .width = 0});
  begun.play();
  begun.tell(WorkerLeft{102, 2, "it\x1b[2J died\x07"}, 102);
  CHECK_THAT(begun.out.str(), ContainsSubstring("it\\x1b[2J died\\x07\n"));
  std::ostringstream out;
  {
    PrintableOutput safe(out);
    safe << "a\x1b[1mb\x1b[0m " << 7 << "\n\xE2\x80\xAE" << std::flush << "\x1b]0;x\x07 last";
  }
  CHECK(out.str() == "ab 7\n\\u202e\\x1b]0;x\\x07 last");
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

namespace {

std::vector<std::string> lines_of(const TextTable& table, int width,
                                  std::vector<std::string>* left_out = nullptr) {
  std::ostringstream out;
  const auto names = table.print(out, width);
  if (left_out) *left_out = names;
  std::vector<std::string> lines;
  std::istringstream in(out.str());
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

TextTable wide_table() {
  TextTable table({"rank", "status", "a_long_name_of_a_number", "optimizer", "rate"});
  table.add({"1", "completed", "3", "stochastic gradient descent", "0.00123"});
  table.add({"2", "stopped", "4", "adam", "0.5"});
  table.give_way({"rate", "optimizer", "a_long_name_of_a_number"});
  return table;
}

}  // namespace

TEST_CASE("a table fits its width: words and headers are shortened, columns left out, numbers never cut") {
  const TextTable table = wide_table();
  for (int width = 8; width <= 120; ++width) {
    std::vector<std::string> left_out;
    const auto lines = lines_of(table, width, &left_out);
    REQUIRE(lines.size() == 3);
    for (const std::string& line : lines) CHECK(columns_of(line) <= static_cast<std::size_t>(width));
    if (std::find(left_out.begin(), left_out.end(), "rate") == left_out.end())
      CHECK_THAT(lines[1], Catch::Matchers::EndsWith("0.00123"));
  }
  std::vector<std::string> left_out;
  CHECK(lines_of(table, 0) == lines_of(table, 300));
  lines_of(table, 60, &left_out);
  CHECK(left_out.empty());  // shortened only
  lines_of(table, 45, &left_out);
  CHECK(left_out == std::vector<std::string>{"rate"});
  lines_of(table, 22, &left_out);
  CHECK(left_out == std::vector<std::string>{"rate", "optimizer", "a_long_name_of_a_number"});
}

TEST_CASE("columns that give way are left out where they are empty, and say nothing of it") {
  TextTable table({"sweep", "Slurm job", "end"});
  table.add({"one", "", "finished"});
  table.give_way({"Slurm job"});
  std::vector<std::string> left_out;
  CHECK(lines_of(table, 0, &left_out) == std::vector<std::string>{"  sweep  end", "  one    finished"});
  CHECK(left_out.empty());
}

TEST_CASE("a table counts columns, not bytes, and shows what is not printable") {
  TextTable table({"name", "n"});
  table.add({"\xE6\x97\xA5\xE6\x9C\xAC", "1"});
  table.add({"a\x1b[31mb\n", "2"});
  CHECK(lines_of(table, 0) ==
        std::vector<std::string>{"  name  n", "  \xE6\x97\xA5\xE6\x9C\xAC  1", "  ab\\n  2"});
}
