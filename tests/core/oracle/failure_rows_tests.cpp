#include "core/oracle/failure_rows.hpp"

#include <set>

#include "catch.hpp"
#include "sibyl/random.hpp"

using namespace sibyl;

TEST_CASE("rows of failures are the same in whatever order they are told") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    FailureRows rows;
    std::set<TrialId> failed;
    RandomStream random(seed, "failures");
    for (int i = 0; i < 40; ++i) {
      const auto trial = static_cast<TrialId>(random.below(60));
      if (!failed.insert(trial).second) continue;
      const FailureRows::Row row = rows.add(trial);
      TrialId first = trial, last = trial;
      while (failed.contains(first - 1)) --first;
      while (failed.contains(last + 1)) ++last;
      REQUIRE(row.first == first);
      REQUIRE(row.length == last - first + 1);
    }
    rows.forget();
    CHECK(rows.add(5).length == 1);
  }
}
