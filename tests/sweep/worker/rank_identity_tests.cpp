#include "sweep/worker/rank_identity.hpp"

#include <unistd.h>

#include "catch.hpp"
#include "sibyl/error.hpp"
#include "store/lock.hpp"

using namespace sibyl;

namespace {

struct Folder {
  std::filesystem::path path;
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "sibyl_site_XXXXXX").string();
    path = mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
};

const auto go_on = [] { return true; };

}  // namespace

TEST_CASE("a worker that sees rank 0's directory and runs its build may begin") {
  const Folder folder;
  const DirectoryLock lock(folder.path);
  const Begin rank_0 = identity_of_rank_0(folder.path);
  CHECK(rank_0.build.size() >= 16);
  CHECK_FALSE(rank_0.owner.empty());
  CHECK_NOTHROW(check_site(rank_0, folder.path, go_on, 0));
}

TEST_CASE("a directory that is not rank 0's is refused, after a while") {
  const Folder shared, other;
  const DirectoryLock lock(shared.path);
  Begin rank_0 = identity_of_rank_0(shared.path);
  CHECK_THROWS_WITH(
      check_site(rank_0, other.path, go_on, 0.05),
      ContainsSubstring(other.path.string()) && ContainsSubstring("file system that all nodes share"));
  CHECK_THROWS_AS(check_site(rank_0, "/nowhere/at/all", go_on, 0.05), Error);
  CHECK_NOTHROW(check_site(
      rank_0, other.path, [] { return false; }, 100));  // told to quit meanwhile
}

TEST_CASE("another build is refused at once") {
  const Folder folder;
  const DirectoryLock lock(folder.path);
  Begin rank_0 = identity_of_rank_0(folder.path);
  rank_0.build = "0123";
  rank_0.host = "node7";
  CHECK_THROWS_WITH(check_site(rank_0, folder.path, go_on, 100),
                    ContainsSubstring("another build than rank 0's on node7"));
}
