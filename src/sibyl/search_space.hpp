#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sibyl/domain.hpp"
#include "sibyl/values.hpp"

namespace sibyl {

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
  bool may_change = false;            ///< in training, where the scheduler makes use of it (`pbt`)
  bool operator==(const Hyperparameter&) const = default;
};

/// What can be tried: hyperparameters in the order in which `build` asks for them, parents before children.
/// One name may stand under several conditions, with another domain in each.
class SearchSpace {
 public:
  /// Throws Error when the same hyperparameter is already there with another domain.
  void add(Hyperparameter hyperparameter);
  /// Throws the same, and adds nothing.
  void check(const Hyperparameter& hyperparameter) const;
  /// Fixes every hyperparameter of that name to a value (`--set`). Throws UsageError for an unknown name or a
  /// value outside its domain.
  void fix(const std::string& name, const std::string& text);
  /// Leaves of every hyperparameter of that name a part of its domain (`--range`): "LO:HI", or "A|B" of
  /// choices. Throws UsageError for an unknown name and for what is no part of it.
  void narrow(const std::string& name, const std::string& text);
  /// Throws UsageError that names those there are, if there is none of that name. `typed`: where it
  /// stands, "--set depth=3".
  void check_name(const std::string& typed, const std::string& name) const;

  /// Throws Error where no sweep can be meant: see `check` of domains; a default that is not in its domain; a
  /// condition as below.
  void check() const;
  /// Throws Error when the parent can never have one of the values that the condition asks for.
  void check(const Condition& condition) const;

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
  /// exceeds 2^62. (Configurations lists them.)
  std::optional<std::uint64_t> points() const;

  bool operator==(const SearchSpace&) const = default;

 private:
  std::vector<Hyperparameter> hyperparameters_;
};

/// Do all conditions hold for these values? (A parent that is itself inactive has no value: they don't.)
bool holds(const std::vector<Condition>& conditions, const Values& values);

/// A configuration with every active hyperparameter drawn from its own stream: (seed, trial, name, redraw).
Values draw(const SearchSpace& space, std::uint64_t seed, std::int64_t trial, std::int64_t redraw = 0);

}  // namespace sibyl
