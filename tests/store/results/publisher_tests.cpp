#include "store/results/publisher.hpp"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "store/read_hdf5.hpp"
#include "store/results/results.hpp"
#include "store/small_disk.hpp"
#include "store/sweep.hpp"

#include "catch.hpp"

using namespace sibyl;
using namespace sibyl::test;

namespace {

Results some_epochs() {
  Results results;
  results.tell(opened());
  for (int i = 0; i < 1000; ++i) results.tell(epoch(i, 1, 1, i, {{"loss", 1}}));
  return results;
}

}  // namespace

TEST_CASE("A publication runs beside what goes on, and its end can be asked for once") {
  const Folder folder;
  Results results = some_epochs();
  {
    Publisher publisher(folder / "results.h5");
    CHECK(publisher.idle());
    CHECK_FALSE(publisher.wait());
    for (int round = 0; round < 20; ++round) {
      publisher.begin(results.changes({}, 2e9));
      CHECK_FALSE(publisher.idle());
      // What is told meanwhile is of no concern to it.
      for (int i = 0; i < 500; ++i) results.tell(epoch(round, i, 1, i, {{"loss", 2}}));
      const auto done = publisher.wait();
      REQUIRE(done);
      CHECK(done->problem.empty());
      CHECK(done->ended >= done->began);
      results.published(true);
      CHECK(publisher.idle());
      CHECK_FALSE(publisher.done());
      CHECK(ResultsFile(folder / "results.h5").integers("epochs", "trial").size() ==
            1000 + 500 * static_cast<std::size_t>(round));
    }
  }
  CHECK_FALSE(std::filesystem::exists(folder / "results.h5.tmp"));
}

TEST_CASE("A publication that fails is told, and the next one brings what it should have brought") {
  const Folder folder;
  Results results = some_epochs();
  const auto inner = folder / "inner";
  std::filesystem::create_directory(inner);
  Publisher publisher(inner / "results.h5");
  publisher.begin(results.changes({}, 2e9));
  results.published(publisher.wait()->problem.empty());
  results.tell(epoch(5, 2, 1, 7, {{"loss", 3}}));
  std::filesystem::rename(inner, folder / "elsewhere");
  publisher.begin(results.changes({}, 2e9));
  const auto failed = publisher.wait();
  REQUIRE(failed);
  CHECK_THAT(failed->problem, ContainsSubstring("was not published") && ContainsSubstring("Check the path"));
  results.published(false);
  std::filesystem::rename(folder / "elsewhere", inner);
  publisher.begin(results.changes({}, 2e9));
  CHECK(publisher.wait()->problem.empty());
  CHECK(ResultsFile(inner / "results.h5").reals("epochs", "loss").back() == 3);
}

TEST_CASE(
    "What is written beside goes with a publication that fails, and is made anew when others deleted it") {
  const Folder folder;
  const auto path = folder / "results.h5", beside = folder / "results.h5.tmp";
  Results results = some_epochs();
  Publisher publisher(path);
  const auto publish = [&] {
    publisher.begin(results.changes({}, 2e9));
    const std::string problem = publisher.wait()->problem;
    results.published(problem.empty());
    return problem;
  };
  CHECK(publish().empty());
  CHECK(publish().empty());
  REQUIRE(std::filesystem::remove(beside));  // the version before
  results.tell(epoch(1, 2, 1, 7, {{"loss", 3}}));
  CHECK(publish().empty());
  CHECK(ResultsFile(path).reals("epochs", "loss").back() == 3);

  const std::string before = contents(path);
  for (int i = 0; i < 10'000; ++i) results.tell(epoch(i, 3, 1, i, {{"loss", 4}}));
  {
    const SmallDisk disk(before.size() + 1000);
    CHECK_FALSE(publish().empty());
  }
  CHECK(contents(path) == before);
  CHECK_FALSE(std::filesystem::exists(beside));
  CHECK(publish().empty());
  CHECK(ResultsFile(path).reals("epochs", "loss").back() == 4);
}
