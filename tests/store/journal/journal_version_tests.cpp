#include "store/journal/journal.hpp"
#include "store/sweep.hpp"

#include "catch.hpp"

using namespace sibyl;
using namespace sibyl::test;

// The journals in fixtures/ were written by programs of these versions; they are never written anew.

namespace {

std::filesystem::path fixture(const std::string& name) {
  return std::filesystem::path(SIBYL_FIXTURES) / name;
}

// What every_event_v2.bin says: every field has a value of its own.
std::vector<Event> version_2_events() {
  SearchSpace space;
  space.add({"width", IntRange{16, 256, 16, Sampling::log}, std::int64_t{32}, {}});
  space.add({"rate", FloatRange{1e-4, 1e-2, 2, Sampling::reverse_log}, 1e-3, {}});
  space.add({"opt",
             Choices{{std::string("sgd"), std::string("adam")}, true},
             std::string("adam"),
             {{"width", {std::int64_t{16}, std::int64_t{32}}}}});
  space.add({"flag", Choices{{true, false}, false}, true, {}});
  const Suggestion suggestion{
      {42, 1, 2, 3, 9, 27},
      {{"width", std::int64_t{32}}, {"rate", 0.1}, {"b", true}, {"t", std::string("x")}},
      2,
      5};
  return {SweepOpened{1.5, "job", "mpirun job", "{\"seed\":7}", "{\"sibyl\":\"0.1.0\"}",
                      std::numeric_limits<std::uint64_t>::max(), "val_loss", true, space},
          SweepLaunched{1.75, "node1", "srun", 9, "4711_3", 2},
          WorkerJoined{2.5, 3, "node1", "cuda:0", "GPU", "GPU-123", 4, 999, "slow", "data: 9"},
          TrialStarted{3.5, 3, suggestion},
          HyperparametersFound{
              42, 5, {{"dropout", FloatRange{0, 0.5, 0.1, Sampling::linear}, 0.1, {}}}, {{"dropout", 0.3}}},
          EpochReported{42, 5, 1, 27, 4.5, 0.25, 3, {{"loss", 0.5}, {"val_loss", -0.0}}},
          TrialEnded{5.5, 42, 5, 3, Ending::failed, Cause::signal, "killed", 9.5, "SIGSEGV", "the last line"},
          WorkerLeft{5.75, 3, "it died"},
          SweepStopped{7.5, "a signal"},
          SweepResumed{8.5, "mpirun job --resume", 40, 3},
          SweepClosed{9.5, "the plan is done"}};
}

// What every_event_v3.bin says: the same with what version 3 brought, and each way in which a sweep can end,
// which stood only in the reason's first words.
std::vector<Event> version_3_events() {
  const std::vector<DataPart> parts = {{"train.x", {50, 4}, "Float", 11, 0.5, 0.25}};
  std::vector<Event> events = version_2_events();
  for (Event& event : events) {
    if (auto* opened = std::get_if<SweepOpened>(&event)) {
      opened->asks = true;
      opened->configurations = 39;
    } else if (auto* launched = std::get_if<SweepLaunched>(&event)) {
      launched->command = "srun -n 9 job";
      launched->options = "{\"seed\":7}";
      launched->versions = "{\"sibyl\":\"0.2.0\"}";
    } else if (auto* joined = std::get_if<WorkerJoined>(&event)) {
      joined->platform = {{"blas", "openblas"}, {"processor", "a fast one"}};
      joined->data_parts = parts;
    }
  }
  events.emplace_back(DataDescribed{10.5, "/data", parts});
  events.emplace_back(SweepStopped{11.5, "3 trials in a row failed", SweepEnd::given_up});
  events.emplace_back(SweepStopped{12.5, "its one trial failed", SweepEnd::failed});
  return events;
}

// What every_event_v4.bin says: the same, of a trial that has a parent.
std::vector<Event> version_4_events() {
  std::vector<Event> events = version_3_events();
  for (Event& event : events)
    if (auto* started = std::get_if<TrialStarted>(&event)) started->suggestion.parent = 41;
  return events;
}

// What every_event_v5.bin says: the same, of a trial that a model chose.
std::vector<Event> version_5_events() {
  std::vector<Event> events = version_4_events();
  for (Event& event : events)
    if (auto* started = std::get_if<TrialStarted>(&event)) started->suggestion.origin = {"gp", 0.25, 0.125};
  return events;
}

// What every_event_v6.bin says: the same, of an expectation for an epoch.
std::vector<Event> version_6_events() {
  std::vector<Event> events = version_5_events();
  for (Event& event : events)
    if (auto* started = std::get_if<TrialStarted>(&event)) started->suggestion.origin.expected_epoch = 27;
  return events;
}

// What every_event_v7.bin says: the same, of a sweep that stoppers end, with a hyperparameter that may
// change.
std::vector<Event> version_7_events() {
  std::vector<Event> events = version_6_events();
  for (Event& event : events) {
    if (auto* resumed = std::get_if<SweepResumed>(&event)) {
      resumed->stoppers = {.target = 0.5, .epochs = 100, .seconds = 3600, .trials_without_improvement = 9};
    } else if (auto* opened = std::get_if<SweepOpened>(&event)) {
      SearchSpace space;
      for (Hyperparameter each : opened->space.hyperparameters()) {
        each.may_change = each.name == "rate";
        space.add(each);
      }
      opened->space = space;
    }
  }
  return events;
}

// What every_event_v8.bin says: the same, with sizes, notes and what the launch was.
std::vector<Event> version_8_events() {
  std::vector<Event> events = version_7_events();
  for (Event& event : events) {
    if (auto* report = std::get_if<EpochReported>(&event)) {
      report->validation_seconds = 0.125;
      report->samples = 60'000;
      report->notes = {{"share", 0.25}};
    } else if (auto* ended = std::get_if<TrialEnded>(&event)) {
      ended->facts = {1234, 1 << 20, 1LL << 40, 99};
      ended->notes = {{"layers", std::int64_t{3}}};
    } else if (auto* launched = std::get_if<SweepLaunched>(&event)) {
      launched->executable = "0123456789abcdef";
      launched->source = "v1-2-g0123456789ab-dirty";
      launched->directory_source = "0123456789ab";
      launched->environment = {{"OMP_NUM_THREADS", "2"}};
    }
  }
  return events;
}

std::vector<std::string> all_packed(const std::vector<Event>& events) {
  std::vector<std::string> texts;
  for (const Event& event : events) texts.push_back(packed(event));
  return texts;
}

}  // namespace

TEST_CASE("A journal of version 2 is read, field by field") {
  const Reading reading = read(fixture("every_event_v2.bin"));
  CHECK(reading.error == "");
  CHECK(reading.tail.version == 2);
  CHECK(reading.events == all_packed(version_2_events()));
}

TEST_CASE("A journal of version 3 is read, and how the sweep ended from the first words of why") {
  const Reading reading = read(fixture("every_event_v3.bin"));
  CHECK(reading.error == "");
  CHECK(reading.tail.version == 3);
  CHECK(reading.events == all_packed(version_3_events()));
}

TEST_CASE("A journal of version 4 is read, which does not know who chose") {
  const Reading reading = read(fixture("every_event_v4.bin"));
  CHECK(reading.error == "");
  CHECK(reading.tail.version == 4);
  CHECK(reading.events == all_packed(version_4_events()));
}

TEST_CASE("A journal of version 5 is read, which does not know for which epoch something was expected") {
  const Reading reading = read(fixture("every_event_v5.bin"));
  CHECK(reading.error == "");
  CHECK(reading.tail.version == 5);
  CHECK(reading.events == all_packed(version_5_events()));
}

TEST_CASE("A journal of version 6 is read, whose sweep no stopper ends") {
  const Reading reading = read(fixture("every_event_v6.bin"));
  CHECK(reading.error == "");
  CHECK(reading.tail.version == 6);
  CHECK(reading.events == all_packed(version_6_events()));
}

TEST_CASE("A journal of version 7 is read, whose trials say nothing of their sizes") {
  const Reading reading = read(fixture("every_event_v7.bin"));
  CHECK(reading.error == "");
  CHECK(reading.tail.version == 7);
  CHECK(reading.events == all_packed(version_7_events()));
}

TEST_CASE("A journal of version 8 is read, whose epochs don't say how long they waited for data") {
  const Reading reading = read(fixture("every_event_v8.bin"));
  CHECK(reading.error == "");
  CHECK(reading.tail.version == 8);
  CHECK(reading.events == all_packed(version_8_events()));
}

TEST_CASE("A journal of version 1 is read, also one that a later program went on with") {
  const Reading reading = read(fixture("every_event_v1.bin"));
  CHECK(reading.error == "");
  CHECK(reading.tail.version == 1);
  auto events = version_2_events();
  const Event later = events[6];
  std::erase_if(events, [](const Event& event) {
    return std::holds_alternative<SweepLaunched>(event) || std::holds_alternative<WorkerLeft>(event);
  });
  for (Event& event : events) {
    if (auto* joined = std::get_if<WorkerJoined>(&event)) joined->data.clear();
    if (auto* ended = std::get_if<TrialEnded>(&event)) ended->detail = ended->output = "";
  }
  events.push_back(later);
  CHECK(reading.events == all_packed(events));
}

TEST_CASE("Going on with an older journal writes it anew in this version, torn tail and all") {
  const Folder folder;
  for (const std::string torn : {"", "half a record"}) {
    for (const std::string name :
         {"every_event_v1.bin", "every_event_v2.bin", "every_event_v3.bin", "every_event_v4.bin",
          "every_event_v5.bin", "every_event_v6.bin", "every_event_v7.bin", "every_event_v8.bin"}) {
      write(folder / "journal", contents(fixture(name)) + torn);
      write(folder / "journal.tmp", "of a rewriting that was killed");
      const Reading before = read(folder / "journal");
      Journal journal = Journal::open(folder / "journal", before.tail);
      const SweepLaunched launched{10.5, "node2", "mpirun", 3, "", -1, "mpirun -n 3 job", "{}", "{}"};
      journal.append(launched);
      journal.commit();
      const Reading after = read(folder / "journal");
      CHECK(after.error == "");
      CHECK(after.tail.version == layout_version);
      CHECK(after.tail.torn_bytes == 0);
      auto expected = before.events;
      expected.push_back(packed(launched));
      CHECK(after.events == expected);
      CHECK(!std::filesystem::exists(folder / "journal.tmp"));
    }
  }
}

TEST_CASE("An older journal that can't be written anew is left as it was") {
  const Folder folder;
  const std::string bytes = contents(fixture("every_event_v2.bin"));
  write(folder / "journal", bytes);
  std::filesystem::create_directory(folder / "journal.tmp");
  std::filesystem::create_directory(folder / "journal.tmp" / "in the way");
  CHECK_THROWS_AS(Journal::open(folder / "journal", read(folder / "journal").tail), Error);
  CHECK(contents(folder / "journal") == bytes);
}

TEST_CASE("A journal of this version is not written anew") {
  const Folder folder;
  write_journal(folder / "journal", {opened()});
  std::filesystem::create_hard_link(folder / "journal", folder / "link");
  Journal::open(folder / "journal", read(folder / "journal").tail);
  CHECK(std::filesystem::equivalent(folder / "journal", folder / "link"));
}
