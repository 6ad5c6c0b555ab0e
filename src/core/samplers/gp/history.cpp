#include "core/samplers/gp/history.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>

namespace sibyl::gp {

namespace {

/// Categories and what is not active differ by as much as numbers half a range apart.
double squared_distance(const Point& a, const Point& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::isnan(a[i]) != std::isnan(b[i])) sum += 0.25;
    if (!std::isnan(a[i]) && !std::isnan(b[i])) sum += (a[i] - b[i]) * (a[i] - b[i]);
  }
  return sum;
}

struct Spread {
  double mean = 0;
  double deviation = 0;
};

Spread spread(const std::vector<double>& values) {
  Spread result;
  for (const double each : values) result.mean += each / static_cast<double>(values.size());
  for (const double each : values)
    result.deviation += (each - result.mean) * (each - result.mean) / static_cast<double>(values.size());
  result.deviation = std::sqrt(result.deviation);
  return result;
}

/// A trial's result at its largest budget so far.
struct Latest {
  double loss = 0;
  double output = 0;
};

}  // namespace

// NaN is not equal to itself, and sets need an order.
Point History::key(const Point& point) {
  Point key = point;
  for (double& each : key)
    if (std::isnan(each)) each = -1;
  return key;
}

void History::started(TrialId trial, const Point& point) {
  places_[trial] = points_.size();
  points_.push_back(point);
  evaluated_.push_back(false);
  if (trial >= 0) tried_.insert(key(point));
}

void History::evaluated(const Evaluation& evaluation) {
  const auto place = places_.find(evaluation.trial);
  if (place == places_.end()) return;
  evaluated_[place->second] = true;
  const double loss =
      std::isfinite(evaluation.loss) ? evaluation.loss : std::numeric_limits<double>::quiet_NaN();
  results_.push_back({place->second, evaluation.epoch, loss});
  if (!std::isnan(loss)) ++succeeded_[evaluation.epoch];
}

bool History::tried(const Point& point) const {
  return tried_.contains(key(point));
}

std::vector<std::size_t> History::pending() const {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < points_.size(); ++i)
    if (!evaluated_[i]) places.push_back(i);
  return places;
}

std::size_t History::succeeded(int epoch) const {
  const auto at = succeeded_.find(epoch);
  return at == succeeded_.end() ? 0 : at->second;
}

int History::target_epoch(std::size_t more_than) const {
  for (auto each = succeeded_.rbegin(); each != succeeded_.rend(); ++each)
    if (each->second > more_than) return each->first;
  const auto most = std::max_element(succeeded_.begin(), succeeded_.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == succeeded_.end() ? 0 : most->first;
}

std::map<int, Outputs> outputs_by_epoch(const std::vector<History::Result>& results) {
  std::map<int, std::vector<const History::Result*>> by_epoch;
  for (const History::Result& each : results)
    if (!std::isnan(each.loss)) by_epoch[each.epoch].push_back(&each);
  std::map<int, Outputs> outputs;
  std::map<std::size_t, Latest> latest;
  for (const auto& [epoch, here] : by_epoch) {
    std::vector<double> losses;
    for (const History::Result* each : here) losses.push_back(each->loss);
    Outputs made(losses);
    // Of the trials that had results before: what these were, and what they would be now.
    std::vector<double> before, now, losses_before, losses_now;
    for (const History::Result* each : here) {
      const auto at = latest.find(each->trial);
      if (at == latest.end()) continue;
      before.push_back(at->second.output);
      now.push_back(made(each->loss));
      losses_before.push_back(at->second.loss);
      losses_now.push_back(each->loss);
    }
    if (!before.empty() && here.size() < enough_for_a_scale) {
      made = std::prev(outputs.end())->second;
      made.move(spread(losses_now).mean - spread(losses_before).mean);
    } else if (!before.empty()) {
      const Spread from = spread(now), to = spread(before);
      const double stretch = from.deviation > 0 ? std::clamp(to.deviation / from.deviation, 0.5, 1.0) : 1;
      made.place(to.mean - stretch * from.mean, stretch);
    }
    for (const History::Result* each : here) latest[each->trial] = {each->loss, made(each->loss)};
    outputs.emplace(epoch, made);
  }
  return outputs;
}

std::vector<std::size_t> subset(const std::vector<Point>& points, const std::vector<double>& outputs,
                                std::size_t size) {
  std::vector<std::size_t> order(points.size());
  std::iota(order.begin(), order.end(), 0);
  if (points.size() <= size) return order;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return outputs[a] < outputs[b]; });
  std::vector<char> taken(points.size());
  std::vector<double> distances(points.size(), std::numeric_limits<double>::infinity());
  std::size_t count = 0;
  const auto take = [&](std::size_t place) {
    if (taken[place]) return;
    taken[place] = true;
    ++count;
    for (std::size_t i = 0; i < points.size(); ++i)
      if (!taken[i]) distances[i] = std::min(distances[i], squared_distance(points[i], points[place]));
  };
  for (std::size_t i = 0; i < size / 4; ++i) take(order[i]);
  for (std::size_t i = 0; i < size / 4; ++i) take(points.size() - 1 - i);
  while (count < size) {
    std::size_t farthest = points.size();
    for (std::size_t i = 0; i < points.size(); ++i)
      if (!taken[i] && (farthest == points.size() || distances[i] > distances[farthest])) farthest = i;
    take(farthest);
  }
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < points.size(); ++i)
    if (taken[i]) chosen.push_back(i);
  return chosen;
}

}  // namespace sibyl::gp
