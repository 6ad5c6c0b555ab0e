#include "core/space/count.hpp"

namespace sibyl {

namespace {

/// Each may cost the process that was asked.
constexpr int max_unanswered = 20;

class Count {
 public:
  Count(const SearchSpace& space, const Ask& ask) : space_(space), ask_(ask) {}

  Counted run() {
    // A branch that is still to be followed holds at least one configuration.
    for (std::size_t asked = 0; !branches_.empty(); ++asked) {
      if (asked == max_counted || result_.all.size() + branches_.size() > max_counted) return given_up();
      const Values decided = std::move(branches_.back());
      branches_.pop_back();
      if (!follow(decided)) return given_up();
    }
    result_.complete = true;
    return std::move(result_);
  }

 private:
  Counted given_up() {
    result_.all.clear();
    return std::move(result_);
  }

  /// Adds the leaf that these answers lead to, and the branches that leave the way there.
  bool follow(const Values& decided) {
    const auto leaf = ask_(decided, {});
    if (!leaf) return follow_declared(decided);
    Values before;
    for (const Hyperparameter& asked : leaf->hyperparameters) {
      result_.beyond = result_.beyond || !space_.has(asked.name);
      const Value& value = leaf->values.at(asked.name);
      if (!decided.contains(asked.name)) {
        const Domain* declared = space_.domain(asked.name, before);  // where `--set` may have fixed it
        const Domain& domain = declared ? *declared : asked.domain;
        Values way = before;
        way.update(decided);
        const bool allowed = contains(domain, value);
        if (!branch(way, asked.name, domain, allowed ? &value : nullptr)) return false;
        if (!allowed) return true;  // no such leaf
      }
      before[asked.name] = value;
    }
    result_.all.insert(leaf->values);
    return true;
  }

  /// Where nobody knows what is asked for, it is what the search space says.
  bool follow_declared(const Values& decided) {
    if (++unanswered_ > max_unanswered) return false;
    for (const Hyperparameter& each : space_.hyperparameters())
      if (!decided.contains(each.name) && holds(each.conditions, decided))
        return branch(decided, each.name, each.domain, nullptr);
    result_.all.insert(decided);
    return true;
  }

  bool branch(const Values& way, const std::string& name, const Domain& domain, const Value* but) {
    const auto values = size(domain);
    result_.endless = result_.endless || !values;
    if (!values || *values > max_counted) return false;
    for (std::uint64_t index = 0; index < *values; ++index) {
      Value value = value_at(domain, index);
      if (but && value == *but) continue;
      Values next = way;
      next[name] = std::move(value);
      branches_.push_back(std::move(next));
    }
    return true;
  }

  const SearchSpace& space_;
  const Ask& ask_;
  std::vector<Values> branches_{{}};
  int unanswered_ = 0;
  Counted result_;
};

}  // namespace

Counted count_configurations(const SearchSpace& space, const Ask& ask) {
  return Count(space, ask).run();
}

}  // namespace sibyl
