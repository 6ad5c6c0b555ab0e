// A journal has one writer, who notices when its file is taken away.
#include <unistd.h>

#include <functional>
#include <optional>
#include <utility>

#include "store/lock.hpp"
#include "store/sweep.hpp"
#include "store/sweep_directory.hpp"

#include "catch.hpp"

using namespace sibyl;
using namespace sibyl::test;

namespace fs = std::filesystem;

namespace {

struct Written {
  Folder folder;
  fs::path path = folder / SweepFiles::journal;
  Journal journal = Journal::create(path);
  Written() {
    journal.append(opened());
    journal.append(joined(1, 10));
    journal.commit();
    journal.append(joined(2, 11));
  }
};

}  // namespace

TEST_CASE("A journal that is being written has no second writer, whatever became of the directory's lock") {
  const Folder folder;
  const fs::path path = folder / SweepFiles::journal;
  std::optional<Journal> first(Journal::create(path));
  first->append(opened());
  first->commit();
  CHECK_THROWS_WITH(Journal::open(path, read(path).tail), ContainsSubstring("is in use"));
  CHECK_THROWS_WITH(require_no_writer(path), ContainsSubstring("is in use"));
  CHECK_THROWS_WITH(delete_sweep(folder.path()), ContainsSubstring("is in use"));
  CHECK(lock_holder(folder.path()) == "another process");
  first->append(joined(1, 10));
  first->commit();
  first.reset();
  CHECK_NOTHROW(require_no_writer(path));
  CHECK_FALSE(lock_holder(folder.path()));
  CHECK_NOTHROW(Journal::open(path, read(path).tail));
}

TEST_CASE("A writer whose journal is deleted or replaced writes no more, and saves what it had written") {
  Written sweep;
  const std::string before = contents(sweep.path);
  std::string there;
  SECTION("deleted") {
    fs::remove(sweep.path);
  }
  SECTION("moved away") {
    fs::rename(sweep.path, sweep.folder / "elsewhere");
  }
  SECTION("replaced by a copy of itself") {
    fs::copy_file(sweep.path, sweep.folder / "copy");
    fs::rename(sweep.folder / "copy", sweep.path);
    there = before;
  }
  SECTION("replaced by another sweep's") {
    fs::remove(sweep.path);
    Journal::create(sweep.path);
    there = contents(sweep.path);
  }
  CHECK_THROWS_AS(sweep.journal.commit(), JournalLost);
  CHECK_THROWS_AS(sweep.journal.commit(), JournalLost);
  CHECK(contents(sweep.path) == there);
  CHECK(sweep.journal.rescue() == sweep.folder / "journal.rescued-1.bin");
  const std::string rescued = contents(sweep.folder / "journal.rescued-1.bin");
  CHECK(rescued.starts_with(before));
  CHECK(read(sweep.folder / "journal.rescued-1.bin").events.size() == 3);
  CHECK(sweep.journal.rescue() == sweep.folder / "journal.rescued-2.bin");
}

TEST_CASE("A writer whose journal is cut or written to by others writes no more") {
  Written sweep;
  const std::string before = contents(sweep.path);
  SECTION("cut") {
    fs::resize_file(sweep.path, before.size() - 1);
    CHECK_THROWS_WITH(sweep.journal.commit(), ContainsSubstring("somebody else has changed it"));
    CHECK(sweep.journal.rescue().empty());
  }
  SECTION("emptied") {
    fs::resize_file(sweep.path, 0);
    CHECK_THROWS_AS(sweep.journal.commit(), JournalLost);
    CHECK(sweep.journal.rescue().empty());
    CHECK(contents(sweep.path).empty());
  }
  SECTION("appended to") {
    std::ofstream(sweep.path, std::ios::binary | std::ios::app) << "more";
    CHECK_THROWS_AS(sweep.journal.commit(), JournalLost);
    CHECK(contents(sweep.path) == before + "more");
    CHECK(read(sweep.journal.rescue()).events.size() == 3);
  }
  for (const auto& each : fs::directory_iterator(sweep.folder.path()))
    CHECK((each.path() == sweep.path || read(each.path()).error.empty()));
}
