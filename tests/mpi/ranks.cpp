// A sweep over real MPI: rank 0 manages, the others train. Exits with 1 if anything is not as it should be.
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <numeric>
#include <thread>

#include "core/samplers/random.hpp"
#include "core/schedulers/hyperband/hyperband.hpp"
#include "mpi/communicator.hpp"
#include "mpi/environment.hpp"
#include "sweep/manager/dismissal.hpp"
#include "sweep/manager/manager.hpp"
#include "sweep/worker/worker.hpp"

using namespace sibyl;

namespace {

// Long messages too: they travel in many pieces.
class LongWinded : public Trainer {
 public:
  WorkerJoined describe() const override { return {}; }
  TrialEnded train(const Suggestion& suggestion, Reporter& reporter) override {
    for (int epoch = suggestion.slot.first_epoch + 1; epoch <= suggestion.slot.last_epoch; ++epoch) {
      EpochReported report{.epoch = epoch,
                           .metrics = {{"loss", 1.0 / static_cast<double>(suggestion.slot.trial + epoch)}}};
      for (int i = 0; i < 500; ++i)
        report.metrics.push_back({"a metric with a long name " + std::to_string(i), 1.0 * i});
      reporter.epoch(std::move(report));
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return {.message = std::string(8000, 'x'), .output = std::string(100000, 'y')};
  }
};

/// How much of a core this process takes from now on.
class CoreShare {
 public:
  double operator()() const {
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - began_;
    return (cpu_seconds() - before_) / passed.count();
  }

 private:
  static double cpu_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           1e-6 * static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
  }
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  double before_ = cpu_seconds();
};

bool check(bool good, const char* what) {
  if (!good) std::fprintf(stderr, "not so: %s\n", what);
  return good;
}

int lead(Communicator& communicator, int size) {
  SearchSpace space;
  space.add({"x", FloatRange{0, 1}, 0.5, {}});
  const Objective loss{"loss", Direction::minimize};
  Oracle oracle(space, {loss}, std::make_unique<RandomSampler>(space, 1),
                std::make_unique<Hyperband>(HyperbandOptions{27, 3, 1}, loss));
  std::vector<int> workers(static_cast<std::size_t>(size - 1));
  std::iota(workers.begin(), workers.end(), 1);
  const Dismissal dismissal(communicator, workers);
  int reports = 0;
  bool whole = true;
  ManagerHooks hooks;
  hooks.now = [] { return 1.0; };
  hooks.learned = [&](const Event& event, const Consequences&) {
    if (const auto* report = std::get_if<EpochReported>(&event)) {
      ++reports;
      whole = whole && report->metrics.size() == 501 && report->metrics.back().value == 499;
    }
    if (const auto* ended = std::get_if<TrialEnded>(&event))
      whole = whole && ended->message.size() == 8000 && ended->output.size() == 100000;
  };
  std::this_thread::sleep_for(std::chrono::seconds(2));  // the workers wait for the first message
  const SearchOver end = manage(communicator, workers, oracle, hooks);
  return check(end.reason == "the plan is done", "the plan is done") & check(reports == 357, "357 epochs") &
                 check(oracle.trials().size() == 49, "49 trials") & check(whole, "messages arrive whole")
             ? 0
             : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Environment environment(argc, argv);
  Communicator communicator;
  if (environment.rank() == 0) return lead(communicator, environment.size());
  if (!check(environment.local_workers() == environment.size() - 1, "all workers are on this node")) return 1;
  if (!check(environment.local_worker() == environment.rank() - 1, "places among the workers of the node"))
    return 1;
  const CoreShare share;
  bool idle = false;
  const auto make_trainer = [&](const auto&) {
    idle = share() < 0.1;  // a rank that spins has more, also of a core that many share
    return std::make_unique<LongWinded>();
  };
  run_worker(communicator, {.rank = environment.rank(), .make_trainer = make_trainer, .heartbeats = true});
  return check(idle, "a worker that waits does not spin") ? 0 : 1;
}
