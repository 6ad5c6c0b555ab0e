#include "core/schedulers/asha/rung.hpp"

#include <algorithm>

namespace sibyl {

AshaRung::AshaRung(Objective objective, int eta)
    : eta_(eta),
      best_(BestFirst{objective}),
      rest_(BestFirst{objective}),
      promotable_({BestFirst{objective}}) {}

void AshaRung::see(const Seen& trial) {
  ++seen_;
  ++waiting_;
  rest_.insert(trial);
  if (!best_.empty() && rest_.key_comp()(trial, *best_.rbegin())) {
    best_.insert(rest_.extract(trial));
    promotable_.insert(trial);
  }
  balance();
}

void AshaRung::see_without_score() {
  ++seen_;
  balance();
}

// So that as many are among the best as may be.
void AshaRung::balance() {
  const auto places = static_cast<std::size_t>(seen_ / eta_);
  while (best_.size() > places) {
    auto worst = best_.extract(std::prev(best_.end()));
    promotable_.erase(worst.value());
    rest_.insert(std::move(worst));
  }
  while (best_.size() < places && !rest_.empty()) {
    auto next = rest_.extract(rest_.begin());
    if (!next.value().promoted) promotable_.insert(next.value());
    best_.insert(std::move(next));
  }
}

const AshaRung::Seen* AshaRung::promotable() const {
  return promotable_.empty() ? nullptr : &*promotable_.begin();
}

bool AshaRung::may_go_on(TrialId trial) const {
  return std::any_of(promotable_.begin(), promotable_.end(),
                     [&](const Seen& each) { return each.trial == trial; });
}

AshaRung::Seen AshaRung::promote(TrialId trial) {
  const auto found = std::find_if(promotable_.begin(), promotable_.end(),
                                  [&](const Seen& each) { return each.trial == trial; });
  const Seen promoted = promotable_.extract(found).value();
  best_.find(promoted)->promoted = true;
  --waiting_;
  return promoted;
}

std::vector<AshaRung::Seen> AshaRung::drop(std::int64_t most) {
  const auto places = static_cast<std::size_t>(most / eta_);
  std::vector<Seen> dropped;
  while (!rest_.empty() && best_.size() + rest_.size() > places) {
    const Seen worst = rest_.extract(std::prev(rest_.end())).value();
    if (worst.promoted) continue;
    --waiting_;
    dropped.push_back(worst);
  }
  return dropped;
}

}  // namespace sibyl
