#include "core/samplers/gp/box_lbfgs.hpp"

#include <algorithm>
#include <cmath>
#include <deque>

namespace sibyl::gp {

namespace {

constexpr std::size_t memory = 8;         ///< steps whose curvature is remembered
constexpr double sufficient = 1e-4;       ///< share of the expected decrease that a step must bring (Armijo)
constexpr double least_decrease = 1e-9;   ///< relative; less is the end
constexpr double largest_first_step = 1;  ///< before anything is known of the curvature

struct Curvature {
  std::vector<double> step, change;  ///< of the place, of the gradient
  double product;                    ///< of the two
};

double product(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

/// -H g among the variables that may move, H the inverse Hessian that the latest steps suggest.
std::vector<double> direction(const std::deque<Curvature>& latest, const std::vector<double>& gradient,
                              const std::vector<bool>& held) {
  std::vector<double> d = gradient;
  const auto hold = [&] {
    for (std::size_t i = 0; i < d.size(); ++i)
      if (held[i]) d[i] = 0;
  };
  hold();
  std::vector<double> shares(latest.size());
  for (std::size_t k = latest.size(); k-- > 0;) {
    shares[k] = product(latest[k].step, d) / latest[k].product;
    for (std::size_t i = 0; i < d.size(); ++i) d[i] -= shares[k] * latest[k].change[i];
  }
  double scale = 1;
  if (latest.empty()) {
    const double length = std::sqrt(product(d, d));
    if (length > largest_first_step) scale = largest_first_step / length;
  } else {
    scale = latest.back().product / product(latest.back().change, latest.back().change);
  }
  for (double& each : d) each *= scale;
  for (std::size_t k = 0; k < latest.size(); ++k) {
    const double share = shares[k] - product(latest[k].change, d) / latest[k].product;
    for (std::size_t i = 0; i < d.size(); ++i) d[i] += share * latest[k].step[i];
  }
  hold();
  for (double& each : d) each = -each;
  return d;
}

std::vector<double> moved(const std::vector<double>& x, const std::vector<double>& d, double length,
                          const std::vector<double>& low, const std::vector<double>& high) {
  std::vector<double> to(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) to[i] = std::clamp(x[i] + length * d[i], low[i], high[i]);
  return to;
}

void remember(std::deque<Curvature>& latest, const std::vector<double>& x, const std::vector<double>& to,
              const std::vector<double>& gradient, const std::vector<double>& gradient_there) {
  Curvature curvature{to, gradient_there, 0};
  for (std::size_t i = 0; i < x.size(); ++i) {
    curvature.step[i] -= x[i];
    curvature.change[i] -= gradient[i];
  }
  curvature.product = product(curvature.step, curvature.change);
  if (curvature.product <= 1e-10 * product(curvature.change, curvature.change)) return;
  latest.push_back(std::move(curvature));
  if (latest.size() > memory) latest.pop_front();
}

}  // namespace

Minimum minimise(const Differentiable& function, std::vector<double> x, const std::vector<double>& low,
                 const std::vector<double>& high, int max_evaluations) {
  std::vector<double> gradient(x.size()), gradient_there(x.size());
  double value = function(x, gradient);
  std::deque<Curvature> latest;
  std::vector<bool> held(x.size());
  for (int evaluations = 1; evaluations < max_evaluations;) {
    for (std::size_t i = 0; i < x.size(); ++i)
      held[i] = (x[i] <= low[i] && gradient[i] > 0) || (x[i] >= high[i] && gradient[i] < 0);
    std::vector<double> d = direction(latest, gradient, held);
    if (!(product(d, gradient) < 0)) {
      latest.clear();
      d = direction(latest, gradient, held);
      if (!(product(d, gradient) < 0)) break;
    }
    bool found = false;
    double before = value;
    for (double length = 1; length > 1e-8 && evaluations < max_evaluations && !found; length *= 0.3) {
      const std::vector<double> to = moved(x, d, length, low, high);
      double expected = 0;
      for (std::size_t i = 0; i < x.size(); ++i) expected += (to[i] - x[i]) * gradient[i];
      const double there = function(to, gradient_there);
      ++evaluations;
      if (!(there <= value + sufficient * expected) || !(there < value)) continue;
      remember(latest, x, to, gradient, gradient_there);
      x = to;
      value = there;
      std::swap(gradient, gradient_there);
      found = true;
    }
    if (!found && latest.empty()) break;
    if (!found)
      latest.clear();
    else if (before - value <= least_decrease * (1 + std::abs(value)))
      break;
  }
  return {x, value};
}

}  // namespace sibyl::gp
