#include "core/space/condition_graph.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

namespace sibyl {

ConditionGraph::ConditionGraph(const std::vector<Hyperparameter>& all) : all_(all) {
  for (std::size_t i = 0; i < all_.size(); ++i) {
    named_[all_[i].name].push_back(i);
    for (const Condition& condition : all_[i].conditions) dependents_[condition.parent].push_back(i);
  }
}

const std::vector<std::size_t>& ConditionGraph::find(const Places& places, const std::string& name) {
  static const std::vector<std::size_t> none;
  const auto found = places.find(name);
  return found == places.end() ? none : found->second;
}

std::size_t ConditionGraph::last_before(const std::string& name, std::size_t i) const {
  std::size_t last = nowhere;
  for (const std::size_t place : named(name))
    if (place < i) last = place;
  return last;
}

bool ConditionGraph::is_step(std::size_t i) const {
  return dependents_.contains(all_[i].name) || named(all_[i].name).size() > 1;
}

std::vector<std::vector<std::size_t>> ConditionGraph::groups() const {
  std::vector<std::size_t> joined(all_.size());
  std::iota(joined.begin(), joined.end(), std::size_t{0});
  const auto root = [&](std::size_t i) {
    while (joined[i] != i) i = joined[i] = joined[joined[i]];
    return i;
  };
  const auto join = [&](std::size_t a, std::size_t b) {
    a = root(a);
    b = root(b);
    joined[std::max(a, b)] = std::min(a, b);
  };
  for (std::size_t i = 0; i < all_.size(); ++i) {
    join(i, named(all_[i].name).front());
    for (const Condition& condition : all_[i].conditions)
      if (const auto& parents = named(condition.parent); !parents.empty()) join(i, parents.front());
  }
  std::map<std::size_t, std::vector<std::size_t>> groups;
  for (std::size_t i = 0; i < all_.size(); ++i) groups[root(i)].push_back(i);
  std::vector<std::vector<std::size_t>> in_order;
  for (auto& [first, members] : groups) in_order.push_back(std::move(members));
  return in_order;
}

std::vector<std::size_t> ConditionGraph::order(const std::vector<std::size_t>& group) const {
  std::unordered_map<std::size_t, std::vector<std::size_t>> followers;
  std::unordered_map<std::size_t, std::size_t> waits_for;
  const auto first_then = [&](std::size_t a, std::size_t b) {
    followers[a].push_back(b);
    ++waits_for[b];
  };
  std::vector<std::size_t> steps;
  for (const std::size_t i : group)
    if (is_step(i)) steps.push_back(i);
  for (const std::size_t i : steps) {
    const auto& same = named(all_[i].name);
    for (std::size_t k = 1; k < same.size(); ++k)
      if (same[k] == i) first_then(same[k - 1], i);
    for (const Condition& condition : all_[i].conditions)
      for (const std::size_t parent : named(condition.parent))
        if (parent != i) first_then(std::min(parent, i), std::max(parent, i));
  }
  // Of those that wait for nothing, the one whose last predecessor came last; then as asked for.
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> ready;  // by (how long ago, place)
  for (const std::size_t i : steps)
    if (waits_for[i] == 0) ready[{steps.size(), i}] = i;
  std::vector<std::size_t> ordered;
  while (!ready.empty()) {
    const std::size_t i = ready.begin()->second;
    ready.erase(ready.begin());
    ordered.push_back(i);
    for (const std::size_t follower : followers[i])
      if (--waits_for[follower] == 0) ready[{steps.size() - ordered.size(), follower}] = follower;
  }
  return ordered;
}

}  // namespace sibyl
