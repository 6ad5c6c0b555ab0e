#pragma once

#include <optional>

#include "core/samplers/gp/kernel.hpp"
#include "core/samplers/gp/matrix.hpp"

namespace sibyl::gp {

/// What is believed of the parameters before there are data.
struct Beliefs {
  std::size_t dimensions = 0;
  bool several_budgets = false;  ///< else nothing parts with them, and less noise is expected

  /// Minus the logarithm of the density, but for a constant; adds the derivatives to `gradient`.
  double surprise(const Parameters& parameters, std::vector<double>& gradient) const;
  double typical_log_length() const;
};

/// Minus the logarithm of the parameters' likelihood, with its derivatives.
class Likelihood {
 public:
  Likelihood(const Layout& layout, const Inputs& inputs, const std::vector<double>& targets);
  ~Likelihood();  // there, and not in each source that has one: they may be compiled with other options
  /// Overwrites `gradient`.
  double operator()(const Parameters& parameters, std::vector<double>& gradient);

 private:
  void add_gradient(const Kernel& kernel, const Parameters& parameters, std::vector<double>& gradient);

  const Layout& layout_;
  const Inputs& inputs_;
  const std::vector<double>& targets_;
  Matrix covariances_, slopes_, weights_;  ///< from the diagonal to the right
  std::vector<double> pull_;               ///< the covariance's inverse times the targets
};

/// The most probable parameters. Where there are many data, of few of them first, so that the way from there
/// is short.
Parameters fit(const Layout& layout, const Inputs& inputs, const std::vector<double>& targets,
               const Beliefs& beliefs);

}  // namespace sibyl::gp
