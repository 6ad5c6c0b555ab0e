#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "sibyl/search_space.hpp"

namespace sibyl {

struct IntOptions {
  std::int64_t step = 1;
  Sampling sampling = Sampling::linear;
  std::optional<std::int64_t> default_value = {};
  bool may_change = false;  ///< in training (`--scheduler pbt`): the model's shape doesn't depend on it
};

struct FloatOptions {
  double step = 0;  ///< 0: continuous
  Sampling sampling = Sampling::linear;
  std::optional<double> default_value = {};
  bool may_change = false;  ///< as above
};

struct ChoiceOptions {
  std::optional<Value> default_value = {};
  bool ordered = false;
  bool may_change = false;  ///< as above
};

/// What a model's `build` asks for its hyperparameters (as in KerasTuner). The search space is what it asks:
///
///     const auto layers = hp.Int("layers", 0, 8);
///     const auto rate = hp.Float("learning_rate", 1e-4, 1e-2, {.sampling = Sampling::log});
///     if (hp.Choice("optimizer", {"sgd", "adam"}) == "sgd") ...
///
/// A hyperparameter that not every configuration has is asked for inside a conditional scope:
///
///     if (auto sgd = hp.conditional_scope("optimizer", {"sgd"})) momentum = hp.Float("momentum", 0, 0.99);
///
/// While the space is being found every scope is open. In a trial, a name that the oracle gave no value gets
/// one from its own random stream, (seed, trial, name): the value that the oracle would have drawn. An
/// inactive hyperparameter (its scope is closed) answers with its default and is not recorded.
class HyperParameters {
 public:
  /// To find the search space: every question is answered with its default, every scope is open.
  HyperParameters() = default;
  /// For a trial: answers with `values`. (`redraw` counts the draws for one trial, where an earlier one gave
  /// a configuration that was tried already.)
  HyperParameters(Values values, std::uint64_t seed, std::int64_t trial, std::int64_t redraw = 0);

  /// Whole numbers from min to max, both included.
  std::int64_t Int(const std::string& name, std::int64_t min, std::int64_t max, IntOptions options = {});
  double Float(const std::string& name, double min, double max, FloatOptions options = {});
  bool Boolean(const std::string& name, bool default_value = false);

  /// One of the values: strings, whole numbers, real numbers or Booleans.
  template <class T>
  auto Choice(const std::string& name, const std::vector<T>& values, ChoiceOptions options = {}) {
    std::vector<Value> held;
    for (const T& value : values) held.push_back(hold(value));
    return std::get<Held<T>>(choose(name, std::move(held), std::move(options)));
  }
  template <class T>
  auto Choice(const std::string& name, std::initializer_list<T> values, ChoiceOptions options = {}) {
    return Choice(name, std::vector<T>(values), std::move(options));
  }

  /// A value that belongs to the record but is not searched.
  template <class T>
  auto Fixed(const std::string& name, const T& value) {
    return std::get<Held<T>>(choose(name, {hold(value)}, {}));
  }

  /// Ends a scope when it dies.
  class [[nodiscard]] Scope {
   public:
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    /// Is what is asked for within the scope active?
    explicit operator bool() const { return open_; }

   private:
    friend class HyperParameters;
    enum class Of { name, condition };
    Scope(HyperParameters& owner, Of of, bool open) : owner_(owner), of_(of), open_(open) {}
    HyperParameters& owner_;
    Of of_;
    bool open_;
  };
  /// What is asked for while the scope lives exists only if `parent` has one of these values.
  /// Throws Error when `parent` has not been asked for, or can't have one of the values.
  Scope conditional_scope(const std::string& parent, std::vector<Value> values);
  /// Puts "prefix/" before the names asked for while the scope lives.
  Scope name_scope(const std::string& prefix);

  /// The values of the active hyperparameters asked for or given.
  const Values& values() const { return values_; }
  /// Every hyperparameter asked for so far.
  const SearchSpace& space() const { return space_; }
  /// In a trial: the active hyperparameters asked for so far, in that order, each once.
  const std::vector<Hyperparameter>& asked() const { return asked_; }
  /// The hyperparameters that were given no value and drew one themselves since the last call.
  std::vector<Hyperparameter> take_found() { return std::exchange(found_, {}); }

 private:
  template <class T>
  using Held = std::conditional_t<
      std::is_same_v<T, bool>, bool,
      std::conditional_t<std::is_integral_v<T>, std::int64_t,
                         std::conditional_t<std::is_floating_point_v<T>, double, std::string>>>;
  template <class T>
  static Value hold(const T& value) {
    return Value(static_cast<Held<T>>(value));
  }

  Value choose(const std::string& name, std::vector<Value> values, ChoiceOptions options);
  Value ask(const std::string& name, Domain domain, Value default_value, bool may_change = false);
  std::string full_name(const std::string& name) const;

  Values values_;
  SearchSpace space_;
  std::vector<Hyperparameter> asked_;
  std::vector<Hyperparameter> found_;
  std::vector<std::string> prefixes_;
  std::vector<Condition> conditions_;
  std::uint64_t seed_ = 0;
  std::int64_t trial_ = -1;  ///< -1: finding the space
  std::int64_t redraw_ = 0;
};

}  // namespace sibyl
