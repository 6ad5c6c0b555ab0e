#include "store/tensorboard/tensorboard.hpp"

#include <signal.h>
#include <sys/resource.h>

#include <map>

#include "sibyl/error.hpp"
#include "store/tensorboard/logged_sweep.hpp"
#include "store/tensorboard/protobuf_writer.hpp"
#include "store/tensorboard/tf_record.hpp"

#include "catch.hpp"

using namespace sibyl;
using namespace sibyl::test;

namespace {

namespace fs = std::filesystem;

// All files below a folder, by their path from there.
std::map<std::string, std::string> files_in(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) files[fs::relative(entry.path(), folder)] = contents(entry.path());
  return files;
}

std::map<std::string, std::string> finished_sweep(const fs::path& folder, int executions,
                                                  std::size_t max_waiting = 1 << 20) {
  LoggedSweep sweep(folder, executions, max_waiting);
  while (sweep.step()) {
  }
  sweep.log.flush();
  return files_in(folder);
}

constexpr auto file_name = "events.out.tfevents.1700000000.sibyl";

}  // namespace

TEST_CASE("CRC-32C is that of RFC 3720") {
  CHECK(crc32c("") == 0);
  CHECK(crc32c("123456789") == 0xE3069283);
  CHECK(crc32c(std::string(32, '\0')) == 0x8A9136AA);
  CHECK(crc32c(std::string(32, '\xFF')) == 0x62A8AB43);
}

TEST_CASE("Fields are encoded as the Protocol Buffers documentation shows") {
  std::string message;
  protobuf::put_integer(message, 1, 150);
  protobuf::put_bytes(message, 2, "testing");
  protobuf::put_float(message, 3, 1.0F);
  protobuf::put_double(message, 16, 1.0);
  protobuf::put_integer(message, 1, -1);
  CHECK(message == std::string("\x08\x96\x01\x12\x07testing\x1D\0\0\x80?\x81\x01\0\0\0\0\0\0\xF0?", 27) +
                       "\x08" + std::string(9, '\xFF') + "\x01");
}

TEST_CASE("A trial has a run; with executions, each of them too; the space is one more") {
  const Folder folder;
  const auto one = finished_sweep(folder / "one", 1);
  CHECK(one.contains("trial_000000/" + std::string(file_name)));
  CHECK(one.contains("search_space_5/" + std::string(file_name)));
  LoggedSweep planned(folder / "planned", 1);
  while (planned.step()) {
  }
  CHECK(one.size() == planned.trials().size() + 1);
  CHECK_FALSE(fs::exists(folder / "planned"));
  const auto two = finished_sweep(folder / "two", 2);
  CHECK(two.contains("trial_000000/" + std::string(file_name)));
  CHECK(two.contains("trial_000000/execution_1/" + std::string(file_name)));
  CHECK_FALSE(two.contains("trial_000004/execution_0/" + std::string(file_name)));
}

TEST_CASE("When and how often it is flushed changes no byte") {
  const Folder folder;
  const auto expected = finished_sweep(folder / "once", 2);
  LoggedSweep often(folder / "often", 2);
  while (often.step()) often.log.flush();
  often.log.flush();
  CHECK(files_in(folder / "often") == expected);
  CHECK(finished_sweep(folder / "small", 2, 100) == expected);
}

TEST_CASE("A sweep that is resumed writes the same bytes to the same files") {
  const Folder folder;
  const auto expected = finished_sweep(folder / "log", 1);
  SECTION("however far it was") {
    for (int steps = 0; steps < 12; ++steps) {
      fs::remove_all(folder / "log");
      LoggedSweep killed(folder / "log", 1);
      for (int i = 0; i < steps; ++i) killed.step();
      killed.log.flush();
      CHECK(finished_sweep(folder / "log", 1) == expected);
    }
  }
  SECTION("even if its files were ahead of the journal, damaged, or of other trials") {
    for (const auto& [name, bytes] : expected) write(folder / "log" / name, bytes + "more than there was");
    write(folder / "log" / "trial_000001" / file_name, "torn");
    fs::create_directories(folder / "log" / "trial_000999");
    write(folder / "log" / "trial_000999" / file_name, "lost");
    fs::create_directories(folder / "log" / "search_space_99");
    write(folder / "log" / "search_space_99" / file_name, "lost");
    CHECK(finished_sweep(folder / "log", 1) == expected);
  }
}

TEST_CASE("What is not of a sweep is left alone") {
  const Folder folder;
  for (const char* name : {"trial_1", "trial_000001b", "trial_", "my_run", "trial_99999999999999999999"}) {
    fs::create_directories(folder / "log" / name);
    write(folder / "log" / name / "mine", "mine");
  }
  CHECK(finished_sweep(folder / "log", 1).contains("trial_99999999999999999999/mine"));
  CHECK(finished_sweep(folder / "log", 1).contains("trial_1/mine"));
  CHECK(finished_sweep(folder / "log", 1).contains("trial_000001b/mine"));
}

TEST_CASE("Hyperparameters that are found after the first epoch are told anew") {
  const Folder folder;
  LoggedSweep sweep(folder / "log", 1);
  sweep.step();
  sweep.tell(TrialStarted{1, 1, sweep.next()});
  sweep.tell(EpochReported{1, 0, 0, 1, 1, 0.5, 1, {{"loss", 1}, {"val_loss", 2}}});
  sweep.tell(TrialEnded{2, 1, 0, 1, Ending::interrupted, Cause::none, "", 1});
  sweep.tell(TrialStarted{2, 1, sweep.next()});
  sweep.tell(HyperparametersFound{
      1, 1, {{"late", Choices{{std::string("a")}}, std::string("a"), {}}}, {{"late", std::string("a")}}});
  sweep.log.flush();
  const auto files = files_in(folder / "log");
  CHECK_THAT(files.at("trial_000001/events.out.tfevents.0000000000.sibyl"),
             ContainsSubstring("late") && ContainsSubstring("session_start_info"));
  CHECK_THAT(files.at("trial_000001/" + std::string(file_name)), !ContainsSubstring("late"));
  CHECK(files.contains("search_space_6/" + std::string(file_name)));
  CHECK_FALSE(files.contains("search_space_5/" + std::string(file_name)));
}

TEST_CASE("A write that fails is told by flush alone, and done by a later one") {
  const Folder folder;
  const auto expected = finished_sweep(folder / "expected", 1);
  LoggedSweep sweep(folder / "log", 1);
  sweep.step();
  sweep.log.flush();
  while (sweep.step()) {
  }
  auto* const handler = ::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  rlimit small = before;
  small.rlim_cur = 500;
  ::setrlimit(RLIMIT_FSIZE, &small);
  for (int i = 0; i < 3; ++i)
    CHECK_THROWS_WITH(sweep.log.flush(), ContainsSubstring("Cannot write " + (folder / "log").string()) &&
                                             ContainsSubstring("the journal holds everything"));
  ::setrlimit(RLIMIT_FSIZE, &before);
  ::signal(SIGXFSZ, handler);
  sweep.log.flush();
  CHECK(files_in(folder / "log") == expected);
}

TEST_CASE("What can't be written does not fill the memory: too much of it is given up until a resume") {
  const Folder folder;
  write(folder / "log", "a file where the folder should be");
  LoggedSweep sweep(folder / "log", 1, 2000);
  while (sweep.step()) {
  }
  for (int i = 0; i < 2; ++i)
    CHECK_THROWS_WITH(sweep.log.flush(), ContainsSubstring("Cannot create the folder") &&
                                             ContainsSubstring("until the sweep is resumed"));
}
