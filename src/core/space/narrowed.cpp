#include "core/space/narrowed.hpp"

#include <algorithm>
#include <set>

#include "base/numbers.hpp"
#include "core/space/grid.hpp"
#include "sibyl/error.hpp"

namespace sibyl {

namespace {

class Narrowing {
 public:
  Narrowing(const Hyperparameter& whole, const std::string& text) : whole_(whole), text_(text) {}

  Domain domain() const {
    if (kind(whole_.domain) == "fixed")
      refuse("is fixed at " + to_string(whole_.default_value) + "; --set " + whole_.name +
             "=VALUE gives it another value");
    if (const auto* range = std::get_if<IntRange>(&whole_.domain)) return part_of(*range);
    if (const auto* range = std::get_if<FloatRange>(&whole_.domain)) return part_of(*range);
    return part_of(std::get<Choices>(whole_.domain));
  }

 private:
  [[noreturn]] void refuse(const std::string& why) const {
    throw UsageError("--range " + whole_.name + "=" + text_ + ": " + whole_.name + " " + why);
  }

  template <class Range>
  Domain part_of(const Range& range) const {
    using Number = decltype(range.min);
    const std::size_t colon = text_.find(':');
    const auto low = read_number<Number>(text_.substr(0, colon));
    const auto high =
        colon == std::string::npos ? std::nullopt : read_number<Number>(text_.substr(colon + 1));
    const std::string what = "is " + describe(whole_.domain);
    if (!low || !high) refuse(what + "; give LO:HI within it");
    if (*low > *high) refuse(what + "; give LO:HI with LO not above HI");
    if (!(*low >= range.min && *high <= range.max)) refuse(what + ", and LO:HI has to lie within it");
    Range part = range;
    part.min = *low;
    part.max = *high;
    if (!is_every_number(range)) keep_steps(range, part);
    if (part.min == part.max) return Choices{{part.min}};
    return part;
  }

  static bool is_every_number(const IntRange& range) { return range.step == 1; }
  static bool is_every_number(const FloatRange& range) { return range.step == 0; }
  static std::uint64_t last(const IntRange& range) { return last_place(range); }
  static std::uint64_t last(const FloatRange& range) { return FloatGrid(range).last_place(); }

  // Bounds between two values are moved to those within, so that steps begin where they did.
  template <class Range>
  void keep_steps(const Range& range, Range& part) const {
    using Number = decltype(range.min);
    const auto at = [&](std::uint64_t place) { return std::get<Number>(value_at(whole_.domain, place)); };
    const std::uint64_t last = this->last(range);
    // The first place whose value is not below (or is above) a bound; one behind the last if there is none.
    const auto first = [&](const auto& is_there) {
      if (!is_there(at(last))) return last + 1;
      std::uint64_t low = 0, high = last;
      while (low < high) {
        const std::uint64_t middle = low + (high - low) / 2;
        if (is_there(at(middle)))
          high = middle;
        else
          low = middle + 1;
      }
      return high;
    };
    const std::uint64_t begin = first([&](Number x) { return x >= part.min; });
    const std::uint64_t end = first([&](Number x) { return x > part.max; });
    if (begin >= end)
      refuse("is " + describe(whole_.domain) + ", which has no value there" +
             (begin <= last && begin > 0 ? ": the nearest are " + to_string(Value(at(begin - 1))) + " and " +
                                               to_string(Value(at(begin)))
                                         : ""));
    part.min = at(begin);
    part.max = at(end - 1);
  }

  Domain part_of(const Choices& choices) const {
    std::set<Value> named;
    for (std::size_t begin = 0; begin <= text_.size();) {
      const std::size_t end = std::min(text_.find('|', begin), text_.size());
      named.insert(parse("--range", whole_.name, choices, text_.substr(begin, end - begin)));
      begin = end + 1;
    }
    Choices part{{}, choices.ordered};
    for (const Value& value : choices.values)
      if (named.contains(value)) part.values.push_back(value);
    return part;
  }

  const Hyperparameter& whole_;
  const std::string& text_;
};

Value nearest_in(const Domain& part, const Hyperparameter& whole) {
  const Value& value = whole.default_value;
  if (const auto known = value_in(part, value)) return *known;
  if (const auto* range = std::get_if<IntRange>(&part))
    return std::get<std::int64_t>(value) < range->min ? range->min : range->max;
  if (const auto* range = std::get_if<FloatRange>(&part))
    return std::get<double>(value) < range->min ? range->min : range->max;
  const auto& left = std::get<Choices>(part).values;
  if (!std::get<Choices>(part).ordered) return left.front();
  const auto distance = [&](const Value& each) {
    const auto from = place_of(whole.domain, value).value_or(0),
               to = place_of(whole.domain, each).value_or(0);
    return from < to ? to - from : from - to;
  };
  return *std::min_element(left.begin(), left.end(),
                           [&](const Value& a, const Value& b) { return distance(a) < distance(b); });
}

}  // namespace

Hyperparameter fixed(Hyperparameter hyperparameter, const std::string& text) {
  const Value value = parse("--set", hyperparameter.name, hyperparameter.domain, text);
  hyperparameter.domain = Choices{{value}};
  hyperparameter.default_value = value;
  return hyperparameter;
}

Hyperparameter narrowed(Hyperparameter hyperparameter, const std::string& text) {
  const Domain part = Narrowing(hyperparameter, text).domain();
  hyperparameter.default_value = nearest_in(part, hyperparameter);
  hyperparameter.domain = part;
  return hyperparameter;
}

}  // namespace sibyl
