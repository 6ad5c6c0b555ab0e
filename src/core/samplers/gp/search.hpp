#pragma once

#include "core/samplers/gp/history.hpp"
#include "core/samplers/gp/posterior.hpp"
#include "core/samplers/prior.hpp"
#include "sibyl/random.hpp"

namespace sibyl::gp {

/// A place that might be tried.
struct Place {
  Point coordinates;  ///< one for every dimension, also for what is not active
  Point point;        ///< snapped
  double gain = 0;    ///< logarithm of the expected improvement, and of the priors' weight
  Prediction prediction;
};

/// What is searched for: the place with the largest expected improvement.
struct Aim {
  const UnitCube& cube;
  const Layout& layout;
  const Posterior& posterior;
  double log_budget = 0;      ///< with which the place would be trained
  double best = 0;            ///< what is to be improved
  std::vector<Point> around;  ///< good places, near which there may be better ones
  Priors priors = {};         ///< what people expect; the improvement is weighed by it
  std::size_t results = 0;    ///< that are known by now
};

/// How hard is searched.
struct Effort {
  std::size_t candidates = 1024;
  std::size_t starts = 6;
  int steps = 60;
};

/// All places that were looked at, the best first, each once. In a small discrete space these are all there
/// are.
std::vector<Place> search(const Aim& aim, const Effort& effort, RandomStream random);

/// A place's gain, and its derivatives by some of its coordinates, those of continuous dimensions.
double log_gain_at(const Aim& aim, const Point& point, const std::vector<std::size_t>& dimensions,
                   std::vector<double>& gradient);

}  // namespace sibyl::gp
