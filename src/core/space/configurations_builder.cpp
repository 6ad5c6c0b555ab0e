#include <algorithm>
#include <string>
#include <unordered_map>

#include "core/space/condition_graph.hpp"
#include "core/space/configurations.hpp"

namespace sibyl {

namespace {

constexpr std::uint64_t too_many = std::uint64_t{1} << 62;
constexpr std::size_t max_nodes = 1 << 16;
constexpr std::size_t max_edges = 1 << 20;

struct Uncountable {};

std::uint64_t times(std::uint64_t a, std::uint64_t b) {
  if (b != 0 && a > too_many / b) throw Uncountable{};
  return a * b;
}

std::uint64_t size_of(const Domain& domain) {
  const auto values = size(domain);
  if (!values) throw Uncountable{};
  return *values;
}

}  // namespace

/// Draws the diagram of a space.
class ConfigurationsBuilder {
 public:
  explicit ConfigurationsBuilder(Configurations& result)
      : result_(result), all_(result.space_.hyperparameters()), graph_(all_), things_(all_.size()) {}

  void build() {
    for (const std::vector<std::size_t>& group : graph_.groups()) build(group);
    std::uint64_t count = 1;
    for (auto group = result_.groups_.rbegin(); group != result_.groups_.rend(); ++group) {
      group->later = count;
      count = times(count, group->total);
    }
    result_.count_ = count;
  }

 private:
  using Edge = Configurations::Edge;
  static constexpr std::size_t nowhere = ConditionGraph::nowhere;

  /// What has become of a hyperparameter on the way to a node: closed because a condition does not hold, or
  /// taken because another of its name stands for it. What is still open has no condition that fails so far.
  enum class Status : char { open, closed, taken };
  using Statuses = std::vector<Status>;

  struct Thing {
    std::size_t step = nowhere;       ///< in the order of decisions; nowhere: a leaf
    std::size_t slot = 0;             ///< among the statuses of its group
    std::vector<std::size_t> leaves;  ///< of a step: whether they exist is known after it
  };

  void build(const std::vector<std::size_t>& group) {
    steps_ = graph_.order(group);
    nodes_by_state_.clear();
    for (std::size_t step = 0; step < steps_.size(); ++step) things_[steps_[step]].step = step;
    Configurations::Group& built = result_.groups_.emplace_back();
    Statuses statuses(group.size(), Status::open);
    for (std::size_t k = 0; k < group.size(); ++k) things_[group[k]].slot = k;
    for (const std::size_t i : group) {
      if (things_[i].step != nowhere) continue;
      std::size_t decided_at = nowhere;
      for (const Condition& condition : all_[i].conditions) {
        const std::size_t last = graph_.last_before(condition.parent, i);
        if (last == nowhere) {
          statuses[things_[i].slot] =
              Status::closed;  // on nothing that was asked for before: it never exists
        } else if (decided_at == nowhere || things_[last].step > decided_at) {
          decided_at = things_[last].step;
        }
      }
      if (statuses[things_[i].slot] == Status::closed) continue;
      if (decided_at == nowhere)
        built.leaves.emplace_back(i, size_of(all_[i].domain));
      else
        things_[steps_[decided_at]].leaves.push_back(i);
    }
    for (const std::size_t i : steps_)
      for (const Condition& condition : all_[i].conditions)
        if (graph_.last_before(condition.parent, i) == nowhere) statuses[things_[i].slot] = Status::closed;
    Edge start;
    start.leaves = std::move(built.leaves);
    go_on(start, 0, std::move(statuses));
    built.leaves = std::move(start.leaves);
    built.root = start.next;
    built.total = start.each;
  }

  // Completes an edge: passes over what does not exist, and finds or makes the node of what does.
  void go_on(Edge& edge, std::size_t step, Statuses statuses) {
    for (; step < steps_.size() && statuses[things_[steps_[step]].slot] != Status::open; ++step) {
      const std::size_t absent = steps_[step];
      if (statuses[things_[absent].slot] == Status::closed) close_dependents(absent, statuses);
      resolve_leaves(absent, statuses, edge);
    }
    edge.each = 1;
    for (const auto& leaf : edge.leaves) edge.each = times(edge.each, leaf.second);
    if (step == steps_.size()) return;
    edge.next = node(step, statuses);
    edge.each = times(edge.each, result_.nodes_[edge.next].total);
  }

  // Nothing of this name came before (it would be taken), and for some there is nothing of it to come.
  void close_dependents(std::size_t absent, Statuses& statuses) const {
    for (const std::size_t i : graph_.dependents(all_[absent].name))
      if (graph_.last_before(all_[absent].name, i) == absent && statuses[things_[i].slot] == Status::open)
        statuses[things_[i].slot] = Status::closed;
  }

  void resolve_leaves(std::size_t decided, const Statuses& statuses, Edge& edge) const {
    for (const std::size_t leaf : things_[decided].leaves)
      if (statuses[things_[leaf].slot] == Status::open)
        edge.leaves.emplace_back(leaf, size_of(all_[leaf].domain));
  }

  // What is still to be decided decides which node it is.
  std::string state(std::size_t step, const Statuses& statuses) const {
    std::string key(reinterpret_cast<const char*>(&step), sizeof step);
    const auto append = [&](std::size_t i) {
      const Status status = statuses[things_[i].slot];
      if (status == Status::open) return;
      key.append(reinterpret_cast<const char*>(&i), sizeof i);
      key += static_cast<char>(status);
    };
    for (std::size_t later = step; later < steps_.size(); ++later) {
      append(steps_[later]);
      for (const std::size_t leaf : things_[steps_[later]].leaves) append(leaf);
    }
    return key;
  }

  std::size_t node(std::size_t step, const Statuses& statuses) {
    const std::string key = state(step, statuses);
    if (const auto known = nodes_by_state_.find(key); known != nodes_by_state_.end()) return known->second;
    const std::size_t here = steps_[step];
    Configurations::Node made{here, runs(here), 0};
    edges_ += made.edges.size();
    if (result_.nodes_.size() >= max_nodes || edges_ > max_edges) throw Uncountable{};
    for (Edge& edge : made.edges) {
      Statuses after = statuses;
      choose(here, value_at(all_[here].domain, edge.first), after);
      resolve_leaves(here, after, edge);
      go_on(edge, step + 1, std::move(after));
      edge.before = made.total;
      made.total += times(edge.values, edge.each);
      if (made.total > too_many) throw Uncountable{};
    }
    result_.nodes_.push_back(std::move(made));
    return nodes_by_state_[key] = result_.nodes_.size() - 1;
  }

  // The values of a hyperparameter, those together that no condition tells apart.
  std::vector<Edge> runs(std::size_t here) const {
    const Domain& domain = all_[here].domain;
    const std::uint64_t count = size_of(domain);
    std::vector<std::uint64_t> named;
    for (const std::size_t i : graph_.dependents(all_[here].name))
      for (const Condition& condition : all_[i].conditions)
        if (condition.parent == all_[here].name)
          for (const Value& value : condition.values)
            if (contains(domain, value)) named.push_back(place_of(domain, value).value());
    std::sort(named.begin(), named.end());
    named.erase(std::unique(named.begin(), named.end()), named.end());
    std::vector<Edge> runs;
    const auto add = [&](std::uint64_t first, std::uint64_t end) {
      if (first == end) return;
      runs.emplace_back();
      runs.back().first = first;
      runs.back().values = end - first;
    };
    std::uint64_t from = 0;
    for (const std::uint64_t place : named) {
      add(from, place);
      add(place, place + 1);
      from = place + 1;
    }
    add(from, count);
    return runs;
  }

  void choose(std::size_t here, const Value& value, Statuses& statuses) const {
    for (const std::size_t same : graph_.named(all_[here].name))
      if (same > here) statuses[things_[same].slot] = Status::taken;
    for (const std::size_t i : graph_.dependents(all_[here].name)) {
      if (i < here || statuses[things_[i].slot] != Status::open) continue;
      for (const Condition& condition : all_[i].conditions)
        if (condition.parent == all_[here].name &&
            std::find(condition.values.begin(), condition.values.end(), value) == condition.values.end())
          statuses[things_[i].slot] = Status::closed;
    }
  }

  Configurations& result_;
  const std::vector<Hyperparameter>& all_;
  ConditionGraph graph_;
  std::vector<Thing> things_;
  std::size_t edges_ = 0;

  // Of the group at hand.
  std::vector<std::size_t> steps_;
  std::unordered_map<std::string, std::size_t> nodes_by_state_;
};

Configurations::Configurations(const SearchSpace& space) : space_(space) {
  try {
    ConfigurationsBuilder(*this).build();
  } catch (const Uncountable&) {
    count_.reset();
    groups_.clear();
    nodes_.clear();
  }
}

}  // namespace sibyl
