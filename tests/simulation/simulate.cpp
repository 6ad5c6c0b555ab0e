// Whole sweeps in virtual time, through the oracle that ships: how busy workers are, how wrong promotions,
// how good the best trial by epochs and by time.
//
//     build/quick/tests/simulation/simulate --scheduler hyperband --sampler tpe --workers 64 --stragglers .3
//         --table FILE --max-epochs 50 --seeds 20
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

#include "base/exit_codes.hpp"
#include "sibyl/error.hpp"
#include "sibyl/random.hpp"
#include "simulation/curves.hpp"
#include "simulation/measures.hpp"
#include "simulation/settings.hpp"
#include "simulation/strict_barrier.hpp"
#include "sweep/options/auto_sampler.hpp"

using namespace sibyl;
using namespace sibyl::simulation;

namespace {

const Objective loss{"loss", Direction::minimize};

struct Result {
  SimulatedSweep sweep;
  Measures measures;
  std::int64_t trials = 0;
  int workers = 1;
  int width = 0;

  double share(double seconds) const { return seconds / (sweep.makespan * workers); }
  double lower_bound() const {
    return std::max((sweep.busy + sweep.overhead) / workers, measures.longest_trial());
  }
};

// Lognormal with mean 1.
double factor(RandomStream random, double sigma) {
  return std::exp(sigma * random.normal() - sigma * sigma / 2);
}

// As often in the first epochs as in all the later ones: its logarithm is uniform.
int failing_epoch(std::uint64_t seed, TrialId trial, int max_epochs) {
  return static_cast<int>(std::ceil(std::pow(max_epochs, RandomStream(seed, trial, "when").uniform())));
}

SimulatedTraining training(const Settings& settings, const Oracle& oracle, const Curves& curves) {
  const std::uint64_t seed = settings.sweep.seed;
  const int max_epochs = settings.sweep.max_epochs;
  const auto loss_at = [&oracle, &curves](TrialId trial, int epoch) {
    return curves.loss(trial, oracle.trials()[static_cast<std::size_t>(trial)].hyperparameters, epoch);
  };
  SimulatedTraining training;
  training.seconds = [=, sigma = settings.costs](TrialId trial, int) {
    return factor(RandomStream(seed, trial, "cost"), sigma);
  };
  training.slowness = [=, sigma = settings.stragglers](const Slot& slot) {
    return factor(RandomStream(seed, slot.trial, slot.last_epoch, "straggler"), sigma);
  };
  training.overhead = [&settings](const Slot& slot) {
    return settings.dispatch + settings.checkpoint * (slot.first_epoch > 0 ? 2 : 1);
  };
  training.event_seconds = settings.event;
  training.score = loss_at;
  training.fails = [=, share = settings.failures](TrialId trial, int epoch) {
    return std::isnan(loss_at(trial, epoch)) || (RandomStream(seed, trial, "fails").uniform() < share &&
                                                 epoch >= failing_epoch(seed, trial, max_epochs));
  };
  training.each_epoch = !settings.quick;
  return training;
}

Result run(Settings settings, std::uint64_t seed) {
  SweepOptions& sweep = settings.sweep;
  sweep.seed = seed;
  const auto curves = make_curves(settings.table, seed);
  const SearchSpace space = curves->space();
  if (sweep.sampler == auto_sampler) sweep.sampler = chosen_sampler(sweep, space).name;
  sweep.width = chosen_width(sweep, settings.workers);
  const auto make = [&] {
    if (!settings.barrier) return make_oracle(sweep, space, loss, curves->random_search(seed));
    return Oracle(space, {loss}, curves->random_search(seed),
                  std::make_unique<StrictBarrier>(sweep.max_epochs, sweep.eta, sweep.iterations, loss));
  };
  Oracle oracle = make();
  Result result{{}, Measures(curves->least(sweep.max_epochs)), 0, settings.workers, sweep.width};
  result.sweep = simulate(oracle, settings.workers, training(settings, oracle, *curves),
                          [&](double time, const Event& event, const Consequences& consequences) {
                            result.measures.watch(time, event, consequences);
                          });
  result.trials = static_cast<std::int64_t>(oracle.trials().size());
  return result;
}

nlohmann::ordered_json to_json(const Result& result, std::uint64_t seed) {
  nlohmann::ordered_json new_bests = nlohmann::ordered_json::array();
  for (const NewBest& each : result.measures.new_bests())
    new_bests.push_back({each.epochs, each.seconds, each.regret});
  return {{"seed", seed},
          {"workers", result.workers},
          {"width", result.width},
          {"trials", result.trials},
          {"epochs", result.sweep.epochs},
          {"makespan", result.sweep.makespan},
          {"lower_bound", result.lower_bound()},
          {"useful", result.share(result.sweep.busy)},
          {"overhead", result.share(result.sweep.overhead)},
          {"waiting_for_sampler", result.share(result.sweep.waiting_for_sampler)},
          {"peak_checkpoints", result.sweep.peak_checkpoints},
          {"promotions", result.measures.promotions()},
          {"wrong_promotions", result.measures.wrong_promotions()},
          {"regret", result.measures.regret()},
          {"end", result.sweep.end.reason},
          {"new_bests", new_bests}};
}

void print_csv(const Result& result, std::uint64_t seed) {
  for (const NewBest& each : result.measures.new_bests())
    std::printf("%llu,%lld,%.9g,%.9g\n", static_cast<unsigned long long>(seed),
                static_cast<long long>(each.epochs), each.seconds, each.regret);
}

void print_quartiles(const char* what, const std::vector<Result>& all, double (*measure)(const Result&)) {
  std::vector<double> values;
  for (const Result& each : all) values.push_back(measure(each));
  std::sort(values.begin(), values.end());
  std::printf("%-24s", what);
  for (const int quarter : {1, 2, 3})
    std::printf(" %10.5g", values[(values.size() - 1) * static_cast<std::size_t>(quarter) / 4]);
  std::printf("\n");
}

void print_text(const std::vector<Result>& all) {
  print_quartiles("trials", all, [](const Result& r) { return static_cast<double>(r.trials); });
  print_quartiles("epochs", all, [](const Result& r) { return static_cast<double>(r.sweep.epochs); });
  print_quartiles("useful", all, [](const Result& r) { return r.share(r.sweep.busy); });
  print_quartiles("overhead", all, [](const Result& r) { return r.share(r.sweep.overhead); });
  print_quartiles("waiting for the sampler", all,
                  [](const Result& r) { return r.share(r.sweep.waiting_for_sampler); });
  print_quartiles("makespan", all, [](const Result& r) { return r.sweep.makespan; });
  print_quartiles("makespan / lower bound", all,
                  [](const Result& r) { return r.sweep.makespan / r.lower_bound(); });
  print_quartiles("promotions", all,
                  [](const Result& r) { return static_cast<double>(r.measures.promotions()); });
  print_quartiles("wrong promotions", all,
                  [](const Result& r) { return static_cast<double>(r.measures.wrong_promotions()); });
  print_quartiles("regret", all, [](const Result& r) { return r.measures.regret(); });
  std::printf("%s\n", all.back().sweep.end.reason.c_str());
}

void simulate_all(const Settings& settings) {
  std::vector<Result> all;
  if (settings.format == "csv") std::printf("seed,epochs,seconds,regret\n");
  for (int i = 0; i < settings.seeds; ++i) {
    const std::uint64_t seed = settings.sweep.seed + static_cast<std::uint64_t>(i);
    all.push_back(run(settings, seed));
    if (settings.format == "json") std::cout << to_json(all.back(), seed).dump() << std::endl;
    if (settings.format == "csv") print_csv(all.back(), seed);
  }
  if (settings.format == "text") print_text(all);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc == 2 && std::string(argv[1]) == "--help") {
      std::cout << help();
      return 0;
    }
    simulate_all(parse_settings(argc, argv));
    return 0;
  } catch (const UsageError& problem) {
    std::cerr << "simulate: " << problem.what() << '\n';
    return exit_usage;
  } catch (const std::exception& problem) {
    std::cerr << "simulate: " << problem.what() << '\n';
    return exit_failed;
  }
}
