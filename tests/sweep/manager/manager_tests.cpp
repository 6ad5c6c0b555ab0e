#include "sweep/manager/manager.hpp"

#include <atomic>
#include <chrono>
#include <ctime>
#include <mutex>
#include <thread>

#include "catch.hpp"
#include "sibyl/error.hpp"
#include "sweep/sweeping.hpp"

using namespace sibyl;
using namespace std::chrono_literals;

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
  Oracle oracle = full_budget(5, 3);
  std::vector<Event> journal;
  std::size_t durable = 0;
  std::atomic<int> begun = 0;
  ManagerHooks hooks = plain_hooks();
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
  std::size_t joined = 0;  // a worker may be too late for a sweep so short
  for (const Event& event : journal) joined += std::holds_alternative<WorkerJoined>(event);
  CHECK(journal.size() - joined == 5 + 15 + 5);
}

TEST_CASE("what a hook throws ends the sweep and lets every worker go") {
  Oracle oracle = hyperband(9);
  ManagerHooks hooks = plain_hooks();
  int commits = 0;
  hooks.commit = [&] {
    if (++commits == 5) throw Error("the disk is full");
  };
  CHECK_THROWS_WITH(sweep(oracle, 3, plain, hooks),
                    "the disk is full");  // returns: the workers' threads were joined
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
    CHECK(oracle.trials()[id].epochs() < 500);
  }
}

TEST_CASE("a worker does not run ahead of the journal without bound") {
  Oracle oracle = full_budget(1, 2000);
  std::atomic<int> trained = 0;
  int acknowledged_at_most = 0;
  int learned = 0;
  ManagerHooks hooks = plain_hooks();
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
  Oracle oracle = full_budget(1, 1);
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

namespace {

/// The manager's end of a link, which looks at each message that goes out.
class Watched : public Link {
 public:
  Watched(Link& link, std::function<void(const Message&)> look) : link_(link), look_(std::move(look)) {}
  void send(int rank, const Message& message) override {
    look_(message);
    link_.send(rank, message);
  }
  std::optional<std::pair<int, Message>> receive() override { return link_.receive(); }

 private:
  Link& link_;
  std::function<void(const Message&)> look_;
};

}  // namespace

TEST_CASE("nothing is learned before it is recorded, nor acknowledged or handed out before that is durable") {
  Oracle oracle = hyperband(9);
  int recorded = 0, durable = 0, acknowledged = 0, handed_out = 0;
  bool in_order = true;
  ManagerHooks hooks = plain_hooks();
  hooks.record = [&](const Event& event) {
    ++recorded;
    if (const auto* report = std::get_if<EpochReported>(&event))
      in_order = in_order && oracle.trials()[report->trial].epochs() == report->epoch - 1;
    if (const auto* started = std::get_if<TrialStarted>(&event))
      in_order = in_order && !oracle.running().contains(started->suggestion.slot.trial);
    if (const auto* ended = std::get_if<TrialEnded>(&event))
      in_order = in_order && oracle.running().contains(ended->trial);
  };
  hooks.commit = [&] { durable = recorded; };
  Loopback loopback(2);
  std::jthread worker([&] {
    run_worker(loopback.rank(1), {.rank = 1, .make_trainer = [](const auto&) { return plain(1); }});
  });
  Watched link(loopback.rank(0), [&](const Message& message) {
    const bool acknowledges = std::holds_alternative<Acknowledged>(message);
    const bool hands_out = std::holds_alternative<Suggestion>(message);
    acknowledged += acknowledges;
    handed_out += hands_out;
    if (acknowledges || hands_out) in_order = in_order && durable == recorded;
  });
  const Dismissal dismissal(link, {1});
  CHECK(manage(link, {1}, oracle, hooks).reason == "the plan is done");
  CHECK(in_order);
  CHECK(acknowledged > 0);
  CHECK(handed_out == 9 + 3 + 1 + 5 + 1 + 3);
}
