#include "sweep/record/sweep.hpp"

#include <stdlib.h>

#include <fstream>

#include "catch.hpp"

using namespace sibyl;

namespace fs = std::filesystem;

namespace {

/// Nobody watches.
struct Unseen : SweepView {
  void learn(const Event&, const Consequences&, double, bool) override {}
  void draw(double) override {}
  void line(const std::string&, double) override {}
};
std::unique_ptr<SweepView> unseen(const Oracle&, const Timing&) {
  return std::make_unique<Unseen>();
}

/// A sweep in a directory, as a job would begin it.
struct Begun {
  Sweep sweep;
  explicit Begun(const fs::path& directory) : sweep(start(directory), unseen) {}

  static SweepStart start(const fs::path& directory) {
    SweepStart start;
    start.directory = directory;
    start.opened = opened();
    return start;
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
