#pragma once

#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "core/samplers/random.hpp"
#include "core/schedulers/full_budget.hpp"
#include "core/schedulers/hyperband/hyperband.hpp"
#include "sweep/link/loopback.hpp"
#include "sweep/manager/dismissal.hpp"
#include "sweep/manager/manager.hpp"
#include "sweep/worker/worker.hpp"

// The manager and its workers in one process: threads and a loopback in place of ranks and MPI.

namespace sibyl {

inline const Objective loss{"loss", Direction::minimize};

inline SearchSpace line() {
  SearchSpace space;
  space.add({"x", FloatRange{0, 1}, 0.5, {}});
  return space;
}

inline Oracle make(std::unique_ptr<Scheduler> scheduler, OracleOptions options = {}) {
  options.objective = loss;
  return Oracle(line(), options, std::make_unique<RandomSampler>(line(), 1), std::move(scheduler));
}

inline Oracle hyperband(int max_epochs) {
  return make(std::make_unique<Hyperband>(HyperbandOptions{max_epochs, 3, 1}, loss));
}

inline Oracle full_budget(std::int64_t trials, int epochs, OracleOptions options = {}) {
  return make(std::make_unique<FullBudget>(trials, epochs, loss), options);
}

/// The hooks that a test adds its own to.
inline ManagerHooks plain_hooks() {
  ManagerHooks hooks;
  hooks.now = [] { return 1.0; };
  return hooks;
}

/// Does what a test says in each epoch; by default the loss is x / epoch.
class TestTrainer : public Trainer {
 public:
  using Epoch = std::function<double(const Suggestion&, int epoch, Reporter&)>;
  explicit TestTrainer(Epoch epoch =
                           [](const Suggestion& suggestion, int epoch, Reporter&) {
                             return std::get<double>(suggestion.hyperparameters.at("x")) / epoch;
                           })
      : epoch_(std::move(epoch)) {}

  WorkerJoined describe() const override { return {}; }
  TrialEnded train(const Suggestion& suggestion, Reporter& reporter) override {
    TrialEnded ended;
    for (int epoch = suggestion.slot.first_epoch + 1; epoch <= suggestion.slot.last_epoch; ++epoch) {
      if (const Order order = reporter.order(); order != Order::go_on) {
        ended.ending = order == Order::cancel ? Ending::cancelled : Ending::interrupted;
        return ended;
      }
      reporter.epoch({.epoch = epoch, .metrics = {{"loss", epoch_(suggestion, epoch, reporter)}}});
    }
    return ended;
  }

 private:
  Epoch epoch_;
};

/// Every trial of it fails.
class FailingTrainer : public Trainer {
 public:
  explicit FailingTrainer(Cause cause) : cause_(cause) {}
  WorkerJoined describe() const override { return {}; }
  TrialEnded train(const Suggestion&, Reporter&) override {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return {.ending = Ending::failed, .cause = cause_, .message = "always"};
  }

 private:
  Cause cause_;
};

using MakeTrainer = std::function<std::unique_ptr<Trainer>(int worker)>;

inline std::unique_ptr<Trainer> plain(int) {
  return std::make_unique<TestTrainer>();
}

/// Runs a sweep with some workers, each with its own trainer.
inline SearchOver sweep(Oracle& oracle, int workers, const MakeTrainer& make_trainer,
                        const ManagerHooks& hooks = plain_hooks(), const ManagerOptions& options = {}) {
  Loopback loopback(workers + 1);
  std::vector<std::jthread> threads;
  std::vector<int> ranks;
  for (int rank = 1; rank <= workers; ++rank) {
    ranks.push_back(rank);
    threads.emplace_back([&, rank] {
      run_worker(loopback.rank(rank),
                 {.rank = rank, .make_trainer = [&](const auto&) { return make_trainer(rank); }});
    });
  }
  const Dismissal dismissal(loopback.rank(0), ranks);
  return manage(loopback.rank(0), ranks, oracle, hooks, options);
}

}  // namespace sibyl
