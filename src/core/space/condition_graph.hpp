#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

#include "sibyl/search_space.hpp"

namespace sibyl {

/// Which hyperparameters depend on one another, through conditions or because they share a name. They are
/// named by their places in the search space.
class ConditionGraph {
 public:
  static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

  /// Keeps a reference.
  explicit ConditionGraph(const std::vector<Hyperparameter>& all);

  /// Those of that name.
  const std::vector<std::size_t>& named(const std::string& name) const { return find(named_, name); }
  /// Those with a condition on that name, once for each.
  const std::vector<std::size_t>& dependents(const std::string& name) const {
    return find(dependents_, name);
  }
  /// The last of that name that is asked for before `i`; nowhere: none is.
  std::size_t last_before(const std::string& name, std::size_t i) const;

  /// What conditions and names join, in the order of each one's first.
  std::vector<std::vector<std::size_t>> groups() const;
  /// The steps of a group, that is what others depend on, or what stands there several times: each as soon
  /// after what it depends on as can be, so that little is open at a time. It never overtakes what it depends
  /// on, nor what depends on an earlier one of its name.
  std::vector<std::size_t> order(const std::vector<std::size_t>& group) const;

 private:
  using Places = std::unordered_map<std::string, std::vector<std::size_t>>;
  static const std::vector<std::size_t>& find(const Places& places, const std::string& name);
  bool is_step(std::size_t i) const;

  const std::vector<Hyperparameter>& all_;
  Places named_, dependents_;
};

}  // namespace sibyl
