#pragma once

#include "core/samplers/gp/kernel.hpp"
#include "core/samplers/gp/matrix.hpp"

namespace sibyl::gp {

struct Prediction {
  double mean = 0;
  double deviation = 0;  ///< of what is modelled, without noise
};

/// What is known everywhere, given data at some places.
class Posterior {
 public:
  Posterior(const Layout& layout, const Parameters& parameters, const Inputs& inputs,
            std::vector<double> targets);

  std::size_t size() const { return targets_.size(); }
  const Kernel& kernel() const { return kernel_; }
  void add(const Point& point, double log_budget, double target);
  /// As if what is expected there had been seen (Ginsbourger's kriging believer): means stay as they are.
  void believe(const Point& point, double log_budget);
  /// Forgets what is believed.
  void forget();

  std::vector<Prediction> predict(const Inputs& at) const;
  Prediction predict(const Point& point, double log_budget) const;
  /// At the first of `at`, with the derivatives by the columns: of the mean, and of the deviation.
  Prediction predict(const Inputs& at, std::vector<double>& mean_slopes,
                     std::vector<double>& deviation_slopes) const;

 private:
  void extend(const Point& point, double log_budget);
  Prediction prediction(double mean, double explained) const;

  const Layout& layout_;
  Kernel kernel_;
  Inputs inputs_;  ///< those believed in, too
  std::vector<double> targets_;
  Factor factor_;
  std::vector<double> pull_;  ///< the covariance's inverse times the targets; 0 for what is believed
};

}  // namespace sibyl::gp
