#pragma once

#include <stdlib.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

#include "core/codec.hpp"
#include "sibyl/error.hpp"
#include "store/journal/journal.hpp"

// A small sweep that has one event of every kind, and what tests do with files.
namespace sibyl::test {

constexpr double NaN = std::numeric_limits<double>::quiet_NaN();

/// A folder of its own, gone with everything in it at the end.
class Folder {
 public:
  Folder() {
    std::string pattern = std::filesystem::temp_directory_path() / "sibyl_store_XXXXXX";
    path_ = ::mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline std::string contents(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void write(const std::filesystem::path& path, const std::string& bytes) {
  std::filesystem::remove(
      path);  // ext4 syncs a file that is overwritten, which would make tests wait for the disk
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

inline std::string packed(const Event& event) {
  Bytes bytes;
  pack(event, bytes);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline SweepOpened opened() {
  SweepOpened event{1'700'000'000.25,
                    "quadratic",
                    "quadratic --seed 7",
                    R"({"seed": 7})",
                    R"({"sibyl": "0.1.0"})",
                    std::numeric_limits<std::uint64_t>::max(),
                    "val_loss",
                    false,
                    {}};
  event.space.add({"width", IntRange{16, 256, 16, Sampling::linear}, std::int64_t{16}, {}});
  event.space.add({"rate", FloatRange{1e-4, 1e-1, 0, Sampling::log}, 1e-3, {}});
  event.space.add(
      {"optimizer", Choices{{std::string("sgd"), std::string("adam")}, false}, std::string("sgd"), {}});
  event.space.add(
      {"momentum", FloatRange{0, 0.99, 0, Sampling::linear}, 0.9, {{"optimizer", {std::string("sgd")}}}});
  return event;
}

inline WorkerJoined joined(int worker, double time) {
  return {time, worker, "node" + std::to_string(worker), "cpu", "A processor", "", 2, 1000 + worker, ""};
}

inline TrialStarted started(TrialId trial, int worker, double time, Slot slot = {0, 0, 2, 0, 0, 3}) {
  slot.trial = trial;
  return {time, worker, {slot, {{"width", std::int64_t{32}}, {"optimizer", std::string("adam")}}, 1, 0}};
}

inline EpochReported epoch(TrialId trial, int number, int worker, double start, std::vector<Metric> metrics) {
  return {trial, 0, 0, number, start, 0.5, worker, std::move(metrics)};
}

inline TrialEnded ended(TrialId trial, int worker, double time, double seconds) {
  return {time, trial, 0, worker, Ending::reached, Cause::none, "", seconds};
}

/// One event of each kind, with values that are easily lost on the way.
inline std::vector<Event> every_event() {
  WorkerJoined worker = joined(3, 1'700'000'001);
  worker.uuid = "GPU-0-1";
  worker.warning = "reference BLAS: 13 times slower than OpenBLAS \xC3\xA9";
  TrialEnded failure = ended(5, 3, 1'700'000'009, 2.5);
  failure.ending = Ending::failed;
  failure.cause = Cause::diverged;
  failure.message = std::string("NaN\0after NUL", 13);
  failure.facts = {1234, 1 << 20, 1LL << 40, 99};
  failure.notes = {{"layers", std::int64_t{3}}, {"kind", std::string("wide")}};
  EpochReported report =
      epoch(5, 1, 3, 1'700'000'003,
            {{"val_loss", NaN}, {"loss", -0.0}, {"", std::numeric_limits<double>::infinity()}});
  report.validation_seconds = 0.125;
  report.samples = 60'000;
  report.notes = {{"augmented", true}, {"share", 0.25}};
  report.waiting_seconds = 0.0625;
  SweepLaunched launched{1'700'000'000.5, "node1", "mpirun", 4};
  launched.executable = "0123456789abcdef";
  launched.source = "v1-2-g0123456789ab-dirty";
  launched.directory_source = "0123456789ab";
  launched.environment = {{"LOADEDMODULES", "gcc/12:cuda/12"}, {"OMP_NUM_THREADS", "2"}};
  return {opened(),
          worker,
          started(5, 3, 1'700'000'002),
          HyperparametersFound{
              5, 1, {{"dropout", FloatRange{0, 0.5, 0.1, Sampling::linear}, 0.1, {}}}, {{"dropout", 0.3}}},
          report,
          launched,
          failure,
          SweepClosed{1'700'000'010, "the plan is done"}};
}

/// A commit for each event.
inline void write_journal(const std::filesystem::path& path, const std::vector<Event>& events) {
  Journal journal = Journal::create(path);
  for (const Event& event : events) {
    journal.append(event);
    journal.commit();
  }
}

/// The packed events that a journal gives up, and how the reading ended.
struct Reading {
  std::vector<std::string> events;
  JournalTail tail;
  std::string error;  ///< what it says, if it was an Error
};

inline Reading read(const std::filesystem::path& path) {
  Reading reading;
  try {
    reading.tail = read_journal(path, [&](Event&& event) { reading.events.push_back(packed(event)); });
  } catch (const Error& error) {
    reading.error = error.what();
  }
  return reading;
}

}  // namespace sibyl::test
