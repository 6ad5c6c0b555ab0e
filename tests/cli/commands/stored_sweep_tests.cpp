// Journals whose checksums are right, and whose events can't be: status, summary and rebuild say so.
#include "sweep/record/stored_sweep.hpp"

#include <unistd.h>

#include <fstream>
#include <sstream>

#include "catch.hpp"
#include "cli/commands/rebuild.hpp"
#include "cli/commands/status.hpp"
#include "cli/commands/summary.hpp"
#include "sibyl/error.hpp"
#include "store/journal/journal.hpp"
#include "sweep/record/sweep.hpp"

using namespace sibyl;

namespace fs = std::filesystem;

namespace {

struct Directory {
  fs::path path = fs::temp_directory_path() / ("sibyl_stored_" + std::to_string(getpid()));
  Directory() { fs::create_directories(path); }
  ~Directory() { fs::remove_all(path); }
  fs::path journal() const { return path / SweepFiles::journal; }
};

SweepOptions settings() {
  SweepOptions options;
  options.max_epochs = 9;
  options.objective = "loss";
  return options;
}

SweepOpened opened() {
  SweepOpened event;
  event.time = 1;
  event.job = "job";
  event.options = to_json(settings());
  event.versions = "{}";
  event.metric = "loss";
  event.space.add({"x", FloatRange{0, 1}, 0.5, {}});
  return event;
}

Event joined(double time) {
  WorkerJoined event;
  event.time = time;
  event.worker = 1;
  return event;
}

Event begins(Slot slot, int attempt = 0) {
  return TrialStarted{3, 1, {slot, {{"x", 0.25}}, 1, attempt}};
}

const Slot first{0, 0, 2, 0, 0, 1};

std::vector<Event> sound() {
  return {opened(), joined(2), begins(first), EpochReported{0, 0, 0, 1, 3, 1, 1, {{"loss", 0.5}}}};
}

void write(const fs::path& path, const std::vector<Event>& events) {
  fs::remove(path);
  Journal journal = Journal::create(path);
  for (const Event& each : events) journal.append(each);
  journal.commit();
}

/// What each of them says; all the same.
std::string refusal(const Directory& directory) {
  Options options;
  options.directory = directory.path;
  std::vector<std::string> texts;
  const auto note = [&](auto command) {
    std::ostringstream out;
    try {
      command(out, options);
      texts.emplace_back();
    } catch (const UsageError&) {
      texts.emplace_back("usage?");
    } catch (const Error& problem) {
      texts.emplace_back(problem.what());
    }
  };
  note([](auto& out, const Options& of) { print_status(out, of, 0); });
  note([](auto& out, const Options& of) { summarize(out, of, 0); });
  note([](auto& out, const Options& of) { rebuild(out, of); });
  for (const std::string& each : texts) CHECK(each == texts[0]);
  return texts[0];
}

}  // namespace

TEST_CASE("a journal of events that can't be is refused by all who read it, with the record's number") {
  const Directory directory;
  write(directory.journal(), sound());
  CHECK(refusal(directory).empty());

  const auto with = [&](const Event& event) {
    std::vector<Event> events = sound();
    events.push_back(event);
    write(directory.journal(), events);
    return refusal(directory);
  };
  CHECK_THAT(with(begins({5, 0, 2, 0, 0, 1})),
             ContainsSubstring("is damaged: record 5, at byte ") &&
                 ContainsSubstring("says trial 5, attempt 0, begins, but the next new trial is 1"));
  CHECK_THAT(with(begins({1, 0, 99, 0, 0, 1})),
             ContainsSubstring("record 5") && ContainsSubstring("bracket 99"));
  CHECK_THAT(with(begins({-7, 0, 2, 0, 0, 1})), ContainsSubstring("trial -7"));
  CHECK_THAT(with(begins({1, 0, 2, 0, 0, 1}, 3)), ContainsSubstring("the next attempt is 0"));
  CHECK_THAT(with(EpochReported{9, 0, 0, 1, 3, 1, 1, {{"loss", 0.5}}}),
             ContainsSubstring("is not under way"));
  CHECK_THAT(with(joined(-1e300)), ContainsSubstring("time"));
  CHECK_THAT(with(opened()), ContainsSubstring("one has begun before"));
}

TEST_CASE("two journals in one file are refused, with and without the second one's header") {
  const Directory directory;
  write(directory.journal(), sound());
  std::ostringstream content;
  content << std::ifstream(directory.journal(), std::ios::binary).rdbuf();
  for (const std::size_t left_out : {0, 12}) {
    std::ofstream(directory.journal(), std::ios::binary) << content.str() << content.str().substr(left_out);
    CHECK_THAT(refusal(directory), ContainsSubstring("is damaged: record 5"));
  }
}

TEST_CASE("settings that make no sweep are the journal's damage, not the reader's bad usage") {
  const Directory directory;
  for (const char* options :
       {"", "{", "{}", "[1]", R"({"seed": "x"})", R"({"seed": 0, "sampler": "random"})"}) {
    SweepOpened event = opened();
    event.options = options;
    write(directory.journal(), {event});
    CHECK_THAT(refusal(directory),
               ContainsSubstring("record 1") && ContainsSubstring("its settings make none"));
  }
  for (const auto& spoil : std::vector<std::function<void(SweepOptions&)>>{
           [](auto& o) { o.max_epochs = -1; }, [](auto& o) { o.eta = 1; }, [](auto& o) { o.iterations = 0; },
           [](auto& o) { o.executions_per_trial = -1; },
           [](auto& o) { o.executions_per_trial = 2'000'000'000; }, [](auto& o) { o.max_trials = -1; },
           [](auto& o) { o.scheduler = "of a newer version"; },
           [](auto& o) { o.sampler = "of a newer version"; }}) {
    SweepOptions options = settings();
    spoil(options);
    SweepOpened event = opened();
    event.options = to_json(options);
    write(directory.journal(), {event});
    CHECK_THAT(refusal(directory), ContainsSubstring("its settings make none"));
  }
  write(directory.journal(), {joined(2)});
  CHECK_THAT(refusal(directory),
             ContainsSubstring("record 1") && ContainsSubstring("begins with a sweep's settings"));
}
