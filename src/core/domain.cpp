#include "core/domain.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/error.hpp"

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

bool by_factor(Sampling sampling, double step) {
  return sampling == Sampling::log && step > 1;
}

// The last k with min * step^k <= max, found by multiplying: a logarithm would be off by one now and then.
std::uint64_t factor_steps(double min, double max, double step) {
  std::uint64_t k = 0;
  for (double x = min * step; x <= max * (1 + 1e-12); x *= step) ++k;
  return k;
}

// A continuous value at a quantile 0 <= u <= 1 of its sampling.
double at_quantile(double min, double max, Sampling sampling, double u) {
  switch (sampling) {
    case Sampling::linear:
      return min + (max - min) * u;
    case Sampling::log:
      return min * std::pow(max / min, u);
    case Sampling::reverse_log:
      return max + min - min * std::pow(max / min, 1 - u);
  }
  return min;
}

}  // namespace

std::string_view kind(const Domain& domain) {
  if (std::holds_alternative<IntRange>(domain)) return "int";
  if (std::holds_alternative<FloatRange>(domain)) return "float";
  const auto& values = std::get<Choices>(domain).values;
  if (values.size() == 1) return "fixed";
  return std::holds_alternative<bool>(values.front()) ? "boolean" : "choice";
}

std::optional<std::uint64_t> size(const Domain& domain) {
  if (const auto* range = std::get_if<IntRange>(&domain)) {
    if (by_factor(range->sampling, static_cast<double>(range->step)))
      return factor_steps(static_cast<double>(range->min), static_cast<double>(range->max),
                          static_cast<double>(range->step)) +
             1;
    return (static_cast<std::uint64_t>(range->max) - static_cast<std::uint64_t>(range->min)) /
               static_cast<std::uint64_t>(range->step) +
           1;
  }
  if (const auto* range = std::get_if<FloatRange>(&domain)) {
    if (range->min == range->max) return 1;
    if (range->step == 0) return std::nullopt;
    if (by_factor(range->sampling, range->step)) return factor_steps(range->min, range->max, range->step) + 1;
    return static_cast<std::uint64_t>((range->max - range->min) / range->step + 1e-8) + 1;
  }
  return std::get<Choices>(domain).values.size();
}

Value value_at(const Domain& domain, std::uint64_t index) {
  if (const auto* range = std::get_if<IntRange>(&domain)) {
    if (!by_factor(range->sampling, static_cast<double>(range->step)))
      return range->min + static_cast<std::int64_t>(index) * range->step;
    std::int64_t value = range->min;
    for (; index > 0; --index) value *= range->step;
    return value;
  }
  if (const auto* range = std::get_if<FloatRange>(&domain)) {
    if (!by_factor(range->sampling, range->step))
      return range->min + static_cast<double>(index) * range->step;
    return range->min * std::pow(range->step, static_cast<double>(index));
  }
  return std::get<Choices>(domain).values.at(index);
}

Value draw(const Domain& domain, RandomStream& random) {
  if (const auto* range = std::get_if<IntRange>(&domain)) {
    if (range->sampling == Sampling::linear || by_factor(range->sampling, static_cast<double>(range->step)))
      return value_at(domain, random.below(*size(domain)));
    // Half a step is added on both sides, so that the ends get their share of the density (as in Optuna).
    const double half = static_cast<double>(range->step) / 2;
    const double low = static_cast<double>(range->min) - half, high = static_cast<double>(range->max) + half;
    const double x = at_quantile(std::max(low, 0.5), high, range->sampling, random.uniform());
    const double steps = std::round((x - static_cast<double>(range->min)) / static_cast<double>(range->step));
    const auto last = static_cast<double>(*size(domain) - 1);
    return value_at(domain, static_cast<std::uint64_t>(std::clamp(steps, 0.0, last)));
  }
  if (const auto* range = std::get_if<FloatRange>(&domain)) {
    if (range->min == range->max) return range->min;
    if (range->step != 0 && (range->sampling == Sampling::linear || by_factor(range->sampling, range->step)))
      return value_at(domain, random.below(*size(domain)));
    const double x = at_quantile(range->min, range->max, range->sampling, random.uniform());
    if (range->step == 0) return std::clamp(x, range->min, range->max);
    return value_at(domain, std::min(static_cast<std::uint64_t>(std::round((x - range->min) / range->step)),
                                     *size(domain) - 1));
  }
  const auto& values = std::get<Choices>(domain).values;
  return values[random.below(values.size())];
}

bool contains(const Domain& domain, const Value& value) {
  if (const auto* range = std::get_if<IntRange>(&domain)) {
    const auto* x = std::get_if<std::int64_t>(&value);
    if (!x || *x < range->min || *x > range->max) return false;
    if (!by_factor(range->sampling, static_cast<double>(range->step)))
      return (*x - range->min) % range->step == 0;
    for (std::uint64_t i = 0; i < *size(domain); ++i)
      if (value_at(domain, i) == value) return true;
    return false;
  }
  if (const auto* range = std::get_if<FloatRange>(&domain)) {
    const auto* x = std::get_if<double>(&value);
    return x && *x >= range->min && *x <= range->max;
  }
  const auto& values = std::get<Choices>(domain).values;
  return std::find(values.begin(), values.end(), value) != values.end();
}

namespace {

template <class T>
std::optional<T> read_number(const std::string& text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

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
    return number && std::isfinite(*number) ? std::optional<Value>(*number) : std::nullopt;
  }
  const auto number = read_number<std::int64_t>(text);
  return number ? std::optional<Value>(*number) : std::nullopt;
}

}  // namespace

std::string describe(const Domain& domain) {
  const auto range_text = [](const std::string& of, const auto& range) {
    std::string text = of + " from " + to_string(Value(range.min)) + " to " + to_string(Value(range.max));
    if (range.step > 1 || (range.step > 0 && of == "a number"))
      text += " in steps of " + to_string(Value(range.step));
    return text;
  };
  if (const auto* range = std::get_if<IntRange>(&domain)) return range_text("a whole number", *range);
  if (const auto* range = std::get_if<FloatRange>(&domain)) return range_text("a number", *range);
  std::string text = "one of";
  for (const Value& value : std::get<Choices>(domain).values) text += " " + to_string(value);
  return text;
}

Value parse(const std::string& name, const Domain& domain, const std::string& text) {
  Value like = std::int64_t{0};
  if (std::holds_alternative<FloatRange>(domain)) like = 0.0;
  if (const auto* choices = std::get_if<Choices>(&domain)) like = choices->values.front();
  const auto value = read_like(like, text);
  // A fixed value is a setting: another value of its type may be put in its place.
  if (value && (kind(domain) == "fixed" || contains(domain, *value))) return *value;
  throw UsageError("--set " + name + "=" + text + ": " + name + " takes " +
                   (kind(domain) == "fixed" ? "a value like " + to_string(like) : describe(domain)));
}

}  // namespace sibyl
