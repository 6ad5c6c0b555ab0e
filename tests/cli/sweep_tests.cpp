#include "cli/sweep.hpp"

#include <stdlib.h>

#include <fstream>
#include <sstream>

#include "catch.hpp"

using namespace sibyl;

namespace fs = std::filesystem;

namespace {

/// A sweep in a directory, as a job would begin it.
struct Begun {
  std::ostringstream out;
  Sweep sweep;
  explicit Begun(const fs::path& directory) : sweep(options(directory), opened(), {}, 0, out, {}) {}

  static Options options(const fs::path& directory) {
    Options options;
    options.directory = directory;
    return options;
  }
  static SweepOpened opened() {
    SweepOpened opened;
    opened.job = "job";
    opened.options = to_json(SweepOptions{});
    opened.metric = "loss";
    opened.space.add({"x", FloatRange{0, 1}, 0.5, {}});
    return opened;
  }
};

struct Folder {
  fs::path path;
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "sibyl_sweep_XXXXXX").string();
    path = mkdtemp(pattern.data());
  }
  ~Folder() { fs::remove_all(path); }
};

}  // namespace

TEST_CASE("of a sweep that is refused before its first trial nothing is left, and of its user's files all") {
  const Folder folder;
  const fs::path directory = folder.path / "runs" / "refused";
  SECTION("in a directory of its own") {
    Begun(directory).sweep.withdraw();
    CHECK_FALSE(fs::exists(directory));
  }
  SECTION("in one with files") {
    fs::create_directories(directory / "checkpoints");
    std::ofstream(directory / "checkpoints" / "mine") << "mine";
    {
      Begun begun(directory);
      CHECK(fs::exists(directory / "journal.bin"));
      begun.sweep.withdraw();
    }
    int left = 0;
    for ([[maybe_unused]] const auto& each : fs::recursive_directory_iterator(directory)) ++left;
    CHECK(left == 2);
    CHECK(fs::exists(directory / "checkpoints" / "mine"));
  }
}

TEST_CASE("a sweep with trials is not withdrawn") {
  const Folder folder;
  Begun begun(folder.path / "sweep");
  TrialStarted event{1, 1, std::get<Suggestion>(begun.sweep.oracle().ask())};
  begun.sweep.record(event);
  begun.sweep.commit();
  begun.sweep.learned(event, begun.sweep.oracle().tell(event));
  begun.sweep.withdraw();
  CHECK(fs::exists(folder.path / "sweep" / "journal.bin"));
}
