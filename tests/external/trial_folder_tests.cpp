#include "external/trial/trial_folder.hpp"

#include <unistd.h>

#include <cmath>
#include <fstream>

#include "catch.hpp"
#include "sibyl/error.hpp"

using namespace sibyl;
namespace fs = std::filesystem;

namespace {

struct Place {
  Place() { fs::remove_all(options.checkpoints); }
  ~Place() { fs::remove_all(options.checkpoints); }
  TrainerOptions options = [] {
    TrainerOptions made;
    made.checkpoints = fs::temp_directory_path() / ("sibyl_folder_" + std::to_string(getpid()));
    return made;
  }();
};

void write(const fs::path& file, const std::string& text) {
  std::ofstream(file) << text;
}

std::string read(const fs::path& file) {
  std::string text;
  std::getline(std::ifstream(file), text);
  return text;
}

}  // namespace

TEST_CASE("a program's checkpoint takes the place of the one before, with what was reported up to it") {
  const Place place;
  const TrialFolder folder(place.options, 3, 1);
  folder.make();
  CHECK_FALSE(folder.checkpoint().has_value());
  CHECK(folder.reported().empty());
  ReportedEpochs reported{{1, {10.5, 0.25, {{"loss", 0.1}}}},
                          {2, {11, 0.5, {{"loss", std::nan("")}, {"a", 1}}}}};
  write(folder.place_for_next(), "one");
  folder.keep(1, reported);
  REQUIRE(folder.checkpoint().has_value());
  CHECK(folder.checkpoint()->epoch == 1);
  CHECK(folder.reported().size() == 1);
  write(folder.place_for_next(), "two");
  folder.keep(2, reported);
  CHECK(folder.checkpoint()->epoch == 2);
  CHECK(read(folder.checkpoint()->path) == "two");
  const auto again = folder.reported();
  REQUIRE(again.size() == 2);
  CHECK(again.at(1).started == 10.5);
  CHECK(again.at(1).metrics == reported.at(1).metrics);
  CHECK(std::isnan(again.at(2).metrics[0].value));
  int files = 0;
  for (const auto& each : fs::directory_iterator(folder.checkpoint()->path.parent_path()))
    files += each.is_regular_file() ? 1 : 0;
  CHECK(files == 2);
}

TEST_CASE("a program is told of its folder from the root, wherever it goes") {
  TrainerOptions options;
  options.checkpoints = "checkpoints";
  CHECK(TrialFolder(options, 7, 0).for_program() ==
        fs::current_path() / "checkpoints/trial_000007/execution_0/own");
}

TEST_CASE("a checkpoint may be a folder") {
  const Place place;
  const TrialFolder folder(place.options, 3, 0), heir(place.options, 4, 0);
  folder.make();
  const fs::path next = folder.place_for_next();
  fs::create_directories(next / "sub");
  write(next / "sub" / "weights", "w");
  folder.keep(5, {});
  CHECK(read(folder.checkpoint()->path / "sub" / "weights") == "w");
  heir.copy(folder);
  CHECK(heir.checkpoint()->epoch == 5);
  CHECK(read(heir.checkpoint()->path / "sub" / "weights") == "w");
  folder.forget_checkpoint();
  CHECK_FALSE(folder.checkpoint().has_value());
}

TEST_CASE("a checkpoint that was not written, or not to its end, is none") {
  const Place place;
  const TrialFolder folder(place.options, 3, 0);
  folder.make();
  CHECK_THROWS_WITH(folder.keep(1, {}), ContainsSubstring("says that it has saved epoch 1, but there is no"));
  write(folder.place_for_next(), "half of it");  // its writer was killed
  CHECK_FALSE(folder.checkpoint().has_value());
  CHECK_FALSE(fs::exists(folder.place_for_next()));
  write(folder.place_for_next(), "whole");
  folder.keep(1, {});
  std::ofstream(folder.checkpoint()->path.parent_path() / "reports", std::ios::app) << "{\"epoch\": 2, \"sta";
  CHECK(folder.reported().empty());
}

TEST_CASE("where no checkpoints are kept there is no folder") {
  const TrialFolder folder(TrainerOptions{}, 3, 0);
  folder.make();
  CHECK_FALSE(folder.is_there());
  CHECK_FALSE(folder.checkpoint().has_value());
}
