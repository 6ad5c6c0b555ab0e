#include <cmath>
#include <limits>

#include "catch.hpp"
#include "sibyl/domain.hpp"
#include "sibyl/error.hpp"
#include "sibyl/search_space.hpp"

using namespace sibyl;

namespace {

const double none = std::nan(""), endless = std::numeric_limits<double>::infinity();

void refused(const Domain& domain, const char* why) {
  CHECK_THROWS_WITH(check("x", domain), ContainsSubstring("'x'") && ContainsSubstring(why));
  CHECK_THROWS_AS(check("x", domain), Error);
}

Choices texts(std::initializer_list<const char*> values) {
  Choices choices;
  for (const char* each : values) choices.values.emplace_back(std::string(each));
  return choices;
}

}  // namespace

TEST_CASE("ranges that no sweep can mean are refused, with the reason") {
  refused(IntRange{5, 1}, "min must not be above max");
  refused(IntRange{0, 5, 0}, "at least 1");
  refused(IntRange{0, 5, -1}, "must not be negative");
  refused(IntRange{0, 5, 1, Sampling::log}, "needs min > 0");
  refused(IntRange{-3, 5, 1, Sampling::reverse_log}, "needs min > 0");
  refused(FloatRange{none, 1}, "must be finite numbers");
  refused(FloatRange{0, none}, "must be finite numbers");
  refused(FloatRange{0, endless}, "must be finite numbers");
  refused(FloatRange{-endless, 0}, "must be finite numbers");
  refused(FloatRange{2, 1}, "min must not be above max");
  refused(FloatRange{0, 1, none}, "the step must be a finite number");
  refused(FloatRange{0, 1, endless}, "the step must be a finite number");
  refused(FloatRange{0, 1, -0.1}, "must not be negative");
  refused(FloatRange{0, 1, 0, Sampling::log}, "needs min > 0");
  refused(FloatRange{0.1, 1, 0.5, Sampling::log}, "must be above 1");
  refused(FloatRange{0, 1, 1e-30}, "leave the step out");
  refused(FloatRange{1e20, 2e20, 1}, "leave the step out");
  refused(FloatRange{1e-4, 1, std::nextafter(1.0, 2.0), Sampling::log}, "too close to 1");
  refused(FloatRange{5e-324, 1, 1.2, Sampling::log}, "too few digits");
  refused(FloatRange{1, 2, 0, static_cast<Sampling>(17)}, "no sampling 17");
}

TEST_CASE("choices that look alike are refused") {
  refused(Choices{}, "at least one value");
  refused(texts({"a", "b", "a"}), "the value a stands there twice");
  refused(Choices{{0.0, -0.0}}, "twice");
  refused(Choices{{std::int64_t{1}, std::string("1")}}, "several types (1, 1)");
  refused(Choices{{std::int64_t{1}, 1.0}}, "several types");
  refused(Choices{{true, std::string("true")}}, "several types");
  refused(Choices{{none, 1.0}}, "nan is no value to choose");
  refused(texts({"bad\xff", "bad\xfe"}), "UTF-8");
  refused(Choices{{std::string("nul\0a", 5), std::string("nul\0b", 5)}}, "zero byte");
  CHECK_THROWS_WITH(check("bad\xff", IntRange{0, 1}), ContainsSubstring("a name that is no UTF-8"));
  CHECK_THROWS_WITH(check("", IntRange{0, 1}), ContainsSubstring("needs a name"));
}

TEST_CASE("odd domains that make sense are taken") {
  CHECK_NOTHROW(check(
      "x", IntRange{std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}));
  CHECK_NOTHROW(check("x", FloatRange{-1.7e308, 1.7e308}));
  CHECK_NOTHROW(check("x", FloatRange{5e-324, 1, 0, Sampling::log}));
  CHECK_NOTHROW(check("x", FloatRange{0, 1, 5}));  // one value
  CHECK_NOTHROW(check("x", FloatRange{0, 0, 1e-30}));
  CHECK_NOTHROW(check("x", texts({"", "nan", "none", "1", "1.0", "True"})));
  CHECK_NOTHROW(check("x", Choices{{1.0, endless}}));
}

TEST_CASE("a condition on a value that its parent can't have is refused") {
  SearchSpace space;
  space.add({"kind", texts({"a", "b"}), std::string("a"), {}});
  space.add({"rate", FloatRange{0, 1, 0.5}, 0.0, {}});
  space.add({"mode", texts({"plain"}), std::string("plain"), {}});
  CHECK_NOTHROW(space.check(Condition{"kind", {std::string("b")}}));
  CHECK_NOTHROW(space.check(Condition{"rate", {0.5, 1.0}}));
  CHECK_NOTHROW(space.check(Condition{"mode", {std::string("other")}}));  // with --set mode=other
  CHECK_THROWS_WITH(space.check(Condition{"kind", {std::string("a"), std::string("c")}}),
                    ContainsSubstring("'kind' = c never holds") && ContainsSubstring("one of a b"));
  CHECK_THROWS_WITH(space.check(Condition{"rate", {std::int64_t{1}}}),
                    ContainsSubstring("a number from 0 to 1 in steps of 0.5") && ContainsSubstring("type"));
  CHECK_THROWS_AS(space.check(Condition{"mode", {true}}), Error);
  CHECK_THROWS_WITH(space.check(Condition{"nothing", {true}}), ContainsSubstring("not in the search space"));
  space.add({"child", IntRange{0, 1}, std::int64_t{0}, {{"kind", {std::string("c")}}}});
  CHECK_THROWS_AS(space.check(), Error);
}

TEST_CASE("a space with a default outside of its domain is refused") {
  SearchSpace space;
  space.add({"x", FloatRange{0, 1, 0.1}, 0.25, {}});
  CHECK_THROWS_WITH(space.check(), ContainsSubstring("default, 0.25") && ContainsSubstring("steps of 0.1"));
}
