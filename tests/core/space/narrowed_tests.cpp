#include "core/space/narrowed.hpp"

#include <limits>

#include "catch.hpp"
#include "sibyl/error.hpp"

using namespace sibyl;

namespace {

Value whole(std::int64_t x) {
  return x;
}

Value word(const char* x) {
  return std::string(x);
}

Hyperparameter of(Domain domain, Value default_value) {
  return {"x", std::move(domain), std::move(default_value), {}};
}

}  // namespace

TEST_CASE("a narrowed range keeps its sampling and, if it can, its default") {
  const Hyperparameter depth = narrowed(of(IntRange{1, 100, 1, Sampling::log}, whole(7)), "5:20");
  CHECK(depth.domain == Domain(IntRange{5, 20, 1, Sampling::log}));
  CHECK(depth.default_value == whole(7));
}

TEST_CASE("steps begin where they did, and a default outside moves to the nearest") {
  const Hyperparameter width = of(IntRange{16, 256, 16}, whole(128));
  CHECK(narrowed(width, "20:100").domain == Domain(IntRange{32, 96, 16}));
  CHECK(narrowed(width, "20:100").default_value == whole(96));
  CHECK(narrowed(width, "130:256").default_value == whole(144));
  const Hyperparameter factor = of(IntRange{8, 100, 2, Sampling::log}, whole(8));
  CHECK(narrowed(factor, "9:70").domain == Domain(IntRange{16, 64, 2, Sampling::log}));
  const Hyperparameter tenths = of(FloatRange{0, 1, 0.1}, 0.7);
  CHECK(narrowed(tenths, "0.25:0.6").domain == Domain(FloatRange{0.3, 0.6, 0.1}));
  CHECK(value_at(narrowed(tenths, "0.25:0.6").domain, 1) == Value(0.4));
  CHECK(narrowed(tenths, "0.25:0.6").default_value == Value(0.6));
  const Hyperparameter rate = of(FloatRange{1e-4, 1e-1, 0, Sampling::log}, 1e-2);
  CHECK(narrowed(rate, "1e-3:2e-3").domain == Domain(FloatRange{1e-3, 2e-3, 0, Sampling::log}));
  CHECK(narrowed(rate, "1e-3:2e-3").default_value == Value(2e-3));
  const std::int64_t least = std::numeric_limits<std::int64_t>::min();
  const std::int64_t most = std::numeric_limits<std::int64_t>::max();
  CHECK(narrowed(of(IntRange{least, most}, whole(0)), "-9223372036854775808:5").domain ==
        Domain(IntRange{least, 5}));
}

TEST_CASE("every value of a narrowed range is one of the whole, and none of them is missing") {
  for (const Domain& domain :
       {Domain(IntRange{3, 90, 7}), Domain(IntRange{2, 5000, 3, Sampling::log}),
        Domain(FloatRange{-1, 2, 0.3}), Domain(FloatRange{1e-3, 10, 3, Sampling::log}),
        Domain(FloatRange{0, 3, 1.0 / 3}), Domain(IntRange{5, 60, 5, Sampling::reverse_log})}) {
    const std::uint64_t values = size(domain).value();
    for (std::uint64_t low = 0; low < values; ++low)
      for (std::uint64_t high = low; high < values; ++high) {
        const Value first = value_at(domain, low), last = value_at(domain, high);
        const Domain part = narrowed(of(domain, first), to_string(first) + ":" + to_string(last)).domain;
        REQUIRE(size(part) == high - low + 1);
        for (std::uint64_t i = low; i <= high; ++i) REQUIRE(value_in(part, value_at(domain, i)));
        REQUIRE(value_in(domain, value_at(part, high - low)) == last);
      }
  }
}

TEST_CASE("of choices those that are named are left, in their order") {
  const Hyperparameter optimizer = of(Choices{{word("sgd"), word("adam"), word("rmsprop")}}, word("adam"));
  CHECK(narrowed(optimizer, "rmsprop|sgd").domain == Domain(Choices{{word("sgd"), word("rmsprop")}}));
  CHECK(narrowed(optimizer, "rmsprop|sgd").default_value == word("sgd"));
  CHECK(narrowed(optimizer, "rmsprop|adam").default_value == word("adam"));
  const Hyperparameter batch = of(Choices{{whole(16), whole(32), whole(64), whole(128)}, true}, whole(128));
  CHECK(narrowed(batch, "16|64|32").default_value == whole(64));
  CHECK(kind(narrowed(of(Choices{{false, true}}, false), "true").domain) == "fixed");
}

TEST_CASE("one value is a fixed one") {
  CHECK(narrowed(of(IntRange{1, 9}, whole(3)), "5:5").domain == Domain(Choices{{whole(5)}}));
  CHECK(narrowed(of(IntRange{16, 256, 16}, whole(16)), "20:40").domain == Domain(Choices{{whole(32)}}));
}

TEST_CASE("what is no part of a domain is refused, with what the domain is") {
  const auto refused = [](const Hyperparameter& whole, const std::string& text, const std::string& why) {
    CHECK_THROWS_WITH(narrowed(whole, text),
                      ContainsSubstring("--range x=" + text + ": x ") && ContainsSubstring(why));
    CHECK_THROWS_AS(narrowed(whole, text), UsageError);
  };
  const Hyperparameter width = of(IntRange{16, 256, 16}, whole(128));
  refused(width, "8:64", "a whole number from 16 to 256 in steps of 16, and LO:HI has to lie within it");
  refused(width, "64:512", "has to lie within it");
  refused(width, "64:32", "LO not above HI");
  refused(width, "33:47", "has no value there: the nearest are 32 and 48");
  refused(width, "32", "give LO:HI within it");
  refused(width, "a:b", "give LO:HI within it");
  refused(width, "1.5:2", "give LO:HI within it");
  refused(of(FloatRange{0, 1}, 0.5), "nan:1", "within it");
  refused(of(FloatRange{0, 1}, 0.5), "0:inf", "within it");
  CHECK_THROWS_WITH(narrowed(of(Choices{{word("sgd"), word("adam")}}, word("sgd")), "sgd|adm"),
                    ContainsSubstring("takes one of sgd adam"));
  refused(of(Choices{{whole(3)}}, whole(3)), "1:2", "is fixed at 3; --set x=VALUE");
}

TEST_CASE("a space is narrowed under every condition of a name, and an unknown name is refused") {
  SearchSpace space;
  space.add({"optimizer", Choices{{word("sgd"), word("rmsprop")}}, word("sgd"), {}});
  space.add({"momentum", FloatRange{0, 1}, 0.9, {{"optimizer", {word("sgd")}}}});
  space.add({"momentum", FloatRange{0, 0.8}, 0.1, {{"optimizer", {word("rmsprop")}}}});
  space.narrow("momentum", "0.2:0.5");
  CHECK(space.hyperparameters()[1].domain == Domain(FloatRange{0.2, 0.5}));
  CHECK(space.hyperparameters()[1].default_value == Value(0.5));
  CHECK(space.hyperparameters()[2].domain == Domain(FloatRange{0.2, 0.5}));
  CHECK(space.hyperparameters()[2].default_value == Value(0.2));
  CHECK_THROWS_WITH(space.narrow("momentun", "0:1"), ContainsSubstring("did you mean 'momentum'?"));
}
