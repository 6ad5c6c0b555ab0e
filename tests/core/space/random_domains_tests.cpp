#include <algorithm>
#include <set>

#include "catch.hpp"
#include "core/space/random_domain.hpp"
#include "sibyl/error.hpp"

using namespace sibyl;

namespace {

#if defined(NDEBUG) && !defined(__SANITIZE_ADDRESS__)
constexpr int domains = 100'000;
#else
constexpr int domains = 10'000;
#endif

constexpr double almost_1 = 1 - 0x1p-53;

bool makes_sense(const Domain& domain) {
  try {
    check("x", domain);
    return true;
  } catch (const Error&) {
    return false;
  }
}

double scale(const FloatRange& range) {
  return range.max / 2 - range.min / 2;
}

// Where the checks begin; what follows throws with the domain's words, so that a failure can be followed.
void need(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(what);
}

bool less(const Value& a, const Value& b) {
  if (const auto* x = std::get_if<std::int64_t>(&a)) return *x < std::get<std::int64_t>(b);
  return std::get<double>(a) < std::get<double>(b);
}

void check_value(const Domain& domain, const Value& value) {
  need(contains(domain, value), "it contains its values");
  need(value_in(domain, value) == value, "a value is itself");
  need(parse("--set", "x", domain, to_string(value)) == value, "a value reads back from its text");
}

void check_continuous(const FloatRange& range, RandomStream& random) {
  double last = range.min;
  for (const double u : {0.0, 0.25, 0.25 + 0.5 * random.uniform(), 0.75, almost_1}) {
    const Value value = quantile(range, u);
    check_value(range, value);
    const double x = std::get<double>(value);
    need(x >= last, "quantiles are in order");
    last = x;
    const double back = std::get<double>(quantile(range, quantile_of(range, value)));
    // With log sampling numbers far from the end have few digits of the quantile left.
    const double near = std::max(scale(range) * 1e-9, std::abs(x) * 1e-9);
    need(std::abs(back - x) <= near, "a quantile and its inverse agree");
  }
  for (const double x : {range.min, range.max}) check_value(range, x);
}

void check_steps(const Domain& domain, std::uint64_t last, RandomStream& random) {
  const bool ordered = !std::holds_alternative<Choices>(domain);
  const bool resolved = last < (std::uint64_t{1} << 40);
  std::set<std::uint64_t> places{0, last};
  for (std::uint64_t place = 1; place < std::min<std::uint64_t>(last, 20); ++place)
    places.insert({place, last - place, random.below(last)});
  for (const std::uint64_t place : places) {
    const Value value = value_at(domain, place);
    check_value(domain, value);
    need(place_of(domain, value) == place, "a place is found again");
    if (ordered && place > 0) need(less(value_at(domain, place - 1), value), "values are in order");
    if (resolved) need(quantile(domain, quantile_of(domain, value)) == value, "every value has its quantile");
  }
  if (ordered) {
    const auto u = random.uniform();
    need(!less(quantile(domain, u), quantile(domain, u / 2)), "quantiles are in order");
  }
  const auto first = place_of(domain, quantile(domain, 0.0)),
             end = place_of(domain, quantile(domain, almost_1));
  if (resolved) need(first == 0u && end == last, "quantiles reach both ends");
}

void check_draws(const Domain& domain, RandomStream& random) {
  for (int i = 0; i < 3; ++i) need(contains(domain, draw(domain, random)), "a draw is in its domain");
}

}  // namespace

TEST_CASE("random domains: every value is found, read and drawn, and nothing else") {
  int taken = 0, steps = 0, continuous = 0;
  for (int i = 0; i < domains; ++i) {
    RandomStream random(1, i);
    const Domain domain = RandomDomain(random).any();
    INFO("domain " << i << ": " << describe(domain));
    CHECK_NOTHROW(size(domain));
    if (!makes_sense(domain)) continue;
    ++taken;
    try {
      check_draws(domain, random);
      if (const auto values = size(domain)) {
        ++steps;
        check_steps(domain, *values - 1, random);
      } else if (const auto* range = std::get_if<FloatRange>(&domain)) {
        ++continuous;
        check_continuous(*range, random);
      }
    } catch (const std::exception& wrong) {
      FAIL(wrong.what());
    }
  }
  CHECK(taken > domains / 2);
  CHECK(steps > domains / 3);
  CHECK(continuous > domains / 20);
}

// Where every value has the same share, few draws reach all of a small domain.
TEST_CASE("random domains: draws reach every value of a small one") {
  int small = 0;
  for (int i = 0; small < domains / 50; ++i) {
    RandomStream random(2, i);
    const Domain domain = RandomDomain(random).any();
    const auto* real = std::get_if<FloatRange>(&domain);
    const auto* whole = std::get_if<IntRange>(&domain);
    const bool even =
        (!real || real->sampling != Sampling::reverse_log) && (!whole || whole->sampling == Sampling::linear);
    if (!makes_sense(domain) || !even || !size(domain) || *size(domain) > 5) continue;
    ++small;
    std::set<Value> seen;
    for (int k = 0; k < 150; ++k) seen.insert(draw(domain, random));
    INFO("domain " << i << ": " << describe(domain));
    REQUIRE(seen.size() == *size(domain));
  }
}

TEST_CASE("large whole numbers are drawn to their last digit, also with log sampling") {
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  for (const Sampling sampling : {Sampling::linear, Sampling::log, Sampling::reverse_log}) {
    int odd = 0;
    std::set<Value> near_max;
    for (int i = 0; i < 4000; ++i) {
      RandomStream random(3, i);
      const auto x = std::get<std::int64_t>(draw(IntRange{1, most, 1, sampling}, random));
      REQUIRE(x >= 1);
      odd += x % 2;
      near_max.insert(draw(IntRange{most - 5, most, 1, sampling}, random));
    }
    CHECK(odd == Approx(2000).margin(200));
    CHECK(near_max.size() == 6);
  }
  std::set<bool> signs;
  for (int i = 0; i < 100; ++i) {
    RandomStream random(4, i);
    signs.insert(std::get<std::int64_t>(draw(IntRange{-most - 1, most}, random)) < 0);
  }
  CHECK(signs.size() == 2);
}

TEST_CASE("ranges wider than the doubles are spread as their sampling says") {
  int small = 0;
  for (int i = 0; i < 4000; ++i) {
    RandomStream a(5, i), b(5, i);
    const double x = std::get<double>(draw(FloatRange{1e-300, 1e300, 0, Sampling::log}, a));
    small += x < 1;
    REQUIRE(std::isfinite(std::get<double>(draw(FloatRange{-1.7e308, 1.7e308}, b))));
  }
  CHECK(small == Approx(2000).margin(150));
  CHECK(std::get<double>(quantile(FloatRange{-1.6e308, 1.6e308}, 0.75)) == Approx(0.8e308));
}
