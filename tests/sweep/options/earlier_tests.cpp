#include "sweep/options/earlier.hpp"

#include "catch.hpp"
#include "sibyl/error.hpp"

using namespace sibyl;

namespace {

SearchSpace mixed() {
  SearchSpace space;
  space.add({"rate", FloatRange{1e-4, 1e-2, 0, Sampling::log}, 1e-3, {}});
  space.add({"width", IntRange{16, 256, 16}, std::int64_t{32}, {}});
  space.add({"kind", Choices{{std::string("a,b"), std::string("c;d\\")}}, std::string("a,b"), {}});
  space.add({"momentum", FloatRange{0, 1}, 0.5, {{"kind", {std::string("a,b")}}}});
  return space;
}

}  // namespace

TEST_CASE("an earlier trial is read back from the record as it was, to the last bit") {
  for (int i = 0; i < 200; ++i) {
    RandomStream random(7, i);
    EarlierTrial trial{draw(mixed(), 3, i), {{1, random.normal() * 1e-9}, {81, random.normal() * 1e12}}};
    if (i % 3 == 0) trial.values.erase("rate");  // it lacks one
    CHECK(earlier_trial(mixed(), to_text(trial)) == trial);
  }
}

TEST_CASE("a damaged record of an earlier trial is found out") {
  for (const char* text : {"", "1=2", "1=x;rate=0.001", "1=nan;rate=0.001", "a=1;rate=0.001", "1=2;rate=5",
                           "1=2;rate", "1=2;width=17"}) {
    INFO(text);
    CHECK_THROWS_AS(earlier_trial(mixed(), text), UsageError);
  }
}
