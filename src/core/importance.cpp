#include "core/importance.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>

namespace sibyl {

namespace {

constexpr std::size_t fewest_trials = 8;
constexpr int bins_of_range = 10;
constexpr std::size_t max_bins_of_choice = 50;
constexpr double best_share = 0.1;
constexpr std::size_t fewest_best = 5;

/// All places of the search space that have one name, together.
class Axis {
 public:
  void add(const Domain& domain) {
    if (const auto* choices = std::get_if<Choices>(&domain)) {
      for (const Value& each : choices->values)
        if (std::find(choices_.begin(), choices_.end(), each) == choices_.end()) choices_.push_back(each);
    } else if (const auto* whole = std::get_if<IntRange>(&domain)) {
      add_range(static_cast<double>(whole->min), static_cast<double>(whole->max), whole->sampling);
    } else {
      const auto& real = std::get<FloatRange>(domain);
      add_range(real.min, real.max, real.sampling);
    }
  }
  std::size_t bins() const {
    return is_range_ ? bins_of_range : std::min(choices_.size(), max_bins_of_choice);
  }
  bool varies() const { return is_range_ ? high_ > low_ : choices_.size() > 1; }
  /// 0: inactive; else from 1 on.
  std::size_t bin(const Values& values, const std::string& name) const {
    const auto found = values.find(name);
    if (found == values.end()) return 0;
    const auto place = position(found->second);
    if (!place) return 0;
    return static_cast<std::size_t>(std::clamp(*place, 0.0, 1 - 1e-9) * static_cast<double>(bins())) + 1;
  }

 private:
  void add_range(double low, double high, Sampling sampling) {
    if (!is_range_) sampling_ = sampling;
    is_range_ = true;
    low_ = std::min(low_, low);
    high_ = std::max(high_, high);
  }
  static std::optional<double> number(const Value& value) {
    if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
    if (const auto* real = std::get_if<double>(&value)) return *real;
    return std::nullopt;
  }
  std::optional<double> position(const Value& value) const {
    if (!is_range_) {
      const auto found = std::find(choices_.begin(), choices_.end(), value);
      if (found == choices_.end()) return std::nullopt;
      return (static_cast<double>(found - choices_.begin()) + 0.5) / static_cast<double>(choices_.size());
    }
    const auto x = number(value);
    if (!x) return std::nullopt;
    if (sampling_ == Sampling::log && low_ > 0) return std::log(*x / low_) / std::log(high_ / low_);
    if (sampling_ == Sampling::reverse_log && low_ > 0)
      return 1 - std::log((high_ + low_ - *x) / low_) / std::log(high_ / low_);
    return (*x - low_) / (high_ - low_);
  }

  std::vector<Value> choices_;
  bool is_range_ = false;
  double low_ = std::numeric_limits<double>::infinity(), high_ = -low_;
  Sampling sampling_ = Sampling::linear;
};

/// What a trial had at an epoch.
struct Evaluation {
  TrialId trial = 0;
  int epoch = 0;
  double score = 0;
  double rank = 0;  ///< among those of that epoch, 0 to 1: the best have the least; ties share theirs
};

std::vector<Evaluation> evaluations(const std::vector<Trial>& trials, const std::vector<RungResult>& rungs) {
  std::vector<Evaluation> all;
  for (const RungResult& each : rungs)
    if (std::isfinite(each.score)) all.push_back({each.slot.trial, each.slot.last_epoch, each.score});
  if (!rungs.empty()) return all;
  for (TrialId id = 0; id < static_cast<TrialId>(trials.size()); ++id) {
    const Trial& trial = trials[id];
    if (!std::isfinite(trial.score) || trial.executions.empty()) continue;
    all.push_back({id, trial.epochs(), trial.score});
  }
  return all;
}

void rank(std::vector<Evaluation>& all, const Objective& objective) {
  std::map<int, std::vector<Evaluation*>> by_epoch;
  for (Evaluation& each : all) by_epoch[each.epoch].push_back(&each);
  for (auto& [epoch, those] : by_epoch) {
    std::sort(those.begin(), those.end(),
              [&](const Evaluation* a, const Evaluation* b) { return objective.better(a->score, b->score); });
    for (std::size_t first = 0, last = 0; first < those.size(); first = last) {
      while (last < those.size() && those[last]->score == those[first]->score) ++last;
      const double mean = static_cast<double>(first + 1 + last) / 2;
      for (std::size_t i = first; i < last; ++i) those[i]->rank = mean / static_cast<double>(those.size());
    }
  }
}

/// Up to which rank they are among the best: at least some five of them.
double last_of_best(const std::vector<Evaluation>& all) {
  std::vector<double> ranks;
  for (const Evaluation& each : all) ranks.push_back(each.rank);
  std::sort(ranks.begin(), ranks.end());
  return std::max(best_share, ranks[std::min(ranks.size(), fewest_best) - 1]);
}

// The Pearson divergence of the best ones' values from all values. A few of all are added to the best, so
// that ten trials in ten bins don't count as a difference.
double divergence(const Axis& axis, const std::string& name, const std::vector<Trial>& trials,
                  const std::vector<Evaluation>& all, double last_best) {
  std::vector<double> everything(axis.bins() + 1), best(axis.bins() + 1);
  double count = 0;
  for (const Evaluation& each : all) {
    const std::size_t bin = axis.bin(trials[each.trial].hyperparameters, name);
    ++everything[bin];
    if (each.rank <= last_best) ++best[bin], ++count;
  }
  const auto bins = static_cast<double>(axis.bins());
  double sum = 0;
  for (std::size_t i = 0; i < everything.size(); ++i) {
    if (everything[i] == 0) continue;
    const double usual = everything[i] / static_cast<double>(all.size());
    const double favoured = (best[i] + bins * usual) / (count + bins);
    sum += usual * (favoured / usual - 1) * (favoured / usual - 1);
  }
  return sum;
}

}  // namespace

std::vector<Importance> importances(const SearchSpace& space, const std::vector<Trial>& trials,
                                    const std::vector<RungResult>& rungs, const Objective& objective) {
  const auto scored = std::count_if(trials.begin(), trials.end(),
                                    [](const Trial& trial) { return std::isfinite(trial.score); });
  std::vector<Evaluation> all = evaluations(trials, rungs);
  if (static_cast<std::size_t>(scored) < fewest_trials || all.empty()) return {};
  if (std::all_of(all.begin(), all.end(), [&](const auto& each) { return each.score == all[0].score; }))
    return {};
  rank(all, objective);
  const double last_best = last_of_best(all);
  std::vector<Importance> found;
  double sum = 0;
  for (const std::string& name : space.names()) {
    Axis axis;
    for (const Hyperparameter& each : space.hyperparameters())
      if (each.name == name) axis.add(each.domain);
    if (!axis.varies()) continue;
    if (std::none_of(trials.begin(), trials.end(),
                     [&](const Trial& trial) { return trial.hyperparameters.contains(name); }))
      continue;
    found.push_back({name, divergence(axis, name, trials, all, last_best)});
    sum += found.back().share;
  }
  if (!(sum > 0)) return {};
  for (Importance& each : found) each.share /= sum;
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.share > b.share; });
  return found;
}

}  // namespace sibyl
