#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/domain.hpp"

namespace sibyl {

/// The values of one trial's active hyperparameters, by name.
using Values = std::map<std::string, Value>;

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
  /// Under the same conditions, whatever its range: a job may make one's range depend on another's value.
  bool has(const Hyperparameter& hyperparameter) const;
  /// Where a hyperparameter of that name takes its values from, given those that were asked for before it;
  /// none when the space names no such one that exists with them.
  const Domain* domain(const std::string& name, const Values& before) const;
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
