#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <span>

#include "base/file.hpp"
#include "store/results/results.hpp"
#include "store/small_disk.hpp"
#include "store/sweep.hpp"

#include "catch.hpp"

using namespace sibyl;
using namespace sibyl::test;

namespace {

/// A folder in which nobody may write. For root no folder is, so root becomes somebody else meanwhile.
class ReadOnly {
 public:
  explicit ReadOnly(const std::filesystem::path& folder) : folder_(folder) {
    ::chmod(folder.c_str(), 0555);
    if (::geteuid() == 0) became_other_ = ::seteuid(65534) == 0;
  }
  ~ReadOnly() {
    if (became_other_ && ::seteuid(0) != 0) std::abort();
    ::chmod(folder_.c_str(), 0755);
  }
  ReadOnly(const ReadOnly&) = delete;
  ReadOnly& operator=(const ReadOnly&) = delete;

 private:
  std::filesystem::path folder_;
  bool became_other_ = false;
};

Results many_epochs() {
  Results results;
  results.tell(opened());
  for (int i = 0; i < 1000; ++i) results.tell(epoch(i, 1, 1, i, {{"loss", 1}}));
  return results;
}

}  // namespace

TEST_CASE("A commit that fails leaves the journal at its last committed record, and can be repeated") {
  const Folder folder;
  const auto path = folder / "journal";
  Journal journal = Journal::create(path);
  journal.append(opened());
  journal.commit();
  const auto committed = std::filesystem::file_size(path);
  for (int i = 0; i < 100; ++i) journal.append(joined(i, i));
  {
    const SmallDisk disk(committed + 1000);
    CHECK_THROWS_WITH(journal.commit(), ContainsSubstring("Cannot write " + path.string()) &&
                                            ContainsSubstring("raise `ulimit -f`") &&
                                            ContainsSubstring("--resume"));
    CHECK(std::filesystem::file_size(path) == committed);
    CHECK_THROWS_AS(journal.commit(), Error);
  }
  CHECK(std::filesystem::file_size(path) == committed);
  CHECK(read(path).error == "");
  CHECK(read(path).tail.torn_bytes == 0);
  SECTION("by the same journal, which still has the events") {
    journal.commit();
    CHECK(read(path).events.size() == 101);
  }
  SECTION("by one that is opened anew") {
    { const Journal gone = std::move(journal); }
    Journal other = Journal::open(path, read(path).tail);
    other.append(joined(7, 7));
    other.commit();
    CHECK(read(path).events.size() == 2);
  }
}

TEST_CASE("A journal that can't be begun leaves no file behind") {
  const Folder folder;
  {
    const SmallDisk disk(4);
    CHECK_THROWS_AS(Journal::create(folder / "journal"), Error);
  }
  CHECK_FALSE(std::filesystem::exists(folder / "journal"));
}

TEST_CASE("A publication that fails leaves the old file and nothing else, however often it is tried") {
  const Folder folder;
  const auto path = folder / "results.h5";
  Results().publish(path, {}, 2e9);
  const std::string before = contents(path);
  const Results results = many_epochs();
  {
    const SmallDisk disk(20'000);
    for (int i = 0; i < 20; ++i)
      CHECK_THROWS_WITH(results.publish(path, {}, 2e9), ContainsSubstring("was not published") &&
                                                            ContainsSubstring("ulimit") &&
                                                            ContainsSubstring(path.string()));
  }
  CHECK(contents(path) == before);
  CHECK_FALSE(std::filesystem::exists(folder / "results.h5.tmp"));
  results.publish(path, {}, 2e9);
  CHECK(contents(path).size() > 50'000);
}

TEST_CASE("A full disk is called by its name") {
  if (!std::filesystem::exists("/dev/full")) return;
  File file("/dev/full", O_WRONLY);
  CHECK_THROWS_WITH(file.write_at(0, std::as_bytes(std::span("text"))),
                    ContainsSubstring("No space left on device") && ContainsSubstring("free some space"));
}

TEST_CASE("What is written beside a file is no link to another, and no other name of one") {
  const Folder folder, elsewhere;
  const auto precious = elsewhere / "precious";
  write(precious, "my text");
  const auto beside = folder / "results.h5.tmp";
  SECTION("a symbolic link") {
    std::filesystem::create_symlink(precious, beside);
  }
  SECTION("a hard link") {
    std::filesystem::create_hard_link(precious, beside);
  }
  Results().publish(folder / "results.h5", {}, 2e9);
  CHECK(contents(precious) == "my text");
  CHECK(contents(folder / "results.h5").size() > 1000);
  CHECK_FALSE(std::filesystem::exists(std::filesystem::symlink_status(beside)));
}

TEST_CASE("A folder in which nothing may be written is an error with advice") {
  const Folder folder;
  {
    const ReadOnly lock(folder.path());
    CHECK_THROWS_WITH(Journal::create(folder / "journal"), ContainsSubstring("check the permissions"));
    CHECK_THROWS_WITH(Results().publish(folder / "results.h5", {}, 2e9),
                      ContainsSubstring("check the permissions"));
  }
  CHECK_THROWS_WITH(Results().publish(folder / "missing" / "results.h5", {}, 2e9),
                    ContainsSubstring("Check the path"));
  CHECK(std::filesystem::is_empty(folder.path()));
}
