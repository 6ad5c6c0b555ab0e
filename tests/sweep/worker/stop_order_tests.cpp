// Sweeps that end before their plan is done.
#include <atomic>
#include <chrono>
#include <thread>

#include "catch.hpp"
#include "sweep/sweeping.hpp"

using namespace sibyl;
using namespace std::chrono_literals;

TEST_CASE("a sweep that is given up ends: what runs is told to end, nothing new begins") {
  OracleOptions options;
  options.max_consecutive_failures = 3;
  Oracle oracle = full_budget(100, 1'000'000, options);
  const auto trainer = [](int worker) -> std::unique_ptr<Trainer> {
    if (worker == 1) return std::make_unique<FailingTrainer>(Cause::exception);
    return std::make_unique<TestTrainer>();  // a very long trial
  };
  const SearchOver end = sweep(oracle, 2, trainer);
  CHECK(end.end == SweepEnd::given_up);
  CHECK(oracle.trials().size() <= 6);  // two fail, the long one begins, three fail
}

TEST_CASE("a stopper ends a sweep at once: what runs is interrupted, and goes on with a larger budget") {
  Oracle whole = full_budget(6, 20);
  sweep(whole, 1, plain);
  OracleOptions options;
  options.stoppers.epochs = 30;
  Oracle oracle = full_budget(6, 20, options);
  std::atomic<int> epochs = 0;
  std::atomic<bool> is_over = false;
  const auto trainer = [&](int) {
    return std::make_unique<TestTrainer>([&](const Suggestion& suggestion, int epoch, Reporter& reporter) {
      // However late the manager hears of the budget's last epoch, some slots are not at their end then.
      while (epochs++ >= 35 && !is_over && reporter.order() == Order::go_on) std::this_thread::sleep_for(1ms);
      return std::get<double>(suggestion.hyperparameters.at("x")) / epoch;
    });
  };
  const SearchOver end = sweep(oracle, 3, trainer);
  is_over = true;
  CHECK(end.end == SweepEnd::finished);
  CHECK(end.reason == "the budget of 30 epochs is used up");
  CHECK(oracle.running().empty());
  CHECK_FALSE(oracle.requeued().empty());
  CHECK(oracle.epochs() < 60);
  oracle.tell(SweepClosed{1, end.reason});
  oracle.tell(SweepResumed{1, "", 6, 1});
  CHECK(sweep(oracle, 2, trainer).reason == "the plan is done");
  REQUIRE(oracle.trials().size() == whole.trials().size());
  for (std::size_t i = 0; i < whole.trials().size(); ++i)
    CHECK(oracle.trials()[i].score == whole.trials()[i].score);
}

TEST_CASE("the time of all launches ends a sweep, also while every worker is busy") {
  OracleOptions options;
  options.stoppers.seconds = 100;
  Oracle oracle = full_budget(2, 1'000'000, options);
  ManagerHooks hooks = plain_hooks();
  std::atomic<double> lasted = 99;
  hooks.lasted = [&] { return lasted.load(); };
  hooks.learned = [&](const Event& event, const Consequences&) {
    if (std::holds_alternative<EpochReported>(event)) lasted = 101;
  };
  CHECK(sweep(oracle, 2, plain, hooks).reason == "the time budget of 1:40 is used up");
}

TEST_CASE("a sweep that is told to stop has its trials interrupted, and can go on") {
  Oracle oracle = hyperband(27);
  std::atomic<bool> stop = false;
  std::atomic<int> epochs = 0;
  ManagerHooks hooks = plain_hooks();
  hooks.stop_reason = [&] { return std::string(stop ? "enough" : ""); };
  const auto trainer = [&](int) {
    return std::make_unique<TestTrainer>([&](const Suggestion& suggestion, int epoch, Reporter&) {
      std::this_thread::sleep_for(500us);
      if (++epochs == 40) stop = true;
      return std::get<double>(suggestion.hyperparameters.at("x")) / epoch;
    });
  };
  const SearchOver end = sweep(oracle, 3, trainer, hooks);
  CHECK(end.end == SweepEnd::stopped);
  CHECK(end.reason == "enough");
  CHECK(oracle.running().empty());
  CHECK(epochs < 60);

  stop = false;
  CHECK(sweep(oracle, 2, trainer, hooks).end == SweepEnd::finished);  // another number of workers
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
  int interrupted = 0, started_afterwards = 0;
  ManagerHooks hooks = plain_hooks();
  hooks.learned = [&](const Event& event, const Consequences&) {
    if (const auto* ended = std::get_if<TrialEnded>(&event))
      interrupted += ended->worker == 1 && ended->ending == Ending::interrupted;
    if (const auto* started = std::get_if<TrialStarted>(&event))
      started_afterwards += started->worker == 1 && interrupted > 0;
  };
  Loopback loopback(3);
  std::vector<std::jthread> threads;
  for (int rank = 1; rank <= 2; ++rank)
    threads.emplace_back([&, rank] {
      const auto trainer = [&](const auto&) {
        return std::make_unique<TestTrainer>([&, rank](const Suggestion& suggestion, int epoch, Reporter&) {
          // In the middle of a slot of worker 1; the other one waits for that, and does the rest.
          if (rank == 1 && epoch < suggestion.slot.last_epoch) signalled = true;
          while (!signalled && rank == 2) std::this_thread::sleep_for(1ms);
          return std::get<double>(suggestion.hyperparameters.at("x")) / epoch;
        });
      };
      run_worker(loopback.rank(rank), {.rank = rank, .make_trainer = trainer, .told_to_stop = [&, rank] {
                                         return rank == 1 && signalled;
                                       }});
    });
  const Dismissal dismissal(loopback.rank(0), {1, 2});
  CHECK(manage(loopback.rank(0), {1, 2}, oracle, hooks).end == SweepEnd::finished);
  CHECK(interrupted == 1);
  CHECK(started_afterwards == 0);
  CHECK(oracle.trials().size() == 17);
  CHECK(oracle.running().empty());
}

TEST_CASE("when every worker is told to stop, so is the sweep") {
  Oracle oracle = hyperband(9);
  Loopback loopback(2);
  std::jthread worker([&] {
    run_worker(loopback.rank(1),
               {.make_trainer = [](const auto&) { return plain(1); }, .told_to_stop = [] { return true; }});
  });
  const Dismissal dismissal(loopback.rank(0), {1});
  CHECK(manage(loopback.rank(0), {1}, oracle, plain_hooks()).end == SweepEnd::stopped);
  CHECK(oracle.running().empty());
}

TEST_CASE("a signal to all processes is the reason, also where the workers were the first to see it") {
  for (int i = 0; i < 50; ++i) {
    Oracle oracle = hyperband(9);
    Loopback loopback(2);
    std::atomic<bool> signalled = false;
    ManagerHooks hooks = plain_hooks();
    hooks.stop_reason = [&] { return std::string(signalled ? "SIGINT came" : ""); };
    std::jthread worker([&] {
      run_worker(loopback.rank(1), {.make_trainer = [](const auto&) { return plain(1); },
                                    .told_to_stop =
                                        [&] {
                                          signalled = true;
                                          return true;
                                        }});
    });
    const Dismissal dismissal(loopback.rank(0), {1});
    REQUIRE(manage(loopback.rank(0), {1}, oracle, hooks).reason == "SIGINT came");
  }
}
