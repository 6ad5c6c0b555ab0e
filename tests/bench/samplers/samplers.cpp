// How good the points are that samplers choose, and what choosing costs:
//
//   bench_samplers run SAMPLER PROBLEM [--trials N] [--seeds S] [--from SEED] [--lag L] [--lag-part N]
//   [--each]
//     Searches S times, each with a seed of its own, and prints the quartiles over the seeds of the best loss
//     found by 50, 100, 200, ... trials, and the processor time a suggestion cost. With a lag, a trial's loss
//     is told only when L more trials have been started; with a part of N, trial k is chosen without the last
//     k / N losses, if these are more. --each prints every seed's, for comparisons in pairs.
//   bench_samplers serve PROBLEM SEED
//     Is a problem for programs in other languages: see peers.py. Prints the space, then answers each line
//     "name value name value ..." by a line "loss truth name value ...", with the values that it was run
//     with.
//
// A problem is a function's name or table:PATH, see problems.hpp.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <iostream>
#include <map>
#include <sstream>

#include "bench/samplers/problems.hpp"
#include "bench/samplers/proposers.hpp"
#include "sibyl/error.hpp"
#include "sibyl/random.hpp"

using namespace sibyl;
using namespace sibyl::bench;

namespace {

struct Options {
  TrialId trials = 100, lag = 0, lag_part = 0;
  std::uint64_t seeds = 10, from = 0;
  bool each = false;

  TrialId lag_of(TrialId trial) const { return lag_part > 0 ? std::max(lag, trial / lag_part) : lag; }
};

struct Search {
  std::vector<double> best;  ///< the truth of the trial with the least loss, by trials
  double seconds = 0;        ///< of processor time in the sampler
};

// The first points, and those of a sampler that has none to propose.
Point random_point(const UnitCube& cube, std::uint64_t seed, TrialId trial) {
  RandomStream random(seed, trial, "start");
  Point point;
  for (std::size_t i = 0; i < cube.dimensions().size(); ++i) point.push_back(random.uniform());
  return cube.snapped(point);
}

Search search(const ProposerKind& kind, const std::string& name, std::uint64_t seed, const Options& options) {
  const auto problem = make_problem(name, seed);
  const UnitCube cube(problem->space());
  const auto proposer = kind.make(cube, seed);
  Search search;
  std::vector<double> losses;
  double least = std::numeric_limits<double>::infinity(), truth = least;
  TrialId told = 0;
  for (TrialId trial = 0; trial < options.trials; ++trial) {
    std::clock_t began = std::clock();
    std::vector<Candidate> candidates;
    if (proposer) {
      for (; told < trial - options.lag_of(trial); ++told)
        proposer->evaluated({told, 1, losses[static_cast<std::size_t>(told)]});
      candidates = proposer->propose(trial);
    }
    std::clock_t spent = std::clock() - began;
    const Point point = candidates.empty() ? random_point(cube, seed, trial) : candidates.front().point;
    const Outcome outcome = problem->run(cube.values(point));
    losses.push_back(outcome.loss);
    if (outcome.loss < least) least = outcome.loss, truth = outcome.truth;
    search.best.push_back(truth);
    began = std::clock();
    if (proposer) proposer->started(trial, cube.point(outcome.values));
    spent += std::clock() - began;
    search.seconds += static_cast<double>(spent) / CLOCKS_PER_SEC;
  }
  return search;
}

double quartile(std::vector<double> values, int quarter) {
  std::sort(values.begin(), values.end());
  const double at = static_cast<double>(values.size() - 1) * quarter / 4;
  const auto below = static_cast<std::size_t>(at);
  const double above = values[std::min(below + 1, values.size() - 1)];
  return values[below] + (at - static_cast<double>(below)) * (above - values[below]);
}

void run(const std::string& sampler, const std::string& problem, const Options& options) {
  const auto& kinds = proposer_kinds();
  const auto kind =
      std::find_if(kinds.begin(), kinds.end(), [&](const auto& each) { return each.name == sampler; });
  if (kind == kinds.end()) throw Error("no sampler is named '" + sampler + "'");
  std::vector<TrialId> marks;
  for (TrialId mark = 50; mark < options.trials; mark *= 2) marks.push_back(mark);
  marks.push_back(options.trials);
  std::vector<std::vector<double>> best(marks.size());
  double seconds = 0;
  for (std::uint64_t seed = options.from; seed < options.from + options.seeds; ++seed) {
    const Search one = search(*kind, problem, seed, options);
    seconds += one.seconds;
    if (options.each) std::printf("seed %llu", static_cast<unsigned long long>(seed));
    for (std::size_t i = 0; i < marks.size(); ++i) {
      best[i].push_back(one.best[static_cast<std::size_t>(marks[i] - 1)]);
      if (options.each) std::printf(" %lld:%.17g", static_cast<long long>(marks[i]), best[i].back());
    }
    if (options.each) std::printf("\n");
  }
  const std::string part = options.lag_part > 0 ? " or k / " + std::to_string(options.lag_part) : "";
  std::printf("%s on %s, lag %lld%s, %llu seeds:", sampler.c_str(), problem.c_str(),
              static_cast<long long>(options.lag), part.c_str(),
              static_cast<unsigned long long>(options.seeds));
  for (std::size_t i = 0; i < marks.size(); ++i)
    std::printf("  @%lld %.4g / %.4g / %.4g", static_cast<long long>(marks[i]), quartile(best[i], 1),
                quartile(best[i], 2), quartile(best[i], 3));
  std::printf("  %.3f ms a suggestion\n",
              1e3 * seconds / static_cast<double>(options.seeds) / static_cast<double>(options.trials));
}

void print_space(const SearchSpace& space) {
  for (const Hyperparameter& each : space.hyperparameters()) {
    if (const auto* real = std::get_if<FloatRange>(&each.domain))
      std::printf("float %s %.17g %.17g %s", each.name.c_str(), real->min, real->max,
                  std::string(to_string(real->sampling)).c_str());
    if (const auto* whole = std::get_if<IntRange>(&each.domain))
      std::printf("int %s %lld %lld %lld", each.name.c_str(), static_cast<long long>(whole->min),
                  static_cast<long long>(whole->max), static_cast<long long>(whole->step));
    if (const auto* choices = std::get_if<Choices>(&each.domain)) {
      std::printf("choice %s", each.name.c_str());
      for (const Value& value : choices->values) std::printf(" %s", to_string(value).c_str());
    }
    for (const Condition& condition : each.conditions)
      std::printf(" if %s %s", condition.parent.c_str(), to_string(condition.values.front()).c_str());
    std::printf("\n");
  }
  std::printf("end\n");
}

void print(const Values& values) {
  for (const auto& [each, value] : values) std::printf("%s %s ", each.c_str(), to_string(value).c_str());
  std::printf("\n");
  std::fflush(stdout);
}

void serve(const std::string& name, std::uint64_t seed) {
  const auto problem = make_problem(name, seed);
  print_space(problem->space());
  std::fflush(stdout);
  const UnitCube cube(problem->space());
  for (std::string line; std::getline(std::cin, line);) {
    if (line.starts_with("start ")) {
      print(cube.values(random_point(cube, seed, std::stoll(line.substr(6)))));
      continue;
    }
    Values values;
    std::istringstream words(line);
    for (std::string each, text; words >> each >> text;) {
      const Domain* domain = problem->space().domain(each, values);
      if (!domain) throw Error("there is no hyperparameter " + each + " here");
      values[each] = parse("serve", each, *domain, text);
    }
    const Outcome outcome = problem->run(values);
    std::printf("%.17g %.17g ", outcome.loss, outcome.truth);
    print(outcome.values);
  }
}

Options parse_options(const std::vector<std::string>& words) {
  Options options;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--each") {
      options.each = true;
      continue;
    }
    if (i + 1 == words.size()) throw Error(words[i] + " needs a number");
    const long long number = std::stoll(words[i + 1]);
    if (words[i] == "--trials")
      options.trials = number;
    else if (words[i] == "--seeds")
      options.seeds = static_cast<std::uint64_t>(number);
    else if (words[i] == "--from")
      options.from = static_cast<std::uint64_t>(number);
    else if (words[i] == "--lag")
      options.lag = number;
    else if (words[i] == "--lag-part")
      options.lag_part = number;
    else
      throw Error("unknown option " + words[i]);
    ++i;
  }
  return options;
}

}  // namespace

int main(int argc, char** argv) try {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() >= 3 && words[0] == "run")
    run(words[1], words[2], parse_options({words.begin() + 3, words.end()}));
  else if (words.size() == 3 && words[0] == "serve")
    serve(words[1], std::stoull(words[2]));
  else
    throw Error(
        "usage: bench_samplers run SAMPLER PROBLEM [options], or serve PROBLEM SEED: see samplers.cpp");
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
