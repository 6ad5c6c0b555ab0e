#include "core/schedulers/asha/asha.hpp"

#include <cmath>
#include <map>
#include <set>

#include "catch.hpp"
#include "core/schedulers/registry.hpp"
#include "sibyl/error.hpp"
#include "sibyl/random.hpp"

using namespace sibyl;

namespace {

const Objective loss{"loss", Direction::minimize};

/// Algorithm 2 of the paper, as it stands there: looks at whole rungs each time it is asked.
class AsThePaperSays {
 public:
  AsThePaperSays(std::vector<int> epochs, int eta) : epochs_(std::move(epochs)), eta_(eta) {
    rungs_.resize(epochs_.size());
  }
  /// (trial, rung); a new one if none may go on.
  std::pair<TrialId, int> job() {
    for (int k = static_cast<int>(epochs_.size()) - 2; k >= 0; --k) {
      std::vector<Ranked> seen = rungs_[k].seen;
      std::sort(seen.begin(), seen.end(), BestFirst{loss});
      seen.resize(seen.size() / static_cast<std::size_t>(eta_));
      for (const Ranked& each : seen)
        if (!std::isnan(each.score) && rungs_[k].promoted.insert(each.trial).second)
          return {each.trial, k + 1};
    }
    return {trials_++, 0};
  }
  void seen(int rung, TrialId trial, double score) { rungs_[rung].seen.push_back({score, trial}); }

 private:
  struct Rung {
    std::vector<Ranked> seen;
    std::set<TrialId> promoted;
  };
  std::vector<int> epochs_;
  int eta_;
  std::vector<Rung> rungs_;
  TrialId trials_ = 0;
};

double score_of(TrialId trial, int epoch) {
  return RandomStream(3, trial).uniform() + RandomStream(3, trial, epoch).uniform() / epoch;
}

}  // namespace

TEST_CASE("asha promotes as the paper says, whoever reports when") {
  for (const double failures : {0.0, 0.2})
    for (const std::uint64_t order : {1, 2, 3, 4, 5}) {
      // Enough trials that none is decided on before the last is asked for.
      Asha asha({.max_trials = 1'000'000, .max_epochs = 32, .min_epochs = 2, .eta = 3}, loss);
      AsThePaperSays paper({2, 6, 18, 32}, 3);
      RandomStream random(order);
      std::vector<Slot> running;
      TrialId trials = 0;
      for (int step = 0; step < 1500; ++step) {
        if (running.size() < 8 && (running.empty() || random.uniform() < 0.6)) {
          const auto proposal = asha.next(trials);
          REQUIRE(proposal);
          const auto [trial, rung] = paper.job();
          REQUIRE(proposal->slot.trial == trial);
          REQUIRE(proposal->slot.rung == rung);
          REQUIRE(asha.expects(proposal->slot, -1));
          asha.started(proposal->slot);
          trials += rung == 0;
          running.push_back(proposal->slot);
        } else {
          const auto which = static_cast<std::ptrdiff_t>(random.below(running.size()));
          const Slot slot = running[static_cast<std::size_t>(which)];
          running.erase(running.begin() + which);
          const bool fails = RandomStream(order, slot.trial, slot.rung).uniform() < failures;
          const double score = fails ? std::nan("") : score_of(slot.trial, slot.last_epoch);
          paper.seen(slot.rung, slot.trial, score);
          asha.observed({.slot = slot, .score = score, .failed = fails});
        }
      }
      REQUIRE(trials > 200);
    }
}

TEST_CASE("asha's rungs end at min-epochs, eta times that, and at the last epoch") {
  const auto epochs = [](AshaOptions options) {
    std::vector<std::pair<int, int>> epochs;
    for (const RungStatus& each : Asha(options, loss).rungs()) epochs.emplace_back(each.bracket, each.epoch);
    return epochs;
  };
  using Epochs = std::vector<std::pair<int, int>>;
  CHECK(epochs({.max_epochs = 27}) == Epochs{{3, 1}, {3, 3}, {3, 9}, {3, 27}});
  CHECK(epochs({.max_epochs = 100, .min_epochs = 4}) == Epochs{{3, 4}, {3, 12}, {3, 36}, {3, 100}});
  CHECK(epochs({.max_epochs = 8, .eta = 2, .brackets = 2}) ==
        Epochs{{3, 1}, {3, 2}, {3, 4}, {3, 8}, {2, 2}, {2, 4}, {2, 8}});
  // 81 is nearly 100; 36 above is not. With one rung there would be nothing to compare.
  CHECK(epochs({.max_epochs = 100}) == Epochs{{4, 1}, {4, 3}, {4, 9}, {4, 27}, {4, 100}});
  CHECK(epochs({.max_epochs = 2}) == Epochs{{1, 1}, {1, 2}});
  CHECK(epochs({.max_epochs = 1}) == Epochs{{0, 1}});
  CHECK_THROWS_AS(epochs({.max_epochs = 9, .min_epochs = 10}), UsageError);
  CHECK_THROWS_AS(epochs({.max_epochs = 9, .brackets = 4}), UsageError);
  CHECK_THROWS_AS(epochs({.max_epochs = 9, .eta = 1}), UsageError);
}

TEST_CASE("asha's brackets get as many new trials as Hyperband's") {
  Asha asha({.max_trials = 262, .max_epochs = 81, .brackets = 5}, loss);
  std::map<int, int> begun;
  for (TrialId trial = 0; trial < 262; ++trial) {
    const Slot slot = asha.next(trial)->slot;
    CHECK(slot.last_epoch == std::lround(81 / std::pow(3, slot.bracket)));
    ++begun[slot.bracket];
    asha.started(slot);
  }
  // Rounds of 81 + 34 + 15 + 8 + 5 trials, the second cut short.
  CHECK(begun == std::map<int, int>{{4, 162}, {3, 68}, {2, 19}, {1, 8}, {0, 5}});
  CHECK_FALSE(asha.next(TrialId{262}));
}

TEST_CASE("asha decides on a trial as soon as it can't go on any more") {
  // Of nine, three go on at most: whoever is fourth among those seen never will.
  Asha asha({.max_trials = 9, .max_epochs = 3}, loss);
  std::vector<Slot> slots;
  for (TrialId trial = 0; trial < 9; ++trial) {
    slots.push_back(asha.next(trial)->slot);
    asha.started(slots.back());
  }
  for (TrialId trial = 0; trial < 3; ++trial)
    asha.observed({.slot = slots[trial], .score = static_cast<double>(trial)});
  const auto fourth = asha.observed({.slot = slots[3], .score = 0.5}).decisions;
  REQUIRE(fourth.size() == 1);
  CHECK(fourth[0].slot.trial == 2);
  CHECK(fourth[0].decision == RungDecision::stopped);
  CHECK(asha.next(std::nullopt)->slot == Slot{0, 0, 1, 1, 1, 3});
}

TEST_CASE("a trial that ended early goes through asha's higher rungs with its score, untrained") {
  Asha asha({.max_trials = 3, .max_epochs = 9}, loss);
  std::vector<Slot> slots;
  for (TrialId trial = 0; trial < 3; ++trial) {
    slots.push_back(asha.next(trial)->slot);
    asha.started(slots.back());
  }
  asha.observed({.slot = slots[0], .score = 0.1, .ended_early = true});
  asha.observed({.slot = slots[1], .score = 0.2});
  const Effects last = asha.observed({.slot = slots[2], .score = 0.3});
  std::map<TrialId, std::vector<RungDecision>> decisions;
  for (const RungResult& each : last.decisions) decisions[each.slot.trial].push_back(each.decision);
  CHECK(decisions[0] ==
        std::vector{RungDecision::promoted, RungDecision::stopped});  // one of one is none of 1/3
  CHECK(asha.finished());
}
