#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sibyl/random.hpp"

namespace sibyl {

/// A hyperparameter's value. Choices hold one type only.
using Value = std::variant<bool, std::int64_t, double, std::string>;
/// "true", "12", "0.001", "adam": the shortest text that reads back as the same value.
std::string to_string(const Value& value);

/// How numbers are spread over their range. `log` favours small values, `reverse_log` large ones
/// (KerasTuner).
enum class Sampling : std::uint8_t { linear, log, reverse_log };
std::string_view to_string(Sampling sampling);

/// Whole numbers min, min + step, ... up to and including max. With `log` and a step >= 2 the step is a
/// factor: min, min * step, ...
struct IntRange {
  std::int64_t min = 0;
  std::int64_t max = 0;
  std::int64_t step = 1;
  Sampling sampling = Sampling::linear;
  bool operator==(const IntRange&) const = default;
};

/// Real numbers in [min, max]; step 0 is continuous. With steps they are the decimals that one would write:
/// 0, 0.1, 0.2, 0.3. With `log` the step is a factor.
struct FloatRange {
  double min = 0;
  double max = 0;
  double step = 0;
  Sampling sampling = Sampling::linear;
  bool operator==(const FloatRange&) const = default;
};

/// One of a list. A Boolean is the choice of false and true; a fixed value is a choice of one.
struct Choices {
  std::vector<Value> values;
  bool ordered = false;
  bool operator==(const Choices&) const = default;
};

using Domain = std::variant<IntRange, FloatRange, Choices>;

/// "int", "float", "choice", "boolean" or "fixed".
std::string_view kind(const Domain& domain);
/// How many values there are; none when continuous (or 2^64, which has no number here).
std::optional<std::uint64_t> size(const Domain& domain);
/// The value at a place in a domain with steps, 0 <= place < size: see core/space/grid.hpp.
Value value_at(const Domain& domain, std::uint64_t place);
/// The place of a value in a domain with steps, give or take rounding: of 0.1 + 0.2 where 0.3 is a value.
/// None if it has none.
std::optional<std::uint64_t> place_of(const Domain& domain, const Value& value);
/// Is it one of the domain's values, to the last bit?
bool contains(const Domain& domain, const Value& value);
/// The domain's value that this one is, give or take rounding; none if it is not in the domain.
std::optional<Value> value_in(const Domain& domain, const Value& value);

/// A random value, spread as the domain's sampling says. Every value can be drawn.
Value draw(const Domain& domain, RandomStream& random);
/// The value at a quantile 0 <= u < 1 of that distribution: the domain as seen from the unit interval.
Value quantile(const Domain& domain, double u);
/// A quantile at which the domain has this value (or the one next to it): in the middle of all of those.
double quantile_of(const Domain& domain, const Value& value);
/// From where to where the domain has this value: a cell around `quantile_of`, empty if it is continuous.
struct Quantiles {
  double low = 0, high = 0;
};
Quantiles quantiles_of(const Domain& domain, const Value& value);

/// Throws Error where no sweep can be meant: min above max, bounds or steps that are no numbers, steps finer
/// than doubles are, log sampling of zero, choices that are none, twice the same, or of several types.
void check(const std::string& name, const Domain& domain);
/// Reads "12", "0.5", "true" or "adam" as a value of the domain; throws UsageError with what it takes.
/// `option`: that it was given by, "--set".
Value parse(const std::string& option, const std::string& name, const Domain& domain,
            const std::string& text);
/// "a whole number from 0 to 8 in steps of 2", "one of sgd adam".
std::string describe(const Domain& domain);

}  // namespace sibyl
