#include "sibyl/random.hpp"

#include <cmath>
#include <set>
#include <vector>

#include "catch.hpp"

using sibyl::RandomStream;

TEST_CASE("a stream is a function of its identity") {
  const auto first = [](auto... parts) { return RandomStream(parts...).bits(); };
  CHECK(first(7u, 3, "width") == first(7u, 3, "width"));
  std::set<std::uint64_t> different{first(7u, 3, "width"), first(8u, 3, "width"), first(7u, 4, "width"),
                                    first(7u, 3, "depth"), first(7u, "width", 3), first(7u),
                                    first(0u, 3, "width")};
  CHECK(different.size() == 7);
  CHECK(first(7u, "learning_rate_1") != first(7u, "learning_rate_2"));  // the whole of a name counts
}

TEST_CASE("the outputs are pinned: another compiler or library changes no sweep") {
  RandomStream random(7, 3, "width");
  CHECK(random.bits() == 7370858239442300471u);
  CHECK(random.uniform() == 0.10769761746094431);
  CHECK(random.below(1000) == 873);
  CHECK(random.normal() == Approx(-1.3290755541370187).epsilon(1e-14));
  CHECK(RandomStream::key(7, 3, "width") == 16307213889934668814u);
}

TEST_CASE("uniform numbers fill the unit interval evenly") {
  RandomStream random(1);
  std::vector<int> bins(10);
  double sum = 0;
  for (int i = 0; i < 100000; ++i) {
    const double u = random.uniform();
    REQUIRE(u >= 0);
    REQUIRE(u < 1);
    ++bins[static_cast<int>(u * 10)];
    sum += u;
  }
  CHECK(sum / 100000 == Approx(0.5).margin(0.01));
  for (const int count : bins) CHECK(count == Approx(10000).margin(400));
}

TEST_CASE("below(n) reaches every number alike, also where n does not divide 2^64") {
  RandomStream random(2);
  std::vector<int> bins(7);
  for (int i = 0; i < 70000; ++i) ++bins[random.below(7)];
  for (const int count : bins) CHECK(count == Approx(10000).margin(400));
  const std::uint64_t huge = (std::uint64_t{1} << 63) + 1;  // half of all draws are rejected
  for (int i = 0; i < 1000; ++i) REQUIRE(random.below(huge) < huge);
  CHECK(random.below(1) == 0);
}

TEST_CASE("normal numbers have mean 0 and variance 1") {
  RandomStream random(3);
  double sum = 0, squares = 0;
  for (int i = 0; i < 100000; ++i) {
    const double x = random.normal();
    REQUIRE(std::isfinite(x));
    sum += x;
    squares += x * x;
  }
  CHECK(sum / 100000 == Approx(0).margin(0.02));
  CHECK(squares / 100000 == Approx(1).margin(0.02));
}

TEST_CASE("neighbouring streams are independent") {
  double product = 0;
  for (int trial = 0; trial < 20000; ++trial)
    product +=
        (RandomStream(1, trial, "x").uniform() - 0.5) * (RandomStream(1, trial + 1, "x").uniform() - 0.5);
  CHECK(product / 20000 == Approx(0).margin(0.003));
}
