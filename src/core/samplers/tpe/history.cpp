#include "core/samplers/tpe/history.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <stdexcept>

namespace sibyl::tpe {

namespace {

bool has_result(const Evaluation& evaluation) {
  return evaluation.loss < std::numeric_limits<double>::infinity();
}

// Optuna's: the newest 25 count fully, and from there it falls to the oldest's 1/n.
double weight(std::size_t place, std::size_t count) {
  constexpr std::size_t full = 25;
  if (place + full >= count) return 1;
  const double oldest = 1 / static_cast<double>(count);
  const auto steps = static_cast<double>(count - full - 1);
  return steps > 0 ? oldest + (1 - oldest) * static_cast<double>(place) / steps : oldest;
}

}  // namespace

History::History(const UnitCube& cube) : sorted_(cube.dimensions().size()) {}

// The bits are compared: points are snapped, and all NaNs are one.
std::uint64_t History::key(const Point& point) {
  std::uint64_t key = 0;
  for (const double each : point)
    key = RandomStream::key(
        key, static_cast<std::int64_t>(std::isnan(each) ? 1 : std::bit_cast<std::uint64_t>(each + 0.0)));
  return key;
}

void History::started(TrialId trial, const Point& point) {
  if (!ids_.empty() && trial <= ids_.back())
    throw std::logic_error("trials are told of in the order of their numbers");
  const auto added = static_cast<std::uint32_t>(points_.size());
  ids_.push_back(trial);
  points_.push_back(point);
  latest_.push_back({trial, -1, 0});
  if (trial >= 0) tried_.insert(key(point));
  for (std::size_t d = 0; d < sorted_.size(); ++d) {
    if (std::isnan(point[d])) continue;
    const auto before = [&](double at, std::uint32_t other) { return at < points_[other][d]; };
    sorted_[d].insert(std::upper_bound(sorted_[d].begin(), sorted_[d].end(), point[d], before), added);
  }
}

void History::evaluated(const Evaluation& evaluation) {
  const auto found = std::lower_bound(ids_.begin(), ids_.end(), evaluation.trial);
  if (found == ids_.end() || *found != evaluation.trial)
    throw std::logic_error("a trial that was not started has a result");
  const auto trial = static_cast<std::uint32_t>(found - ids_.begin());
  Evaluation& latest = latest_[trial];
  if (evaluation.epoch < latest.epoch) return;
  if (latest.epoch >= 0 && has_result(latest)) ranks_.erase({-latest.epoch, latest.loss, trial});
  latest = evaluation;
  if (has_result(latest)) ranks_.insert({-latest.epoch, latest.loss, trial});
}

Group History::best(std::size_t count) const {
  Group group;
  for (auto each = ranks_.begin(); each != ranks_.end() && group.trials.size() < count; ++each)
    group.trials.push_back(std::get<2>(*each));
  std::sort(group.trials.begin(), group.trials.end());
  for (std::size_t i = 0; i < group.trials.size(); ++i)
    group.weights.push_back(weight(i, group.trials.size()));
  return group;
}

Group History::others(const Group& best, std::size_t recent) const {
  std::vector<std::uint32_t> all;
  auto skip = best.trials.begin();
  for (std::uint32_t trial = 0; trial < points_.size(); ++trial) {
    if (skip != best.trials.end() && *skip == trial)
      ++skip;
    else
      all.push_back(trial);
  }
  const std::size_t older = all.size() - std::min(all.size(), recent);
  std::uint32_t stride = 1;
  while (older / stride > recent / 2) stride *= 2;
  Group group;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i < older && all[i] % stride != 0) continue;
    group.trials.push_back(all[i]);
    group.weights.push_back(weight(i, all.size()) * (i < older ? stride : 1));
  }
  return group;
}

std::vector<Column> History::columns(const Group& group) const {
  constexpr std::uint32_t none = ~std::uint32_t{0};
  std::vector<std::uint32_t> kernel(points_.size(), none);
  for (std::uint32_t i = 0; i < group.trials.size(); ++i) kernel[group.trials[i]] = i;
  std::vector<Column> columns(sorted_.size());
  for (std::size_t d = 0; d < sorted_.size(); ++d)
    for (const std::uint32_t trial : sorted_[d])
      if (kernel[trial] != none) columns[d].push_back({points_[trial][d], kernel[trial]});
  return columns;
}

}  // namespace sibyl::tpe
