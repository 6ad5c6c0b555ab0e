#include "store/sweep_directory.hpp"

#include <set>
#include <string>

#include "store/sweep.hpp"

#include "catch.hpp"

using namespace sibyl;
using namespace sibyl::test;

namespace fs = std::filesystem;

namespace {

using Names = std::set<std::string>;

void make(const fs::path& file, const std::string& text = "x") {
  fs::create_directories(file.parent_path());
  write(file, text);
}

/// Files, links, and folders that hold nothing.
Names all_in(const fs::path& folder) {
  Names names;
  for (const auto& each : fs::recursive_directory_iterator(folder))
    if (!each.is_directory() || each.is_symlink() || fs::is_empty(each.path()))
      names.insert(each.path().lexically_relative(folder));
  return names;
}

const Names made_by_sweeps = {
    "results.h5",
    "results.h5.tmp",
    "checkpoints/trial_000000/execution_0.pt",
    "checkpoints/trial_000000/execution_0.pt.4711.tmp",
    "checkpoints/trial_1234567/of_a_job_of_its_own",
    "tensorboard/trial_000000/events.out.tfevents.1700000000.sibyl",
    "tensorboard/trial_000000/execution_1/events.out.tfevents.1700000000.sibyl",
    "tensorboard/search_space_4/events.out.tfevents.1700000000.sibyl",
    "tensorboard-export/search_space/events.out.tfevents.1700000000.sibyl",
    "exported/trial_000000.pt",
    "exported/trial_000000.json",
    "exported/trial_000000.onnx",
    "retrained/trial_000000.pt",
    "retrained/trial_000000.json",
    "retrained/trial_000000.onnx",
    "retrained/checkpoints/trial_000000/execution_0.pt",
    "report/report.html",
    "report/ladder.png",
    "report/ladder.svg",
    "csv/trials.csv",
    "csv/attributes.json",
};
const Names of_the_user = {
    "notes.txt",
    "results.json",
    "checkpoints/my_best.pt",
    "checkpoints/trial_1/weights",
    "checkpoints/trial_000001.old/weights",
    "tensorboard/my_run/events.out.tfevents.1700000000.host",
    "tensorboard/trial_000000/notes",
    "exported/for_the_paper.pt",
    "retrained/trial_000000.tflite",
    "report/my_picture.png",
    "report2/report.html",
    "csv/mine.csv",
    "lock",
};

}  // namespace

TEST_CASE("Deleting a sweep deletes what was made of it, and nothing of its user's") {
  const Folder folder;
  make(folder / SweepFiles::journal, std::string("SIBYLJNL") + "and damage");
  for (const std::string& each : made_by_sweeps) make(folder / each);
  SECTION("where all is its own") {
    delete_sweep(folder.path());
    CHECK(fs::is_empty(folder.path()));
  }
  SECTION("where the user has files in the same folders") {
    for (const std::string& each : of_the_user) make(folder / each);
    delete_sweep(folder.path());
    CHECK(all_in(folder.path()) == of_the_user);
  }
}

TEST_CASE("Deleting a sweep follows a link to a folder, and takes no link for what it leads to") {
  const Folder folder, elsewhere;
  make(folder / SweepFiles::journal, "");
  make(elsewhere / "trial_000000/execution_0.pt");
  make(elsewhere / "precious");
  fs::create_directory_symlink(elsewhere.path(), folder / "checkpoints");
  fs::create_symlink(elsewhere / "precious", folder / "results.h5");
  delete_sweep(folder.path());
  CHECK(all_in(folder.path()) == Names{"checkpoints"});
  CHECK(all_in(elsewhere.path()) == Names{"precious"});
}

TEST_CASE("What lies beside no journal of ours is not deleted") {
  const Folder folder;
  for (const std::string& each : of_the_user) make(folder / each);
  make(folder / "exported/trial_000000.pt");
  SECTION("none") {
    fs::remove_all(folder / "tensorboard/trial_000000");
    const Names before = all_in(folder.path());
    delete_sweep(folder.path());
    CHECK(all_in(folder.path()) == before);
  }
  SECTION("one of somebody else's") {
    make(folder / SweepFiles::journal, "Dear diary");
    const Names before = all_in(folder.path());
    CHECK_THROWS_AS(delete_sweep(folder.path()), UsageError);
    CHECK(all_in(folder.path()) == before);
  }
}

TEST_CASE("A first start is refused where one of its names is in use, and nowhere else") {
  for (const std::string taken :
       {"results.h5", "results.h5.tmp", "checkpoints", "checkpoints/trial_000007/model", "tensorboard",
        "tensorboard/trial_000000/events", "tensorboard/search_space_2/events"}) {
    const Folder folder;
    for (const std::string& each : of_the_user)
      if (each.find(taken) != 0) make(folder / each);
    fs::remove_all(folder / "tensorboard/trial_000000");
    CHECK_NOTHROW(require_free_names(folder.path()));
    fs::remove_all(folder / taken);
    make(folder / taken);
    CHECK_THROWS_WITH(require_free_names(folder.path()), ContainsSubstring("Move it away"));
    CHECK_THROWS_AS(delete_sweep(folder.path()), UsageError);
    make(folder / SweepFiles::journal, "");
    CHECK_NOTHROW(require_free_names(folder.path()));
  }
}
