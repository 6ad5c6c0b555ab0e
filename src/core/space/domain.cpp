#include "sibyl/domain.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <type_traits>

#include "base/numbers.hpp"
#include "core/space/grid.hpp"
#include "core/space/spread.hpp"
#include "sibyl/error.hpp"

namespace sibyl {

std::string to_string(const Value& value) {
  struct Text {
    std::string operator()(bool x) const { return x ? "true" : "false"; }
    std::string operator()(std::int64_t x) const { return std::to_string(x); }
    std::string operator()(double x) const {
      char text[32];
      return {text, std::to_chars(text, text + sizeof text, x).ptr};
    }
    std::string operator()(const std::string& x) const { return x; }
  };
  return std::visit(Text{}, value);
}

std::string_view to_string(Sampling sampling) {
  switch (sampling) {
    case Sampling::linear:
      return "linear";
    case Sampling::log:
      return "log";
    case Sampling::reverse_log:
      return "reverse_log";
  }
  return "?";
}

namespace {

// None: continuous.
std::optional<std::uint64_t> last_of(const Domain& domain) {
  if (const auto* range = std::get_if<IntRange>(&domain)) return last_place(*range);
  if (const auto* range = std::get_if<FloatRange>(&domain)) {
    if (range->min == range->max) return 0;
    if (range->step == 0) return std::nullopt;
    return FloatGrid(*range).last_place();
  }
  const auto& values = std::get<Choices>(domain).values;
  if (values.empty()) throw Error("a choice of nothing has no values");
  return values.size() - 1;
}

// None: every value has the same share.
std::optional<Spread> spread(const Domain& domain, std::uint64_t last) {
  if (const auto* range = std::get_if<IntRange>(&domain))
    if (range->sampling != Sampling::linear && !by_factor(*range)) return Spread(*range, last);
  if (const auto* range = std::get_if<FloatRange>(&domain))
    if (range->sampling != Sampling::linear && !by_factor(*range) && last > 0) return Spread(*range, last);
  return std::nullopt;
}

}  // namespace

std::string_view kind(const Domain& domain) {
  if (std::holds_alternative<IntRange>(domain)) return "int";
  if (std::holds_alternative<FloatRange>(domain)) return "float";
  const auto& values = std::get<Choices>(domain).values;
  if (values.size() == 1) return "fixed";
  return !values.empty() && std::holds_alternative<bool>(values.front()) ? "boolean" : "choice";
}

std::optional<std::uint64_t> size(const Domain& domain) {
  const auto last = last_of(domain);
  if (!last || *last == std::numeric_limits<std::uint64_t>::max()) return std::nullopt;
  return *last + 1;
}

Value value_at(const Domain& domain, std::uint64_t place) {
  if (const auto* range = std::get_if<IntRange>(&domain)) return value_at(*range, place);
  if (const auto* range = std::get_if<FloatRange>(&domain)) return FloatGrid(*range).value_at(place);
  return std::get<Choices>(domain).values.at(place);
}

std::optional<std::uint64_t> place_of(const Domain& domain, const Value& value) {
  if (const auto* range = std::get_if<IntRange>(&domain)) {
    const auto* x = std::get_if<std::int64_t>(&value);
    return x ? place_of(*range, *x) : std::nullopt;
  }
  if (const auto* range = std::get_if<FloatRange>(&domain)) {
    const auto* x = std::get_if<double>(&value);
    return x ? FloatGrid(*range).place_of(*x) : std::nullopt;
  }
  const auto& values = std::get<Choices>(domain).values;
  const auto found = std::find(values.begin(), values.end(), value);
  if (found == values.end()) return std::nullopt;
  return static_cast<std::uint64_t>(found - values.begin());
}

std::optional<Value> value_in(const Domain& domain, const Value& value) {
  if (last_of(domain)) {
    const auto place = place_of(domain, value);
    return place ? std::optional(value_at(domain, *place)) : std::nullopt;
  }
  const auto& range = std::get<FloatRange>(domain);
  const auto* x = std::get_if<double>(&value);
  return x && *x >= range.min && *x <= range.max ? std::optional(value) : std::nullopt;
}

bool contains(const Domain& domain, const Value& value) {
  return value_in(domain, value) == value;
}

Value draw(const Domain& domain, RandomStream& random) {
  const auto last = last_of(domain);
  if (!last) return at_quantile(std::get<FloatRange>(domain), random.uniform());
  if (*last == std::numeric_limits<std::uint64_t>::max()) return value_at(domain, random.bits());
  const auto spread_out = spread(domain, *last);
  if (!spread_out) return value_at(domain, random.below(*last + 1));

  const double u = random.uniform();
  std::uint64_t place = spread_out->place(u);
  // Uniform numbers are multiples of 2^-53. Where so many values are between one and the next, one of them.
  constexpr std::uint64_t many = std::uint64_t{1} << 40;
  if (*last >= many) {
    const double above = u + 0x1p-53;
    const std::uint64_t next = above < 1 ? spread_out->place(above) : *last + 1;
    if (next > place + 1) place += random.below(next - place);
  }
  return value_at(domain, place);
}

Value quantile(const Domain& domain, double u) {
  u = u > 0 ? std::min(u, 1 - 0x1p-53) : 0.0;
  const auto last = last_of(domain);
  if (!last) return at_quantile(std::get<FloatRange>(domain), u);
  if (const auto spread_out = spread(domain, *last)) return value_at(domain, spread_out->place(u));
  const double place = u * (static_cast<double>(*last) + 1);
  return value_at(domain, place >= static_cast<double>(*last) ? *last : static_cast<std::uint64_t>(place));
}

Quantiles quantiles_of(const Domain& domain, const Value& value) {
  const auto last = last_of(domain);
  const auto* x = std::get_if<double>(&value);
  const auto* range = std::get_if<FloatRange>(&domain);
  if (!last) {
    const double at = x ? quantile_of(*range, *x) : 0;
    return {at, at};
  }
  const std::uint64_t place =
      range && x ? FloatGrid(*range).nearest(*x) : place_of(domain, value).value_or(0);
  if (const auto spread_out = spread(domain, *last)) return spread_out->quantiles(place);
  const double count = static_cast<double>(*last) + 1;
  return {static_cast<double>(place) / count, (static_cast<double>(place) + 1) / count};
}

double quantile_of(const Domain& domain, const Value& value) {
  const auto [low, high] = quantiles_of(domain, value);
  return std::min((low + high) / 2, 1 - 0x1p-53);
}

namespace {

// Text as a value of the same type as `like`.
std::optional<Value> read_like(const Value& like, const std::string& text) {
  if (std::holds_alternative<std::string>(like)) return text;
  if (std::holds_alternative<bool>(like)) {
    if (text == "true" || text == "1") return true;
    if (text == "false" || text == "0") return false;
    return std::nullopt;
  }
  if (std::holds_alternative<double>(like)) {
    const auto number = read_number<double>(text);
    return number && !std::isnan(*number) ? std::optional<Value>(*number) : std::nullopt;
  }
  const auto number = read_number<std::int64_t>(text);
  return number ? std::optional<Value>(*number) : std::nullopt;
}

template <class Range>
std::string range_text(const std::string& of, const Range& range) {
  std::string text = of + " from " + to_string(Value(range.min)) + " to " + to_string(Value(range.max));
  if (by_factor(range)) return text + " in factors of " + to_string(Value(range.step));
  if (std::is_same_v<Range, FloatRange> ? range.step != 0 : range.step > 1)
    text += " in steps of " + to_string(Value(range.step));
  return text;
}

// A value within a sentence: not the whole of a very long one, and an empty one so that it is seen.
std::string shown(const Value& value) {
  constexpr std::size_t longest = 60;
  const std::string text = to_string(value);
  if (text.empty()) return "''";
  if (text.size() <= longest) return text;
  std::size_t end = longest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // within a character
  return text.substr(0, end) + "...";
}

}  // namespace

std::string describe(const Domain& domain) {
  if (const auto* range = std::get_if<IntRange>(&domain)) return range_text("a whole number", *range);
  if (const auto* range = std::get_if<FloatRange>(&domain)) return range_text("a number", *range);
  constexpr std::size_t max_shown = 20;
  const auto& values = std::get<Choices>(domain).values;
  std::string text = "one of";
  for (std::size_t i = 0; i < std::min(values.size(), max_shown); ++i) text += " " + shown(values[i]);
  if (values.size() > max_shown) text += " ... (" + std::to_string(values.size()) + " values)";
  return text;
}

namespace {

// Of a domain with steps, for a value that is none of its own: ", not 0.13; the nearest are 0.1 and 0.2".
std::string nearest(const Domain& domain, const Value& value) {
  const auto last = last_of(domain);
  if (!last || std::holds_alternative<Choices>(domain)) return "";
  if (value < value_at(domain, 0)) return "";  // the description names min
  if (value > value_at(domain, *last))
    return ", not " + to_string(value) + "; the largest is " + to_string(value_at(domain, *last));
  std::uint64_t below = 0, above = *last;
  while (above - below > 1) {
    const std::uint64_t middle = below + (above - below) / 2;
    (value_at(domain, middle) <= value ? below : above) = middle;
  }
  return ", not " + to_string(value) + "; the nearest are " + to_string(value_at(domain, below)) + " and " +
         to_string(value_at(domain, above));
}

}  // namespace

Value parse(const std::string& option, const std::string& name, const Domain& domain,
            const std::string& text) {
  Value like = std::int64_t{0};
  if (std::holds_alternative<FloatRange>(domain)) like = 0.0;
  if (const auto* choices = std::get_if<Choices>(&domain); choices && !choices->values.empty())
    like = choices->values.front();
  // A fixed value is a setting: another value of its type may be put in its place.
  const bool fixed = kind(domain) == "fixed";
  const auto value = read_like(like, text);
  if (value && fixed) return *value;
  if (const auto known = value ? value_in(domain, *value) : std::nullopt) return *known;
  throw UsageError(option + " " + name + "=" + text + ": " + name + " takes " +
                   (fixed ? "a value like " + to_string(like) : describe(domain)) +
                   (value ? nearest(domain, *value) : ""));
}

}  // namespace sibyl
