#include "bench/samplers/problems.hpp"

#include <array>
#include <cmath>
#include <functional>
#include <numbers>

#include "bench/samplers/tables.hpp"
#include "sibyl/error.hpp"
#include "sibyl/random.hpp"

namespace sibyl::bench {

namespace {

using Numbers = std::vector<double>;

double branin(const Numbers& x) {
  const double pi = std::numbers::pi;
  const double a = x[1] - 5.1 / (4 * pi * pi) * x[0] * x[0] + 5 / pi * x[0] - 6;
  return a * a + 10 * (1 - 1 / (8 * pi)) * std::cos(x[0]) + 10 - 0.39788735772973816;
}

double hartmann(const Numbers& x) {
  static constexpr std::array<double, 4> height = {1, 1.2, 3, 3.2};
  static constexpr double width[4][6] = {{10, 3, 17, 3.5, 1.7, 8},
                                         {0.05, 10, 17, 0.1, 8, 14},
                                         {3, 3.5, 1.7, 10, 17, 8},
                                         {17, 8, 0.05, 10, 0.1, 14}};
  static constexpr double place[4][6] = {{0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886},
                                         {0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991},
                                         {0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650},
                                         {0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381}};
  double sum = 3.3223680114155147;
  for (std::size_t i = 0; i < 4; ++i) {
    double inner = 0;
    for (std::size_t j = 0; j < 6; ++j) inner += width[i][j] * (x[j] - place[i][j]) * (x[j] - place[i][j]);
    sum -= height[i] * std::exp(-inner);
  }
  return sum;
}

// Its logarithm to the base of ten, from which nothing is taken: the least is minus infinity.
double rosenbrock(const Numbers& x) {
  double sum = 0;
  for (std::size_t i = 0; i + 1 < x.size(); ++i)
    sum += 100 * std::pow(x[i + 1] - x[i] * x[i], 2) + std::pow(1 - x[i], 2);
  return std::log10(std::max(sum, 1e-12));
}

double ackley(const Numbers& x) {
  double squares = 0, waves = 0;
  for (const double each : x) squares += each * each, waves += std::cos(2 * std::numbers::pi * each);
  const auto n = static_cast<double>(x.size());
  return 20 + std::numbers::e - 20 * std::exp(-0.2 * std::sqrt(squares / n)) - std::exp(waves / n);
}

// With its centre off the middle of the space, in each dimension elsewhere.
double ackley_shifted(Numbers x) {
  for (std::size_t i = 0; i < x.size(); ++i)
    x[i] -= (i % 2 ? -1.0 : 1.0) * (3 + 1.7 * static_cast<double>(i));
  return ackley(x);
}

// A function of real numbers, all from one range each.
class NumericProblem : public Problem {
 public:
  using Function = std::function<double(const Numbers&)>;
  NumericProblem(const std::vector<FloatRange>& ranges, Function function, double noise, std::uint64_t seed)
      : function_(std::move(function)), noise_(noise), random_(seed, "noise") {
    for (std::size_t i = 0; i < ranges.size(); ++i)
      space_.add({"x" + std::to_string(i), ranges[i], (ranges[i].min + ranges[i].max) / 2, {}});
  }
  Outcome run(const Values& values) override {
    Numbers x;
    for (const Hyperparameter& each : space_.hyperparameters())
      x.push_back(std::get<double>(values.at(each.name)));
    const double truth = function_(x);
    return {values, noise_ > 0 ? truth + noise_ * random_.normal() : truth, truth};
  }

 private:
  Function function_;
  double noise_;
  RandomStream random_;
};

// Like tuning a small network: each optimizer wants a rate of its own, the depth moves that rate, and one of
// the optimizers has a momentum, with which alone it is the best.
class MixedProblem : public Problem {
 public:
  MixedProblem() {
    const auto text = [](const char* name) { return Value(std::string(name)); };
    space_.add({"rate", FloatRange{1e-5, 1e-1, 0, Sampling::log}, 1e-3, {}});
    space_.add({"dropout", FloatRange{0, 0.8}, 0.1, {}});
    space_.add({"decay", FloatRange{1e-6, 1e-1, 0, Sampling::log}, 1e-4, {}});
    space_.add({"layers", IntRange{1, 6}, std::int64_t{2}, {}});
    space_.add({"width", IntRange{16, 512, 16}, std::int64_t{64}, {}});
    space_.add(
        {"optimizer", Choices{{text("sgd"), text("adam"), text("rmsprop"), text("lion")}}, text("adam"), {}});
    space_.add({"momentum", FloatRange{0, 0.99}, 0.0, {{"optimizer", {text("sgd")}}}});
  }
  Outcome run(const Values& values) override {
    const auto real = [&](const char* name) { return std::get<double>(values.at(name)); };
    const auto whole = [&](const char* name) {
      return static_cast<double>(std::get<std::int64_t>(values.at(name)));
    };
    const auto optimizer = std::get<std::string>(values.at("optimizer"));
    double rate = -3, loss = 0.1;
    if (optimizer == "sgd") rate = -1.5, loss = 3 * std::pow(real("momentum") - 0.9, 2);
    if (optimizer == "rmsprop") rate = -3.2, loss = 0.25;
    if (optimizer == "lion") rate = -4, loss = 0.3;
    const double layers = whole("layers") - 4;
    loss += 0.5 * std::pow(std::log10(real("rate")) - rate + 0.1 * layers, 2) +
            2 * std::pow(real("dropout") - 0.3, 2) + 0.05 * std::pow(std::log10(real("decay")) + 4, 2) +
            0.05 * layers * layers + 0.1 * std::pow(std::log2(whole("width")) - 8, 2);
    return {values, loss, loss};
  }
};

std::vector<FloatRange> cube(std::size_t dimensions, double min, double max) {
  return std::vector<FloatRange>(dimensions, FloatRange{min, max});
}

using Make = std::unique_ptr<Problem> (*)(std::uint64_t seed);

std::unique_ptr<Problem> numeric(const std::vector<FloatRange>& ranges, NumericProblem::Function function,
                                 double noise = 0, std::uint64_t seed = 0) {
  return std::make_unique<NumericProblem>(ranges, std::move(function), noise, seed);
}

const std::vector<std::pair<std::string, Make>>& functions() {
  static const std::vector<std::pair<std::string, Make>> all = {
      {"branin",
       [](std::uint64_t) {
         return numeric({{-5, 10}, {0, 15}}, branin);
       }},
      {"hartmann", [](std::uint64_t) { return numeric(cube(6, 0, 1), hartmann); }},
      {"rosenbrock", [](std::uint64_t) { return numeric(cube(4, -5, 10), rosenbrock); }},
      {"ackley", [](std::uint64_t) { return numeric(cube(10, -32.8, 32.8), ackley); }},
      {"ackley_shifted", [](std::uint64_t) { return numeric(cube(10, -25, 25), ackley_shifted); }},
      {"mixed", [](std::uint64_t) -> std::unique_ptr<Problem> { return std::make_unique<MixedProblem>(); }},
      {"hartmann_noisy", [](std::uint64_t seed) { return numeric(cube(6, 0, 1), hartmann, 0.1, seed); }},
  };
  return all;
}

}  // namespace

std::vector<std::string> function_names() {
  std::vector<std::string> names;
  for (const auto& each : functions()) names.push_back(each.first);
  return names;
}

std::unique_ptr<Problem> make_problem(const std::string& name, std::uint64_t seed) {
  if (name.starts_with("table:")) return std::make_unique<TableProblem>(read_table(name.substr(6)));
  std::string all;
  for (const auto& [each, make] : functions()) {
    if (each == name) return make(seed);
    all += " " + each;
  }
  throw Error("no problem is named '" + name + "'; there are" + all + " and table:PATH");
}

}  // namespace sibyl::bench
