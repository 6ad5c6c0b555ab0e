// Law 6: what an event costs the oracle, and whether it costs more when there are many trials. Sweeps of 100
// trials and of 100,000 take turns; the medians of 7 rounds are compared. And what a trial of the large ones
// takes of the memory, once its sweep has ended: in blocks that the allocator has given out, as it counts
// them.
#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <vector>

#include "core/oracle/simulation.hpp"
#include "core/samplers/random.hpp"
#include "core/schedulers/full_budget.hpp"
#include "core/schedulers/hyperband/hyperband.hpp"

using namespace sibyl;

namespace {

const Objective loss{"loss", Direction::minimize};

struct Cost {
  double per_event = 0;  // microseconds
  double per_trial = 0;
  double bytes_per_trial = 0;
};

double allocated() {
  const struct mallinfo2 info = mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd);
}

// The cost of `repeats` sweeps that `make` begins, with 8 workers.
Cost measure(const std::function<Oracle()>& make, int repeats) {
  double seconds = 0, bytes = 0;
  std::int64_t events = 0, trials = 0;
  const SimulatedTraining training{
      .seconds = [](TrialId trial, int) { return 1.0 + static_cast<double>(trial % 7); },
      .score = [](TrialId trial, int epoch) { return static_cast<double>((trial * 7919 + epoch) % 1000); }};
  for (int repeat = 0; repeat < repeats; ++repeat) {
    const double before = allocated();
    Oracle oracle = make();
    const auto began = std::chrono::steady_clock::now();
    events += simulate(oracle, 8, training).events;
    seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    trials += static_cast<std::int64_t>(oracle.trials().size());
    bytes += allocated() - before;
  }
  const auto of_trials = static_cast<double>(trials);
  return {1e6 * seconds / static_cast<double>(events), 1e6 * seconds / of_trials, bytes / of_trials};
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void compare(const char* what, const std::function<Oracle()>& small, int repeats,
             const std::function<Oracle()>& large) {
  std::vector<double> few, many, ratios, event, bytes;
  for (int round = 0; round < 7; ++round) {
    const Cost a = measure(small, repeats), b = measure(large, 1);
    few.push_back(a.per_trial);
    many.push_back(b.per_trial);
    ratios.push_back(b.per_trial / a.per_trial);
    event.push_back(b.per_event);
    bytes.push_back(b.bytes_per_trial);
  }
  std::printf(
      "%-22s %8.2f us/trial with 100, %8.2f us/trial with 100,000: ratio %.2f; %.2f us/event; "
      "%.0f bytes/trial\n",
      what, median(few), median(many), median(ratios), median(event), median(bytes));
}

}  // namespace

int main() {
  SearchSpace space;
  space.add({"rate", FloatRange{1e-4, 1e-2, 0, Sampling::log}, 1e-3, {}});
  space.add({"width", IntRange{16, 256, 16}, std::int64_t{16}, {}});
  space.add({"depth", IntRange{1, 8}, std::int64_t{1}, {}});
  space.add({"optimizer", Choices{{std::string("sgd"), std::string("adam")}}, std::string("sgd"), {}});
  const auto oracle = [&](std::unique_ptr<Scheduler> scheduler) {
    return Oracle(space, {loss}, std::make_unique<RandomSampler>(space, 1), std::move(scheduler));
  };
  const auto full = [&](std::int64_t trials) {
    return oracle(std::make_unique<FullBudget>(trials, 3, loss));
  };
  // 143 trials an iteration of R = 81.
  const auto hyperband = [&](int iterations) {
    return oracle(std::make_unique<Hyperband>(HyperbandOptions{81, 3, iterations}, loss));
  };
  compare(
      "full budget", [&] { return full(100); }, 200, [&] { return full(100'000); });
  compare(
      "Hyperband, R = 81", [&] { return hyperband(1); }, 100, [&] { return hyperband(700); });
}
