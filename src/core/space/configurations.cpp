#include "core/space/configurations.hpp"

#include <algorithm>

namespace sibyl {

// The first of the leaves is the most significant digit of the place, what follows them the least.
void Configurations::choose(const Leaves& leaves, std::uint64_t& each, std::uint64_t& place,
                            Values& values) const {
  for (const auto& [i, size] : leaves) {
    each /= size;
    values[hyperparameter(i).name] = value_at(hyperparameter(i).domain, place / each);
    place %= each;
  }
}

Values Configurations::at(std::uint64_t place) const {
  Values values;
  for (const Group& group : groups_) {
    std::uint64_t rest = place / group.later;
    place %= group.later;
    std::uint64_t each = group.total;
    choose(group.leaves, each, rest, values);
    for (std::size_t at = group.root; at != no_node;) {
      const Node& node = nodes_[at];
      const auto after = std::upper_bound(node.edges.begin(), node.edges.end(), rest,
                                          [](std::uint64_t x, const Edge& edge) { return x < edge.before; });
      const Edge& edge = *std::prev(after);
      rest -= edge.before;
      const Hyperparameter& chosen = hyperparameter(node.hyperparameter);
      values[chosen.name] = value_at(chosen.domain, edge.first + rest / edge.each);
      rest %= edge.each;
      each = edge.each;
      choose(edge.leaves, each, rest, values);
      at = edge.next;
    }
  }
  return values;
}

bool Configurations::add_places(const Leaves& leaves, const Values& values, std::uint64_t& place) const {
  for (const auto& [i, size] : leaves) {
    const auto value = values.find(hyperparameter(i).name);
    if (value == values.end()) return false;
    const auto digit = sibyl::place_of(hyperparameter(i).domain, value->second);
    if (!digit) return false;
    place = place * size + *digit;
  }
  return true;
}

bool Configurations::add_place(const Group& group, const Values& values, std::uint64_t& place) const {
  // Going down, what has been chosen so far is a number whose last digit is the last choice; what an edge
  // skips is counted in configurations of what follows.
  std::uint64_t digits = 0, skipped = 0;
  if (!add_places(group.leaves, values, digits)) return false;
  if (group.root != no_node) skipped = digits * nodes_[group.root].total;
  for (std::size_t at = group.root; at != no_node;) {
    const Node& node = nodes_[at];
    const Hyperparameter& chosen = hyperparameter(node.hyperparameter);
    const auto value = values.find(chosen.name);
    if (value == values.end()) return false;
    const auto which = sibyl::place_of(chosen.domain, value->second);
    if (!which) return false;
    const auto after = std::upper_bound(node.edges.begin(), node.edges.end(), *which,
                                        [](std::uint64_t x, const Edge& edge) { return x < edge.first; });
    const Edge& edge = *std::prev(after);
    skipped += edge.before + (*which - edge.first) * edge.each;
    digits = 0;
    if (!add_places(edge.leaves, values, digits)) return false;
    skipped += digits * (edge.next == no_node ? 1 : nodes_[edge.next].total);
    at = edge.next;
  }
  place = place * group.total + (group.root == no_node ? digits : skipped);
  return true;
}

std::optional<std::uint64_t> Configurations::place_of(const Values& values) const {
  std::uint64_t place = 0;
  for (const Group& group : groups_)
    if (!add_place(group, values, place)) return std::nullopt;
  return place;
}

}  // namespace sibyl
