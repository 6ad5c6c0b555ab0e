#include "store/lock.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>

#include "catch.hpp"
#include "sibyl/error.hpp"

using sibyl::DirectoryLock;
using sibyl::lock_holder;
using sibyl::lock_owner;

namespace {

struct Folder {
  std::filesystem::path path;
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "sibyl_lock_XXXXXX").string();
    path = mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
};

}  // namespace

TEST_CASE("a directory has one owner, who is named") {
  const Folder folder;
  std::optional<DirectoryLock> lock(folder.path);
  CHECK(lock->works());
  const std::string me = "process " + std::to_string(getpid());
  CHECK_THAT(lock_holder(folder.path).value_or(""), ContainsSubstring(me));
  CHECK_THAT(lock_owner(folder.path), ContainsSubstring(me));
  CHECK_THROWS_WITH(DirectoryLock(folder.path),
                    ContainsSubstring("in use by process " + std::to_string(getpid())));
  lock.reset();
  CHECK_FALSE(lock_holder(folder.path));
  CHECK_THAT(lock_owner(folder.path), ContainsSubstring(me));
  CHECK_NOTHROW(DirectoryLock(folder.path));
}

TEST_CASE("a holder that is killed keeps no lock") {
  const Folder folder;
  int ready[2];
  REQUIRE(pipe(ready) == 0);
  const pid_t holder = fork();
  if (holder == 0) {
    const DirectoryLock lock(folder.path);
    if (write(ready[1], "x", 1) != 1) _exit(1);
    pause();
    _exit(0);
  }
  char byte = 0;
  REQUIRE(read(ready[0], &byte, 1) == 1);
  CHECK_THROWS_WITH(DirectoryLock(folder.path), ContainsSubstring(std::to_string(holder)));
  kill(holder, SIGKILL);
  waitpid(holder, nullptr, 0);
  CHECK_NOTHROW(DirectoryLock(folder.path));
  close(ready[0]);
  close(ready[1]);
}

TEST_CASE("a lock is no link to a file, and no file of somebody else's") {
  const Folder folder;
  const auto precious = folder.path / "precious", lock = folder.path / "lock";
  std::ofstream(precious) << "my text";
  std::filesystem::create_symlink(precious, lock);
  CHECK_THROWS_WITH(DirectoryLock(folder.path), ContainsSubstring("symbolic link"));
  std::filesystem::remove(lock);
  std::filesystem::rename(precious, lock);
  CHECK_THROWS_AS(DirectoryLock(folder.path), sibyl::UsageError);
  std::string text;
  std::getline(std::ifstream(lock), text);
  CHECK(text == "my text");
  std::ofstream(lock, std::ios::trunc) << std::string(20, '\0');  // as a power cut may leave it
  CHECK_NOTHROW(DirectoryLock(folder.path));
}

TEST_CASE("a directory that can't be written to is an error") {
  CHECK_THROWS_AS(DirectoryLock("/nowhere/at/all"), sibyl::Error);
}

TEST_CASE("a directory without a lock has no owner") {
  CHECK_FALSE(lock_holder("/nowhere/at/all"));
  CHECK(lock_owner("/nowhere/at/all").empty());
}
