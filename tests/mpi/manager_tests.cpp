// The manager and its workers in one process: threads and a loopback in place of ranks and MPI.
#include "mpi/manager.hpp"

#include <atomic>
#include <chrono>
#include <ctime>
#include <mutex>
#include <thread>

#include "catch.hpp"
#include "core/error.hpp"
#include "core/samplers/random.hpp"
#include "core/schedulers/full_budget.hpp"
#include "core/schedulers/hyperband.hpp"
#include "mpi/loopback.hpp"
#include "mpi/worker.hpp"

using namespace sibyl;
using namespace std::chrono_literals;

namespace {

const Objective loss{"loss", Direction::minimize};

SearchSpace line() {
  SearchSpace space;
  space.add({"x", FloatRange{0, 1}, 0.5, {}});
  return space;
}

Oracle make(std::unique_ptr<Scheduler> scheduler, OracleOptions options = {}) {
  options.objective = loss;
  return Oracle(line(), options, std::make_unique<RandomSampler>(line(), 1), std::move(scheduler));
}

Oracle hyperband(int max_epochs) {
  return make(std::make_unique<Hyperband>(HyperbandOptions{max_epochs, 3, 1}, loss));
}

// Does what a test says in each epoch; by default the loss is x / epoch.
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

// Runs a sweep with some workers, each with its own trainer.
Stopped sweep(Oracle& oracle, int workers,
              const std::function<std::unique_ptr<Trainer>(int worker)>& make_trainer,
              ManagerHooks hooks = {}) {
  if (!hooks.now) hooks.now = [] { return 1.0; };
  Loopback loopback(workers + 1);
  std::vector<std::jthread> threads;
  std::vector<int> ranks;
  for (int rank = 1; rank <= workers; ++rank) {
    ranks.push_back(rank);
    threads.emplace_back(
        [&, rank] { run_worker(loopback.rank(rank), rank, [&, rank] { return make_trainer(rank); }); });
  }
  const Dismissal dismissal(loopback.rank(0), ranks);
  return manage(loopback.rank(0), ranks, oracle, hooks);
}

std::unique_ptr<Trainer> plain(int) {
  return std::make_unique<TestTrainer>();
}

}  // namespace

TEST_CASE("a sweep is the same on 1, 2, 3 and 5 workers") {
  Oracle reference = hyperband(9);
  CHECK(sweep(reference, 1, plain).reason == "the plan is done");
  CHECK(reference.trials().size() == 17);
  for (const int workers : {2, 3, 5, 30}) {  // 30: more workers than trials
    Oracle oracle = hyperband(9);
    sweep(oracle, workers, plain);
    REQUIRE(oracle.trials().size() == reference.trials().size());
    CHECK(oracle.best() == reference.best());
    for (std::size_t i = 0; i < oracle.trials().size(); ++i) {
      CHECK(oracle.trials()[i].hyperparameters == reference.trials()[i].hyperparameters);
      CHECK(oracle.trials()[i].score == reference.trials()[i].score);
      CHECK(oracle.trials()[i].status == reference.trials()[i].status);
    }
  }
}

TEST_CASE(
    "an event is recorded before the oracle learns of it, and durable before anything is acknowledged") {
  Oracle oracle = make(std::make_unique<FullBudget>(5, 3, loss));
  std::vector<Event> journal;
  std::size_t durable = 0;
  std::atomic<int> begun = 0;
  ManagerHooks hooks;
  std::mutex mutex;
  hooks.record = [&](const Event& event) {
    const std::lock_guard lock(mutex);
    journal.push_back(event);
  };
  hooks.commit = [&] {
    const std::lock_guard lock(mutex);
    durable = journal.size();
  };
  hooks.learned = [&](const Event&, const Consequences&) { REQUIRE(journal.size() > durable); };
  std::atomic<bool> handed_out_too_early = false;
  const auto trainer = [&](int) {
    return std::make_unique<TestTrainer>([&](const Suggestion& suggestion, int, Reporter&) {
      const std::lock_guard lock(mutex);
      bool found = false;
      for (std::size_t i = 0; i < durable; ++i)
        if (const auto* started = std::get_if<TrialStarted>(&journal[i]))
          found = found || started->suggestion.slot == suggestion.slot;
      if (!found) handed_out_too_early = true;
      ++begun;
      return 1.0;
    });
  };
  sweep(oracle, 2, trainer, hooks);
  CHECK_FALSE(handed_out_too_early);
  CHECK(begun == 15);
  CHECK(durable == journal.size());
  CHECK(journal.size() == 2 + 5 + 15 + 5);
}

TEST_CASE("what a hook throws ends the sweep and lets every worker go") {
  Oracle oracle = hyperband(9);
  ManagerHooks hooks;
  int commits = 0;
  hooks.commit = [&] {
    if (++commits == 5) throw Error("the disk is full");
  };
  CHECK_THROWS_WITH(sweep(oracle, 3, plain, hooks),
                    "the disk is full");  // returns: the workers' threads were joined
}

TEST_CASE("a worker that can't train is left out, and named once all have answered") {
  Oracle oracle = hyperband(9);
  std::map<int, std::string> unfit;
  ManagerHooks hooks;
  hooks.unfit = [&](int worker, const std::string& reason) { unfit[worker] = reason; };
  const auto trainer = [](int worker) -> std::unique_ptr<Trainer> {
    if (worker == 2) throw Error("no data here");
    return std::make_unique<TestTrainer>([](const Suggestion&, int, Reporter&) {
      std::this_thread::sleep_for(1ms);
      return 1.0;
    });
  };
  sweep(oracle, 3, trainer, hooks);
  CHECK(oracle.trials().size() == 17);
  CHECK(unfit == std::map<int, std::string>{{2, "no data here"}});
}

TEST_CASE("when no worker can train, the sweep ends with the reason") {
  Oracle oracle = hyperband(9);
  const auto trainer = [](int) -> std::unique_ptr<Trainer> { throw Error("no data anywhere"); };
  CHECK_THROWS_WITH(sweep(oracle, 3, trainer), "no data anywhere");
  CHECK(oracle.trials().empty());
}

TEST_CASE("a trainer that throws loses its trial and its worker, no more") {
  Oracle oracle = make(std::make_unique<FullBudget>(6, 2, loss));
  std::atomic<bool> thrown = false;
  const auto trainer = [&](int) {
    return std::make_unique<TestTrainer>([&](const Suggestion&, int, Reporter&) -> double {
      std::this_thread::sleep_for(2ms);
      if (!thrown.exchange(true)) throw std::runtime_error("the device is gone");
      return 1.0;
    });
  };
  sweep(oracle, 2, trainer);
  CHECK(oracle.trials().size() == 6);
  int failed = 0;
  for (const Trial& trial : oracle.trials()) {
    if (trial.status != TrialStatus::failed) continue;
    ++failed;
    CHECK(trial.message == "the device is gone");
  }
  CHECK(failed == 1);
}

TEST_CASE("a worker ends a trial early when told to") {
  // Tells every trial but the first to end after its second epoch.
  class Stopper : public FullBudget {
   public:
    using FullBudget::FullBudget;
    bool ends_early(const Slot& slot, int epoch, double) override { return slot.trial > 0 && epoch == 2; }
  };
  Oracle oracle = make(std::make_unique<Stopper>(4, 1000, loss));
  std::atomic<int> epochs = 0;
  const auto trainer = [&](int) {
    return std::make_unique<TestTrainer>([&](const Suggestion& suggestion, int, Reporter&) {
      std::this_thread::sleep_for(suggestion.slot.trial == 0 ? 10us : 1ms);
      ++epochs;
      return 1.0;
    });
  };
  sweep(oracle, 2, trainer);
  CHECK(oracle.trials()[0].status == TrialStatus::completed);
  for (TrialId id : {1, 2, 3}) {
    CHECK(oracle.trials()[id].status == TrialStatus::stopped);
    CHECK(oracle.trials()[id].epochs[0] < 500);
  }
}

TEST_CASE("a hopeless sweep ends: what runs is told to end, nothing new begins") {
  OracleOptions options;
  options.max_consecutive_failures = 3;
  Oracle oracle = make(std::make_unique<FullBudget>(100, 1'000'000, loss), options);
  const auto trainer = [](int worker) -> std::unique_ptr<Trainer> {
    class Failing : public TestTrainer {
      TrialEnded train(const Suggestion&, Reporter&) override {
        std::this_thread::sleep_for(1ms);
        return {.ending = Ending::failed, .cause = Cause::exception, .message = "always"};
      }
    };
    if (worker == 1) return std::make_unique<Failing>();
    return std::make_unique<TestTrainer>();  // a very long trial
  };
  const Stopped end = sweep(oracle, 2, trainer);
  CHECK(end.hopeless);
  CHECK(oracle.trials().size() <= 5);
}

TEST_CASE("a worker does not run ahead of the journal without bound") {
  Oracle oracle = make(std::make_unique<FullBudget>(1, 2000, loss));
  std::atomic<int> trained = 0;
  int acknowledged_at_most = 0;
  int learned = 0;
  ManagerHooks hooks;
  hooks.learned = [&](const Event& event, const Consequences&) {
    if (!std::holds_alternative<EpochReported>(event)) return;
    ++learned;
    acknowledged_at_most = std::max(acknowledged_at_most, trained - learned);
  };
  hooks.commit = [] { std::this_thread::sleep_for(1ms); };
  sweep(
      oracle, 1,
      [&](int) {
        return std::make_unique<TestTrainer>([&](const Suggestion&, int, Reporter&) {
          ++trained;
          return 1.0;
        });
      },
      hooks);
  CHECK(learned == 2000);
  CHECK(acknowledged_at_most <= 130);  // 64 under way, and those of the round before
}

TEST_CASE("who waits does not spin") {
  Oracle oracle = make(std::make_unique<FullBudget>(1, 1, loss));
  const auto trainer = [](int) {
    return std::make_unique<TestTrainer>([](const Suggestion&, int, Reporter&) {
      std::this_thread::sleep_for(500ms);
      return 1.0;
    });
  };
  const std::clock_t before = std::clock();
  sweep(oracle, 4, trainer);  // the manager and three workers wait for the fourth
  const double cpu_seconds = static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
  CHECK(cpu_seconds < 4 * 0.05 * 0.5 + 0.05);
}

TEST_CASE("a sweep that is told to stop has its trials interrupted, and can go on") {
  Oracle oracle = hyperband(27);
  std::atomic<bool> stop = false;
  std::atomic<int> epochs = 0;
  ManagerHooks hooks;
  hooks.stop_reason = [&] { return std::string(stop ? "enough" : ""); };
  const auto trainer = [&](int) {
    return std::make_unique<TestTrainer>([&](const Suggestion& suggestion, int epoch, Reporter&) {
      std::this_thread::sleep_for(500us);
      if (++epochs == 40) stop = true;
      return std::get<double>(suggestion.hyperparameters.at("x")) / epoch;
    });
  };
  const Stopped end = sweep(oracle, 3, trainer, hooks);
  CHECK(end.on_request);
  CHECK(end.reason == "enough");
  CHECK(oracle.running().empty());
  CHECK(epochs < 60);

  stop = false;
  CHECK_FALSE(sweep(oracle, 2, trainer, hooks).on_request);  // another number of workers
  Oracle undisturbed = hyperband(27);
  sweep(undisturbed, 1, plain);
  REQUIRE(oracle.trials().size() == undisturbed.trials().size());
  for (std::size_t i = 0; i < oracle.trials().size(); ++i) {
    CHECK(oracle.trials()[i].score == undisturbed.trials()[i].score);
    CHECK(oracle.trials()[i].status == undisturbed.trials()[i].status);
  }
}

TEST_CASE("a worker that is told to stop leaves its trial to the others") {
  Oracle oracle = hyperband(9);
  std::atomic<bool> signalled = false;
  std::atomic<int> epochs = 0;
  Loopback loopback(3);
  std::vector<std::jthread> threads;
  for (int rank = 1; rank <= 2; ++rank)
    threads.emplace_back([&, rank] {
      const auto make_trainer = [&] {
        return std::make_unique<TestTrainer>([&](const Suggestion& suggestion, int epoch, Reporter&) {
          std::this_thread::sleep_for(1ms);
          if (++epochs == 10) signalled = true;
          return std::get<double>(suggestion.hyperparameters.at("x")) / epoch;
        });
      };
      run_worker(loopback.rank(rank), rank, make_trainer, [&, rank] { return rank == 1 && signalled; });
    });
  const Dismissal dismissal(loopback.rank(0), {1, 2});
  ManagerHooks hooks;
  hooks.now = [] { return 1.0; };
  CHECK_FALSE(manage(loopback.rank(0), {1, 2}, oracle, hooks).on_request);
  CHECK(oracle.trials().size() == 17);
}

TEST_CASE("when every worker is told to stop, so is the sweep") {
  Oracle oracle = hyperband(9);
  Loopback loopback(2);
  std::jthread worker([&] {
    run_worker(
        loopback.rank(1), 1, [] { return std::make_unique<TestTrainer>(); }, [] { return true; });
  });
  const Dismissal dismissal(loopback.rank(0), {1});
  ManagerHooks hooks;
  hooks.now = [] { return 1.0; };
  CHECK(manage(loopback.rank(0), {1}, oracle, hooks).on_request);
  CHECK(oracle.running().empty());
}
