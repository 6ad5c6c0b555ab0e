#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/random.hpp"

namespace sibyl {

/// A hyperparameter's value. Choices hold one type only.
using Value = std::variant<bool, std::int64_t, double, std::string>;
/// The values of one trial's active hyperparameters, by name.
using Values = std::map<std::string, Value>;

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

/// A hyperparameter exists only where its parent is active and has one of these values.
struct Condition {
  std::string parent;
  std::vector<Value> values;
  bool operator==(const Condition&) const = default;
};

struct Hyperparameter {
  std::string name;
  Domain domain;
  Value default_value;
  std::vector<Condition> conditions;  ///< all must hold
  bool operator==(const Hyperparameter&) const = default;
};

/// What can be tried: hyperparameters in the order in which `build` asks for them, parents before children.
/// One name may stand under several conditions, with another domain in each.
class SearchSpace {
 public:
  /// Throws Error when the same hyperparameter is already there with another domain.
  void add(Hyperparameter hyperparameter);
  /// Fixes every hyperparameter of that name to a value (`--set`). Throws UsageError for an unknown name or a
  /// value outside its domain.
  void fix(const std::string& name, const std::string& text);

  const std::vector<Hyperparameter>& hyperparameters() const { return hyperparameters_; }
  bool has(const std::string& name) const;
  /// Is it a choice to be made, anywhere? Not if it is fixed.
  bool searches(const std::string& name) const;
  /// Names in order, each once.
  std::vector<std::string> names() const;

  /// How many different configurations there are; none when a hyperparameter is continuous or the number
  /// exceeds 2^62.
  std::optional<std::uint64_t> points() const;
  /// The configuration at a place, 0 <= index < points().
  Values point(std::uint64_t index) const;

  bool operator==(const SearchSpace&) const = default;

 private:
  std::optional<std::uint64_t> points_from(std::size_t place, Values& chosen) const;
  bool is_parent(const std::string& name) const;

  std::vector<Hyperparameter> hyperparameters_;
};

/// Do all conditions hold for these values? (A parent that is itself inactive has no value: they don't.)
bool holds(const std::vector<Condition>& conditions, const Values& values);

/// A configuration with every active hyperparameter drawn from its own stream: (seed, trial, name, attempt).
Values draw(const SearchSpace& space, std::uint64_t seed, std::int64_t trial, std::int64_t attempt = 0);

}  // namespace sibyl
