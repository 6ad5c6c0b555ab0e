#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/random.hpp"

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

/// Real numbers in [min, max]; step 0 is continuous. With `log` the step is a factor.
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
/// How many values there are; none when continuous.
std::optional<std::uint64_t> size(const Domain& domain);
/// The value at a place in a finite domain, 0 <= index < size.
Value value_at(const Domain& domain, std::uint64_t index);
/// A random value, spread as the domain's sampling says.
Value draw(const Domain& domain, RandomStream& random);
bool contains(const Domain& domain, const Value& value);
/// Reads "12", "0.5", "true" or "adam" as a value of the domain; throws UsageError with what it takes.
Value parse(const std::string& name, const Domain& domain, const std::string& text);
/// "a whole number from 0 to 8 in steps of 2", "one of sgd adam".
std::string describe(const Domain& domain);

}  // namespace sibyl
