// What is synced, and when: a machine may lose its power right after any of these calls.
#include <dlfcn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <vector>

#include "store/results/publisher.hpp"
#include "store/results/results.hpp"
#include "store/sweep.hpp"

#include "catch.hpp"

namespace {

/// Names of files as they were synced, with their sizes; of folders, their names alone.
std::vector<std::string>* calls = nullptr;

int call(const char* name, int descriptor) {
  if (calls != nullptr) {
    struct stat status {};
    fstat(descriptor, &status);
    const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
    const std::string file = std::filesystem::read_symlink(link).filename();
    calls->push_back(S_ISDIR(status.st_mode) ? "the folder" : file + " " + std::to_string(status.st_size));
  }
  return reinterpret_cast<int (*)(int)>(dlsym(RTLD_NEXT, name))(descriptor);
}

}  // namespace

// In place of the C library's.
extern "C" int fdatasync(int descriptor) {
  return call("fdatasync", descriptor);
}
extern "C" int fsync(int descriptor) {
  return call("fsync", descriptor);
}

using namespace sibyl;
using namespace sibyl::test;

namespace {

using Calls = std::vector<std::string>;

template <class Do>
Calls synced_by(const Do& what) {
  Calls found;
  calls = &found;
  what();
  calls = nullptr;
  return found;
}

}  // namespace

TEST_CASE("A commit is over when the file is synced, with all that was committed") {
  const Folder folder;
  const auto path = folder / "journal";
  std::optional<Journal> journal;
  CHECK(synced_by([&] { journal = Journal::create(path); }) == Calls{"journal 12", "the folder"});
  journal->append(opened());
  journal->append(joined(1, 5));
  const Calls committing = synced_by([&] { journal->commit(); });
  CHECK(committing == Calls{"journal " + std::to_string(std::filesystem::file_size(path))});
  CHECK(synced_by([&] { journal->commit(); }).empty());
}

TEST_CASE("What was read of a journal is synced before it goes on") {
  const Folder folder;
  const auto path = folder / "journal";
  write_journal(path, {opened()});
  const std::string whole = contents(path);
  write(path, whole + "torn");
  CHECK(synced_by([&] { Journal::open(path, read(path).tail); }) ==
        Calls{"journal " + std::to_string(whole.size()), "the folder"});
}

TEST_CASE("A results file is synced before it gets its name, and its name after that") {
  const Folder folder;
  const auto path = folder / "results.h5";
  Results results;
  results.tell(opened());
  Publisher publisher(path);
  for (int i = 0; i < 3; ++i) {  // the third time with the file of the first
    const Calls found = synced_by([&] {
      publisher.begin(results.changes({}, 2e9 + i));
      CHECK(publisher.wait()->problem.empty());
    });
    results.published(true);
    REQUIRE(found.size() == 2);
    CHECK(found[0].starts_with("results.h5.tmp "));
    CHECK(found[1] == "the folder");
  }
}
