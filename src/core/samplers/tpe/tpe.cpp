#include "core/samplers/tpe/tpe.hpp"

#include <algorithm>
#include <cmath>

#include "core/samplers/tpe/untried.hpp"

namespace sibyl {

Tpe::Tpe(const UnitCube& cube, std::uint64_t seed, TpeOptions options, Priors priors)
    : cube_(cube), seed_(seed), priors_(std::move(priors)), options_(options), history_(cube_) {}

std::vector<Candidate> Tpe::propose(TrialId trial) const {
  const std::size_t results = history_.results();
  if (results < static_cast<std::size_t>(std::max(options_.min_results, 1))) return {};
  const double share = std::ceil(options_.good_share * static_cast<double>(results));
  const tpe::Group best =
      history_.best(std::min(static_cast<std::size_t>(share), static_cast<std::size_t>(options_.max_good)));
  const tpe::Group others = history_.others(best, static_cast<std::size_t>(options_.max_recent));
  const tpe::Parzen good(cube_, best.weights, history_.columns(best));
  const tpe::Parzen bad(cube_, others.weights, history_.columns(others));

  const std::vector<Point> points = choose_from(trial, good, best);
  const tpe::Batch batch(cube_, points);
  std::vector<double> in_good = good.log_densities(batch);
  const std::vector<double> in_bad = bad.log_densities(batch);
  for (std::size_t i = 0; i < points.size(); ++i) in_good[i] += priors_.log_weight(points[i], results);
  std::vector<std::size_t> order(points.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return in_good[a] - in_bad[a] > in_good[b] - in_bad[b];
  });
  std::vector<Candidate> candidates;
  for (const std::size_t i : order) candidates.push_back({points[i]});
  return candidates;
}

// In a space that is nearly used up, or whose good part is, draws meet nothing but what was tried.
std::vector<Point> Tpe::choose_from(TrialId trial, const tpe::Parzen& good, const tpe::Group& best) const {
  tpe::Untried untried(cube_, history_);
  RandomStream random(seed_, trial, "tpe");
  for (int i = 0; i < options_.draws; ++i) untried.add(good.draw(random));
  if (!priors_.empty()) {
    RandomStream expected(seed_, trial, "tpe", "priors");
    for (int i = 0; i < options_.draws; ++i)
      untried.add(priors_.drawn(good.draw(expected), history_.results(), expected));
  }
  if (untried.points().empty() && cube_.discrete()) {
    for (const std::uint32_t each : best.trials) untried.add_neighbours(history_.point(each));
    for (int i = 0; i < options_.draws; ++i) untried.add_random(random);
    if (untried.points().empty()) untried.add_all();
  }
  return untried.points();
}

}  // namespace sibyl
