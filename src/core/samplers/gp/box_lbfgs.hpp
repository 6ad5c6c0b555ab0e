#pragma once

#include <functional>
#include <vector>

namespace sibyl::gp {

/// A function of several variables and its derivatives, which it writes into `gradient`.
using Differentiable = std::function<double(const std::vector<double>& x, std::vector<double>& gradient)>;

struct Minimum {
  std::vector<double> x;
  double value = 0;
};

/// The lowest place that limited-memory BFGS (Nocedal & Wright 2006, algorithm 7.4) finds in a box from `x`,
/// with at most that many evaluations of the function. Steps are projected into the box; variables that press
/// against its walls stand still.
Minimum minimise(const Differentiable& function, std::vector<double> x, const std::vector<double>& low,
                 const std::vector<double>& high, int max_evaluations);

}  // namespace sibyl::gp
