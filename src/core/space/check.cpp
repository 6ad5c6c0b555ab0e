#include <cmath>
#include <limits>
#include <set>

#include "base/text.hpp"
#include "sibyl/domain.hpp"
#include "sibyl/error.hpp"

namespace sibyl {

namespace {

std::string quoted(const std::string& name) {
  return "hyperparameter '" + one_line(name) + "'";
}

template <class Range>
void check_range(const std::string& name, const Range& range) {
  const std::string who =
      quoted(name) + " from " + to_string(Value(range.min)) + " to " + to_string(Value(range.max));
  if (range.sampling != Sampling::linear && range.sampling != Sampling::log &&
      range.sampling != Sampling::reverse_log)
    throw Error(who + ": there is no sampling " + std::to_string(static_cast<int>(range.sampling)));
  if (!(range.min <= range.max)) throw Error(who + ": min must not be above max");
  if (range.step < 0) throw Error(who + ": the step must not be negative");
  if (range.sampling != Sampling::linear && !(range.min > 0))
    throw Error(who + ": " + std::string(to_string(range.sampling)) + " sampling needs min > 0");
}

// Steps are finer than doubles when neighbours are, or may be, the same number.
void check_fineness(const std::string& name, const FloatRange& range) {
  const std::string who = quoted(name) + ": a step of " + to_string(Value(range.step));
  const std::string instead = "leave the step out, and the range is continuous";
  if (range.sampling == Sampling::log) {
    if (range.step <= 1)
      throw Error(quoted(name) + ": with log sampling the step is a factor and must be above 1");
    if (range.step < 1 + 1e-12)
      throw Error(who + " is a factor that is too close to 1 for the values to differ: " + instead);
    if (range.min < std::numeric_limits<double>::min())
      throw Error(quoted(name) + ": doubles next to " + to_string(Value(range.min)) +
                  " have too few digits for steps by a factor: take a larger min, or " + instead);
    return;
  }
  const double largest = std::max(std::abs(range.min), std::abs(range.max));
  if (range.min < range.max && largest / range.step > 0x1p50)
    throw Error(who + " is finer than numbers of up to " + to_string(Value(largest)) +
                " are told apart: " + instead);
}

void check(const std::string& name, const Choices& choices) {
  if (choices.values.empty()) throw Error(quoted(name) + ": a Choice needs at least one value");
  std::set<Value> seen;
  for (const Value& value : choices.values) {
    const std::string text = to_string(value);
    if (value.index() != choices.values.front().index())
      throw Error(quoted(name) + ": its values are of several types (" + to_string(choices.values.front()) +
                  ", " + text + "), which look alike in the results: take one type");
    const auto* number = std::get_if<double>(&value);
    if (number && std::isnan(*number))
      throw Error(quoted(name) +
                  ": nan is no value to choose, it is not equal to itself: take another number, or words");
    if (!is_utf8(text))
      throw Error(
          quoted(name) +
          ": a value that is no UTF-8 text, or has a zero byte in it, can't be told from others in the results: write it as UTF-8");
    if (!seen.insert(value).second)
      throw Error(quoted(name) + ": the value " + one_line(text) + " stands there twice");
  }
}

}  // namespace

void check(const std::string& name, const Domain& domain) {
  if (name.empty()) throw Error("a hyperparameter needs a name");
  if (!is_utf8(name))
    throw Error(
        quoted(name) +
        ": a name that is no UTF-8 text, or has a zero byte in it, can't be told from others in the results: write it as UTF-8");
  if (const auto* whole = std::get_if<IntRange>(&domain)) {
    check_range(name, *whole);
    if (whole->step == 0) throw Error(quoted(name) + ": the step of an Int must be at least 1");
  } else if (const auto* real = std::get_if<FloatRange>(&domain)) {
    if (!std::isfinite(real->min) || !std::isfinite(real->max))
      throw Error(quoted(name) + ": min and max must be finite numbers, not " + to_string(Value(real->min)) +
                  " and " + to_string(Value(real->max)));
    if (!std::isfinite(real->step))
      throw Error(quoted(name) + ": the step must be a finite number, not " + to_string(Value(real->step)));
    check_range(name, *real);
    if (real->step != 0) check_fineness(name, *real);
  } else {
    check(name, std::get<Choices>(domain));
  }
}

}  // namespace sibyl
