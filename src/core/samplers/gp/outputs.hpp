#pragma once

#include <vector>

namespace sibyl::gp {

/// From losses to numbers with mean 0 and deviation 1 that a Gaussian process can take for its own: very bad
/// losses are drawn in, skewed ones are straightened (Yeo & Johnson 2000), and failures are worse than all.
class Outputs {
 public:
  /// `losses`: those that did not fail, at least one.
  explicit Outputs(std::vector<double> losses);

  /// Of a loss, NaN for a failure.
  double operator()(double loss) const;
  double loss(double output) const;
  /// Moves and stretches what it gives.
  void place(double mean, double deviation);
  /// To losses that are so much larger.
  void move(double by);

 private:
  double straightened(double standard) const;

  double cap_ = 0;                  ///< no loss counts as worse
  double center_ = 0, spread_ = 1;  ///< of the losses
  bool skewed_ = false;
  double power_ = 1;
  double mean_ = 0, deviation_ = 1;  ///< of what is straightened
  double failure_ = 0;
};

}  // namespace sibyl::gp
