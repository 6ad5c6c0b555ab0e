// What the results file says of trials, epochs and launches besides scores and metrics.
#include <optional>

#include "store/read_hdf5.hpp"
#include "store/results/results.hpp"
#include "store/sweep.hpp"

#include "catch.hpp"

using namespace sibyl;
using namespace sibyl::test;

namespace {

using Names = std::vector<std::string>;
constexpr long no_number = std::numeric_limits<std::int64_t>::min();

Trial trial(TrialId id, Values notes = {}) {
  Trial trial;
  trial.slot.trial = id;
  trial.notes = std::move(notes);
  return trial;
}

struct Published {
  Folder folder;
  explicit Published(const Results& results, const std::vector<Trial>& trials = {}) {
    results.publish(folder / "results.h5", trials, 2e9);
    file.emplace(folder / "results.h5");
  }
  std::optional<ResultsFile> file;
};

}  // namespace

TEST_CASE("What a trial takes stands in its row") {
  Trial large = trial(0);
  large.facts = {1'000'000, 3LL << 30, 5LL << 30, 12'345};
  const Published published(Results(), {large, trial(1)});
  CHECK(published.file->integers("trials", "parameters") == std::vector<long>{1'000'000, 0});
  CHECK(published.file->integers("trials", "host_memory") == std::vector<long>{3LL << 30, 0});
  CHECK(published.file->integers("trials", "device_memory") == std::vector<long>{5LL << 30, 0});
  CHECK(published.file->integers("trials", "checkpoint_bytes") == std::vector<long>{12'345, 0});
}

TEST_CASE("A note is a column of its own type, with a mark where a trial has none") {
  const Published published(
      Results(), {trial(0, {{"depth", std::int64_t{-1}}, {"kind", std::string("<inactive>")}, {"rate", 0.5}}),
                  trial(1), trial(2, {{"wide", true}, {"mixed", std::int64_t{3}}}),
                  trial(3, {{"mixed", std::string("three")}, {"rate", std::int64_t{2}}})});
  const ResultsFile& file = *published.file;
  CHECK(file.integers("trials", "note:depth") == std::vector<long>{-1, no_number, no_number, no_number});
  CHECK(file.texts("trials", "note:kind") == Names{"<inactive>", "", "", ""});
  CHECK(file.integers("trials", "note:wide") == std::vector<long>{-1, -1, 1, -1});
  CHECK(file.texts("trials", "note:mixed") == Names{"", "", "3", "three"});
  const auto rate = file.reals("trials", "note:rate");
  CHECK((rate[0] == 0.5 && std::isnan(rate[1]) && std::isnan(rate[2]) && rate[3] == 2));
  CHECK(file.columns("trials").back().starts_with("note:"));
}

TEST_CASE("Notes that come in change by change are in the file as in one that is written anew") {
  const Folder folder;
  Results results;
  std::vector<Trial> trials = {trial(0), trial(1)};
  static_cast<void>(results.changes(trials, 1));
  results.published(true);
  trials[1].notes["depth"] = std::int64_t{7};
  results.tell(ended(1, 1, 5, 1));
  const hdf5::Update update = results.changes(trials, 2);
  CHECK(update.tables[0].columns.back().name == "note:depth");
}

TEST_CASE("An epoch's row says how fast it trained, where that is known") {
  EpochReported known = epoch(0, 1, 1, 10, {{"loss", 1}});
  known.seconds = 2;
  known.validation_seconds = 0.5;
  known.samples = 300;
  Results results;
  results.tell(known);
  results.tell(epoch(0, 2, 1, 12, {{"loss", 1}}));
  const Published published(results);
  const ResultsFile& file = *published.file;
  CHECK(file.integers("epochs", "samples") == std::vector<long>{300, 0});
  const auto validation = file.reals("epochs", "validation_seconds"),
             rate = file.reals("epochs", "samples_per_second");
  CHECK((validation[0] == 0.5 && std::isnan(validation[1])));
  CHECK((rate[0] == 200 && std::isnan(rate[1])));
}

TEST_CASE("A launch's row has its program, source, environment and modules") {
  SweepLaunched launched{2, "node1", "mpirun", 4};
  launched.executable = "0123456789abcdef";
  launched.source = "v1-2-g0123456789ab-dirty";
  launched.directory_source = "0123456789ab";
  launched.environment = {{"LOADEDMODULES", "gcc/12:cuda/12"}, {"OMP_NUM_THREADS", "\"2\""}};
  Results results;
  for (const Event& event : {Event(opened()), Event(launched), Event(SweepResumed{3, "job", 0, 1})})
    results.tell(event);
  const Published published(results);
  const ResultsFile& file = *published.file;
  CHECK(file.texts("launches", "executable") == Names{"0123456789abcdef", ""});
  CHECK(file.texts("launches", "source") == Names{"v1-2-g0123456789ab-dirty", ""});
  CHECK(file.texts("launches", "directory_source") == Names{"0123456789ab", ""});
  CHECK(file.texts("launches", "modules") == Names{"gcc/12:cuda/12", ""});
  CHECK(file.texts("launches", "environment") ==
        Names{R"({"LOADEDMODULES": "gcc/12:cuda/12", "OMP_NUM_THREADS": "\"2\""})", "{}"});
}

TEST_CASE("Models that were trained again are rows with their metrics") {
  Results results;
  results.retrained({{7, 3, 1e9, "retrained/trial_000007.pt", {{"loss", 0.5}, {"test_loss", 0.75}}},
                     {9, 4, 1e9, "retrained/trial_000009.pt", {{"test_accuracy", 0.9}, {"trial", 1}}}});
  const Published published(results);
  const ResultsFile& file = *published.file;
  CHECK(file.integers("retrained", "trial") == std::vector<long>{7, 9});
  CHECK(file.integers("retrained", "epochs") == std::vector<long>{3, 4});
  CHECK(file.columns("retrained") ==
        Names{"trial", "epochs", "time", "file", "loss", "test_loss", "test_accuracy", "metric:trial"});
  const auto accuracy = file.reals("retrained", "test_accuracy");
  CHECK((std::isnan(accuracy[0]) && accuracy[1] == 0.9));
}
