// A file that is brought up to date again and again says what one says that is written anew.
#include <fcntl.h>

#include <random>

#include "core/told_oracle.hpp"
#include "store/read_hdf5.hpp"
#include "store/results/results.hpp"
#include "store/results/results_files.hpp"
#include "store/sweep.hpp"

#include "catch.hpp"

using namespace sibyl;
using namespace sibyl::test;

namespace {

/// A sweep in which everything happens, at random but repeatable.
class RandomSweep {
 public:
  explicit RandomSweep(unsigned seed)
      : random_(seed), oracle_([] {
          SearchSpace space = opened().space;
          OracleOptions options;
          options.objective = loss;
          options.max_retries = 1;
          options.max_consecutive_failures = 0;
          const HyperbandOptions plan{27, 3, 2};
          return Oracle(space, options, std::make_unique<RandomSampler>(space, 1),
                        std::make_unique<Hyperband>(plan, loss));
        }()) {
    tell(opened());
    for (int worker = 1; worker <= workers; ++worker) tell(joined(worker, time_));
  }

  /// One event more; false when the sweep is over.
  bool step() {
    time_ += 0.25;
    if (const int worker = free_worker(); worker > 0 && chance(0.5)) {
      const Decision decision = oracle_.ask();
      if (const auto* suggestion = std::get_if<Suggestion>(&decision)) {
        at_[worker] = *suggestion;
        tell(TrialStarted{time_, worker, *suggestion});
        return true;
      }
      if (std::holds_alternative<SearchOver>(decision) && oracle_.running().empty()) return false;
    }
    const int worker = 1 + static_cast<int>(random_() % workers);
    if (!at_[worker]) return true;
    const Suggestion& suggestion = *at_[worker];
    const TrialId id = suggestion.slot.trial;
    const int next = oracle_.trials()[id].epochs() + 1;
    if (next == suggestion.slot.first_epoch + 1 && chance(0.3))
      tell(HyperparametersFound{id,
                                suggestion.attempt,
                                {{"found" + std::to_string(id % 9), FloatRange{0, 1}, 0.5, {}}},
                                {{"found" + std::to_string(id % 9), 0.01 * static_cast<double>(id)}}});
    if (chance(0.03)) return end(worker, Ending::failed, Cause::exception);
    if (chance(0.03)) return end(worker, Ending::failed, Cause::out_of_memory);
    if (chance(0.03)) return end(worker, Ending::interrupted, Cause::none);
    if (next > suggestion.slot.last_epoch) return end(worker, Ending::reached, Cause::none);
    std::vector<Metric> metrics = {{"loss", 1.0 / (1 + static_cast<double>(random_() % 1000))}};
    if (chance(0.2)) metrics.push_back({"metric" + std::to_string(random_() % 5), 0.5});
    tell(EpochReported{id, suggestion.attempt, 0, next, time_, 0.25, worker, metrics});
    return true;
  }

  Results& results() { return results_; }
  const std::vector<Trial>& trials() const { return oracle_.trials(); }
  double now() const { return time_; }
  bool chance(double p) { return static_cast<double>(random_() % 10'000) < p * 10'000; }

 private:
  static constexpr int workers = 5;

  void tell(const Event& event) { results_.tell(event, oracle_.tell(event)); }
  int free_worker() const {
    for (int worker = 1; worker <= workers; ++worker)
      if (!at_[worker]) return worker;
    return 0;
  }
  bool end(int worker, Ending ending, Cause cause) {
    const Suggestion suggestion = *at_[worker];
    at_[worker].reset();
    tell(TrialEnded{time_, suggestion.slot.trial, suggestion.attempt, worker, ending, cause,
                    std::string(random_() % 60, 'm'), 0.5});
    return true;
  }

  std::mt19937 random_;
  double time_ = 1'700'000'001;
  Oracle oracle_;
  Results results_;
  std::optional<Suggestion> at_[workers + 1];
};

std::string cell(const ResultsFile& file, const std::string& table, const std::string& column) {
  std::string text;
  try {
    for (const double x : file.reals(table, column)) text += std::to_string(x) + " ";
    return text;
  } catch (const std::runtime_error&) {
  }
  try {
    for (const long x : file.integers(table, column)) text += std::to_string(x) + " ";
    return text;
  } catch (const std::runtime_error&) {
  }
  for (const std::string& x : file.texts(table, column)) text += x + "|";
  return text;
}

void check_same(const std::filesystem::path& one, const std::filesystem::path& other) {
  const ResultsFile a(one), b(other);
  for (const char* table :
       {"trials", "epochs", "search_space", "rungs", "workers", "work", "launches", "retrained"}) {
    REQUIRE(a.columns(table) == b.columns(table));
    for (const std::string& column : a.columns(table)) {
      INFO(table << "." << column);
      REQUIRE(cell(a, table, column) == cell(b, table, column));
    }
  }
}

}  // namespace

TEST_CASE("Published change by change, also after failures, a sweep's file is as one that is written anew") {
  for (const unsigned seed : {1, 2, 3}) {
    const Folder folder;
    RandomSweep sweep(seed);
    ResultsFiles files(folder / "results.h5");
    int published = 0;
    bool over = false;
    while (!over) {
      for (int i = 0; i < 20 && !over; ++i) over = !sweep.step();
      const auto changes = sweep.results().changes(sweep.trials(), sweep.now());
      if (published > 0 && sweep.chance(0.2)) {
        sweep.results().published(false);  // the disk was full
        continue;
      }
      files.publish(changes);
      sweep.results().published(true);
      if (++published % 8 != 0) continue;
      sweep.results().publish(folder / "anew.h5", sweep.trials(), sweep.now());
      check_same(folder / "results.h5", folder / "anew.h5");
    }
    files.publish(sweep.results().changes(sweep.trials(), sweep.now()));
    sweep.results().publish(folder / "anew.h5", sweep.trials(), sweep.now());
    check_same(folder / "results.h5", folder / "anew.h5");
    CHECK(published > 20);
  }
}

TEST_CASE("Where nothing happens, next to nothing is written") {
  const Folder folder;
  Results results;
  results.tell(opened());
  for (int i = 0; i < 20'000; ++i) results.tell(epoch(i / 10, i % 10 + 1, 1, i, {{"loss", 1}}));
  ResultsFiles files(folder / "results.h5");
  const auto publish = [&] {
    const auto changes = results.changes({}, 2e9);
    std::size_t bytes = 0;
    for (const auto& table : changes.tables)
      for (const auto& chunk : table.changed) bytes += chunk.second->size();
    files.publish(changes);
    results.published(true);
    return bytes;
  };
  CHECK(publish() > 1'000'000);
  CHECK(publish() == 0);
  results.tell(epoch(1, 1, 1, 1, {{"loss", 1}}));
  const auto bytes = publish();
  CHECK((bytes > 0 && bytes <= 40 << 10));
}
