#include "sweep/record/platforms.hpp"

#include "catch.hpp"

using namespace sibyl;

namespace {

WorkerJoined on(int worker, const std::string& processor) {
  WorkerJoined joined;
  joined.worker = worker;
  joined.host = "node" + std::to_string(worker);
  joined.platform = {{"processor", processor}, {"BLAS", "openblas"}};
  return joined;
}

}  // namespace

TEST_CASE("what is no longer as the sweep began is told once") {
  Platforms platforms;
  CHECK(platforms.tell(on(1, "A")).empty());
  CHECK(platforms.tell(on(2, "A")).empty());
  CHECK(!platforms.differs(on(3, "A")));
  CHECK(platforms.differs(on(3, "B")));
  const auto news = platforms.tell(on(3, "B"));
  REQUIRE(news.size() == 1);
  CHECK(
      news[0] ==
      "worker 3 on node3: the processor is B, the sweep began with A: metrics may differ in their last bits "
      "from here on");
  CHECK(platforms.tell(on(4, "B")).empty());
  CHECK(platforms.tell({{"libtorch", "1.13"}}, "rank 0").empty());
  CHECK(platforms.tell({{"libtorch", "2.0"}}, "rank 0").size() == 1);
  CHECK(platforms.lines().size() == 2);
}
