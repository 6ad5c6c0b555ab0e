#include "core/samplers/gp/gaussian_process.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/samplers/gp/elementary.hpp"
#include "core/samplers/gp/fit.hpp"
#include "core/samplers/gp/search.hpp"

namespace sibyl {

using namespace gp;

namespace {

constexpr std::size_t fewest = 4;          ///< results that a model is made of
constexpr std::size_t longest_wait = 64;   ///< results between two fits
constexpr double noticeable_noise = 1e-3;  ///< of the variance: the best result may be luck
constexpr std::size_t most_compared = 64;
constexpr std::size_t most_around = 5;  ///< good places near which is searched
constexpr std::size_t most_proposed = 16;

std::size_t next_fit(std::size_t results) {
  if (results < 50) return std::max(fewest, results + 2);
  return results + std::min(longest_wait, results / 10);
}

}  // namespace

class GaussianProcess::Model {
 public:
  Model(const UnitCube& cube, std::uint64_t seed, const Priors& priors, GpOptions options)
      : cube_(cube), seed_(seed), priors_(priors), options_(options), layout_(cube) {}

  void started(TrialId trial, const Point& point) { history_.started(trial, point); }

  void evaluated(const Evaluation& evaluation) {
    const std::size_t before = history_.results().size();
    history_.evaluated(evaluation);
    const std::size_t results = history_.results().size();
    if (results == before) return;
    // A budget's first results, and what shows its scale, count at once.
    const std::size_t succeeded = history_.succeeded(evaluation.epoch);
    const bool new_budget = !std::isnan(history_.results().back().loss) && results >= fewest &&
                            (succeeded == 1 || succeeded == enough_for_a_scale);
    if (results < next_fit_ && !new_budget) return;
    fit_at_ = results;
    next_fit_ = next_fit(results);
  }

  std::vector<Candidate> propose(TrialId trial) {
    if (cube_.dimensions().empty() || !prepare()) return {};
    const int epoch = history_.target_epoch(cube_.dimensions().size());
    const double log_budget = logarithm(std::max(epoch, 1));
    posterior_->forget();
    for (const std::size_t place : history_.pending())
      posterior_->believe(history_.points()[place], log_budget);
    Aim aim{cube_, layout_, *posterior_, log_budget, 0, {}, priors_, history_.results().size()};
    set_best(aim, epoch);
    const std::vector<Place> places = search(aim, effort(), RandomStream(seed_, trial, "gp"));
    posterior_->forget();
    return untried(places, epoch);
  }

 private:
  /// Makes the model of all results; false: there are too few.
  bool prepare() {
    const std::vector<History::Result>& results = history_.results();
    if (fit_at_ == 0) return false;
    if (fitted_at_ != fit_at_) refit();
    for (; posterior_ && modelled_ < results.size(); ++modelled_) {
      const History::Result& each = results[modelled_];
      posterior_->add(history_.points()[each.trial], logarithm(std::max(each.epoch, 1)), output(each));
    }
    return posterior_.has_value();
  }

  double output(const History::Result& result) const {
    const auto outputs = outputs_.find(result.epoch);
    return (outputs == outputs_.end() ? outputs_.begin() : outputs)->second(result.loss);
  }

  void refit() {
    const std::vector<History::Result> results(
        history_.results().begin(), history_.results().begin() + static_cast<std::ptrdiff_t>(fit_at_));
    fitted_at_ = modelled_ = fit_at_;
    posterior_.reset();
    const auto failed = std::count_if(results.begin(), results.end(),
                                      [](const History::Result& each) { return std::isnan(each.loss); });
    if (results.size() - static_cast<std::size_t>(failed) < fewest) return;
    outputs_ = outputs_by_epoch(results);
    std::vector<Point> points;
    std::vector<double> all, targets;
    for (const History::Result& each : results) {
      points.push_back(history_.points()[each.trial]);
      all.push_back(output(each));
    }
    Inputs inputs(layout_);
    for (const std::size_t i : subset(points, all, options_.max_points)) {
      inputs.add(layout_, points[i], logarithm(std::max(results[i].epoch, 1)));
      targets.push_back(all[i]);
    }
    const Beliefs beliefs{cube_.dimensions().size(), outputs_.size() > 1};
    posterior_.emplace(layout_, fit(layout_, inputs, targets, beliefs), inputs, targets);
  }

  /// What is to be improved: the best result, or, where that may be luck, the least mean where there has been
  /// or is a trial; of results only the best are looked at.
  void set_best(Aim& aim, int epoch) const {
    std::vector<std::pair<double, std::size_t>> best;
    for (const History::Result& each : history_.results())
      if (each.epoch == epoch && !std::isnan(each.loss)) best.emplace_back(output(each), each.trial);
    std::sort(best.begin(), best.end());
    if (posterior_->kernel().noise() > noticeable_noise * posterior_->kernel().variance()) {
      best.resize(std::min(best.size(), most_compared));
      for (const std::size_t place : history_.pending()) best.emplace_back(0, place);
      Inputs inputs(layout_);
      for (const auto& each : best) inputs.add(layout_, history_.points()[each.second], aim.log_budget);
      const std::vector<Prediction> predictions = posterior_->predict(inputs);
      for (std::size_t i = 0; i < best.size(); ++i) best[i].first = predictions[i].mean;
      std::sort(best.begin(), best.end());
    }
    if (!best.empty()) aim.best = best.front().first;
    for (std::size_t i = 0; i < std::min(best.size(), most_around); ++i)
      aim.around.push_back(history_.points()[best[i].second]);
  }

  /// The more data, the dearer each look: fewer then.
  Effort effort() const {
    const std::size_t size = posterior_->size();
    if (size <= 128) return {};
    return {std::max<std::size_t>(256, 1024 * 128 / size), size <= 256 ? 4u : 3u, 30};
  }

  std::vector<Candidate> untried(const std::vector<Place>& places, int epoch) const {
    const Outputs& outputs = outputs_.at(epoch);
    std::vector<Candidate> candidates;
    for (const Place& each : places) {
      if (candidates.size() >= most_proposed) break;
      const Point point = cube_.snapped(each.point);
      if (history_.tried(point)) continue;
      const double mean = each.prediction.mean;
      const double deviation = each.prediction.deviation;
      candidates.push_back({point, outputs.loss(mean),
                            (outputs.loss(mean + deviation) - outputs.loss(mean - deviation)) / 2, epoch});
    }
    return candidates;
  }

  const UnitCube& cube_;
  std::uint64_t seed_;
  Priors priors_;
  GpOptions options_;
  Layout layout_;
  History history_;
  std::size_t fit_at_ = 0;  ///< so many results: what the parameters are to be fitted to
  std::size_t next_fit_ = fewest;
  std::size_t fitted_at_ = 0;
  std::size_t modelled_ = 0;  ///< results
  std::map<int, Outputs> outputs_;
  std::optional<Posterior> posterior_;
};

GaussianProcess::GaussianProcess(const UnitCube& cube, std::uint64_t seed, GpOptions options,
                                 const Priors& priors)
    : model_(std::make_unique<Model>(cube, seed, priors, options)) {}

GaussianProcess::~GaussianProcess() = default;

void GaussianProcess::started(TrialId trial, const Point& point) {
  model_->started(trial, point);
}

void GaussianProcess::evaluated(const Evaluation& evaluation) {
  model_->evaluated(evaluation);
}

std::vector<Candidate> GaussianProcess::propose(TrialId trial) const {
  return model_->propose(trial);
}

}  // namespace sibyl
