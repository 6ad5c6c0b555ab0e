#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "sibyl/search_space.hpp"

namespace sibyl {

/// All configurations of a search space, numbered: how many there are, which one is at a place, and at which
/// place one is.
///
/// Hyperparameters that no condition joins are independent of one another: groups, whose numbers multiply.
/// Within a group, what conditions ask for is decided one after the other, as in a decision diagram: two ways
/// that leave the same open meet in one node. So the work follows the number of conditions, not that of
/// configurations.
class Configurations {
 public:
  explicit Configurations(const SearchSpace& space);

  /// None when a hyperparameter is continuous, or there are more than 2^62 (or than can be counted:
  /// conditions that hang together in more than 2^16 ways).
  std::optional<std::uint64_t> count() const { return count_; }
  /// 0 <= place < count(), which must not be none; so below.
  Values at(std::uint64_t place) const;
  /// None if it is no configuration of the space. Values under names that the space doesn't know don't
  /// matter.
  std::optional<std::uint64_t> place_of(const Values& values) const;

 private:
  friend class ConfigurationsBuilder;
  /// Hyperparameters, by place in the space, whose values are chosen freely; and how many each has.
  using Leaves = std::vector<std::pair<std::size_t, std::uint64_t>>;
  static constexpr std::size_t no_node = static_cast<std::size_t>(-1);
  /// What follows from some values of a node's hyperparameter: first, first + 1, ..., `values` of them.
  struct Edge {
    std::uint64_t first = 0, values = 0;
    Leaves leaves;
    std::size_t next = no_node;
    std::uint64_t each = 1;    ///< configurations for each of the values
    std::uint64_t before = 0;  ///< configurations of the node's edges before this one
  };
  struct Node {
    std::size_t hyperparameter = 0;
    std::vector<Edge> edges;
    std::uint64_t total = 0;
  };
  struct Group {
    Leaves leaves;
    std::size_t root = no_node;
    std::uint64_t total = 1;
    std::uint64_t later = 1;  ///< configurations of the groups after it
  };

  const Hyperparameter& hyperparameter(std::size_t i) const { return space_.hyperparameters()[i]; }
  void choose(const Leaves& leaves, std::uint64_t& each, std::uint64_t& place, Values& values) const;
  bool add_places(const Leaves& leaves, const Values& values, std::uint64_t& place) const;
  bool add_place(const Group& group, const Values& values, std::uint64_t& place) const;

  SearchSpace space_;
  std::optional<std::uint64_t> count_;
  std::vector<Group> groups_;
  std::vector<Node> nodes_;
};

}  // namespace sibyl
