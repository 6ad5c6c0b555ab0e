// What a trainer process of its own costs, beside training in the rank: its start, a report, a look for
// orders. Each is measured both ways by turns; medians. (What it costs a whole sweep: isolation_sweep.py.)
#include <spawn.h>
#include <sys/wait.h>
#include <torch/torch.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <limits>
#include <vector>

#include "process/isolated_trainer.hpp"
#include "process/trainer_main.hpp"
#include "train/model/hyper_model_job.hpp"

using namespace sibyl;

namespace {

constexpr int reports = 20000;
constexpr int looks = 200000;

double seconds(const std::function<void()>& what) {
  const auto began = std::chrono::steady_clock::now();
  what();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// A model with next to no data, so that a start is LibTorch's own and ours.
struct Tiny : HyperModel {
  torch::nn::Sequential build(HyperParameters&) override {
    return torch::nn::Sequential(torch::nn::Linear(2, 1));
  }
  Data data(const DataOptions&) override {
    return {.train = {.x = torch::ones({4, 2}), .y = torch::ones({4, 1})}, .validation = {}, .test = {}};
  }
};

// Reports, or only looks for orders, as fast as it can.
class Talker : public Trainer {
 public:
  WorkerJoined describe() const override { return {}; }
  TrialEnded train(const Suggestion& suggestion, Reporter& reporter) override {
    TrialEnded ended;
    ended.seconds = seconds([&] {
      if (suggestion.slot.rung == 1)
        for (int i = 0; i < looks; ++i) reporter.order();
      else
        for (int epoch = 1; epoch <= reports; ++epoch)
          reporter.epoch(
              {.epoch = epoch,
               .metrics = {{"loss", .1}, {"accuracy", .2}, {"val_loss", .3}, {"val_accuracy", .4}}});
    });
    return ended;
  }
};

class Counter : public Reporter {
 public:
  void found(HyperparametersFound) override {}
  void epoch(EpochReported) override { ++epochs; }
  Order order() override { return Order::go_on; }
  int epochs = 0;
};

std::unique_ptr<Trainer> make_trainer(const TrainerOptions& options) {
  if (options.device == "none") return std::make_unique<Talker>();
  return HyperModelJob(std::make_shared<Tiny>(), /*own_metrics=*/false).make_trainer(options);
}

std::unique_ptr<IsolatedTrainer> isolated(const TrainerOptions& options) {
  return std::make_unique<IsolatedTrainer>(IsolationOptions{"bench_isolation", 1, 0, 0, options},
                                           [] { return true; });
}

// This program again, which does nothing (or makes a trainer) and ends.
double run_self(const char* what) {
  return seconds([&] {
    char name[] = "bench_isolation";
    char* arguments[] = {name, const_cast<char*>(what), nullptr};
    pid_t pid = 0;
    if (posix_spawn(&pid, "/proc/self/exe", nullptr, nullptr, arguments, environ) == 0)
      waitpid(pid, nullptr, 0);
  });
}

}  // namespace

int main(int argc, char** argv) {
  if (is_trainer(argc, argv)) return serve_trainer(argv, make_trainer);
  TrainerOptions cpu;
  cpu.objective = {"loss", Direction::minimize};
  cpu.device = "cpu";
  if (argc > 1 && std::string(argv[1]) == "load") _exit(0);
  if (argc > 1 && std::string(argv[1]) == "make") {
    make_trainer(cpu);
    _exit(0);
  }

  std::vector<double> load, make, start;
  for (int round = 0; round < 11; ++round) {
    load.push_back(run_self("load"));
    make.push_back(run_self("make"));
    std::unique_ptr<IsolatedTrainer> trainer;
    start.push_back(seconds([&] { trainer = isolated(cpu); }));
  }
  std::printf(
      "start: %.0f ms until a trainer process is ready; a bare program that makes the same trainer: %.0f ms, "
      "of "
      "which %.0f ms load LibTorch. Ours: %.1f ms\n",
      1e3 * median(start), 1e3 * median(make), 1e3 * median(load), 1e3 * (median(start) - median(make)));

  TrainerOptions none;
  none.device = "none";
  const auto apart = isolated(none);
  Talker here;
  std::vector<double> apart_report, here_report, apart_look;
  for (int round = 0; round < 11; ++round) {
    Counter counter;
    apart_report.push_back(seconds([&] { apart->train({}, counter); }) / reports);
    here_report.push_back(seconds([&] { here.train({}, counter); }) / reports);
    if (counter.epochs != 2 * reports) return 1;
    Suggestion look;
    look.slot.rung = 1;
    apart_look.push_back(apart->train(look, counter).seconds / looks);
  }
  std::printf(
      "report of 4 metrics: %.2f us through the process, %.2f us in the rank; a look for orders: %.3f us\n",
      1e6 * median(apart_report), 1e6 * median(here_report), 1e6 * median(apart_look));
}
