#include "store/results/results.hpp"

#include <atomic>
#include <optional>
#include <thread>

#include "store/read_hdf5.hpp"
#include "store/replay.hpp"
#include "store/sweep.hpp"

#include "catch.hpp"

using namespace sibyl;
using namespace sibyl::test;

namespace {

/// Published and opened.
struct Published {
  Folder folder;
  std::filesystem::path path = folder / "results.h5";
  explicit Published(const Results& results, const std::vector<Trial>& trials = {}, double now = 2e9) {
    results.publish(path, trials, now);
    file.emplace(path);
  }
  std::optional<ResultsFile> file;
};

Results told(const std::vector<Event>& events) {
  Results results;
  for (const Event& event : events) results.tell(event);
  return results;
}

Trial trial(TrialId id) {
  Trial trial;
  trial.slot = {id, 0, 2, 1, 1, 3};
  trial.hyperparameters = {{"width", std::int64_t{64}}};
  trial.executions = {{.score = 0.5, .epoch = 2, .epochs = 3}};
  trial.score = 0.5;
  trial.started = 10;
  return trial;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("A sweep that has not begun is published too, with all its tables") {
  const Published published{Results()};
  for (const char* table : {"trials", "epochs", "search_space", "rungs", "workers"})
    CHECK(published.file->columns(table).size() > 5);
  CHECK(published.file->integers("epochs", "trial").empty());
  CHECK(published.file->number_attribute<long>("format", H5T_NATIVE_LONG) == 1);
  CHECK(published.file->text_attribute("created") == "");
}

TEST_CASE("The root says what the sweep was") {
  const Published published(told({opened(), SweepClosed{1'700'000'100, "the plan is done"}}));
  const ResultsFile& file = *published.file;
  CHECK(file.text_attribute("job") == "quadratic");
  CHECK(file.text_attribute("objective") == "val_loss");
  CHECK(file.text_attribute("direction") == "minimize");
  CHECK(file.text_attribute("command_line") == "quadratic --seed 7");
  CHECK(file.text_attribute("options") == R"({"seed": 7})");
  CHECK(file.text_attribute("versions") == R"({"sibyl": "0.1.0"})");
  CHECK(file.text_attribute("created") == "2023-11-14T22:13:20Z");
  CHECK(file.text_attribute("finished") == "2023-11-14T22:15:00Z");
  CHECK(file.text_attribute("published") == "2033-05-18T03:33:20Z");
  CHECK(file.text_attribute("reason") == "the plan is done");
  CHECK(file.number_attribute("created_seconds") == 1'700'000'000.25);
  CHECK(file.number_attribute<std::uint64_t>("seed", H5T_NATIVE_UINT64) ==
        std::numeric_limits<std::uint64_t>::max());
}

TEST_CASE("A sweep is finished when it says so, and no longer when it goes on") {
  std::vector<Event> events = {opened()};
  CHECK(Published(told(events)).file->text_attribute("finished") == "");
  events.push_back(SweepClosed{1'700'000'100, "done"});
  CHECK(Published(told(events)).file->text_attribute("finished") == "2023-11-14T22:15:00Z");
  events.push_back(SweepResumed{1'700'000'200, "job --resume", 0, 2});
  const Published published(told(events));
  CHECK(published.file->text_attribute("finished") == "");
  CHECK(published.file->text_attribute("reason") == "");
  CHECK(std::isnan(published.file->number_attribute("finished_seconds")));
}

TEST_CASE("Long texts fit into the root: an option list may exceed 64 KiB") {
  SweepOpened sweep = opened();
  sweep.options = "{\"long\": \"" + std::string(300'000, 'x') + "\"}";
  CHECK(Published(told({sweep})).file->text_attribute("options") == sweep.options);
}

TEST_CASE("An epoch's row has its place in the plan and a column for every metric of the sweep") {
  Slot second{0, 1, 3, 1, 1, 4};
  const Published published(
      told({opened(), started(0, 1, 10), epoch(0, 1, 1, 10, {{"loss", 1}}),
            epoch(0, 2, 1, 11, {{"loss", 2}, {"accuracy", 0.5}}), started(0, 2, 12, second),
            epoch(0, 3, 2, 12, {{"accuracy", 0.75}, {"loss", 3}}), epoch(7, 1, 2, 13, {})}));
  const ResultsFile& file = *published.file;
  CHECK(file.columns("epochs") == Names{"trial", "execution", "epoch", "attempt", "worker", "bracket", "rung",
                                        "started", "seconds", "validation_seconds", "waiting_seconds",
                                        "samples", "samples_per_second", "loss", "accuracy"});
  CHECK(file.integers("epochs", "trial") == std::vector<long>{0, 0, 0, 7});
  CHECK(file.integers("epochs", "epoch") == std::vector<long>{1, 2, 3, 1});
  CHECK(file.integers("epochs", "worker") == std::vector<long>{1, 1, 2, 2});
  CHECK(file.integers("epochs", "bracket") == std::vector<long>{2, 2, 3, -1});
  CHECK(file.integers("epochs", "rung") == std::vector<long>{0, 0, 1, -1});
  CHECK(file.reals("epochs", "started") == std::vector<double>{10, 11, 12, 13});
  const auto loss = file.reals("epochs", "loss"), accuracy = file.reals("epochs", "accuracy");
  CHECK(std::vector<double>(loss.begin(), loss.end() - 1) == std::vector<double>{1, 2, 3});
  CHECK(std::isnan(loss[3]));
  CHECK(std::isnan(accuracy[0]));
  CHECK(accuracy[1] == 0.5);
  CHECK(accuracy[2] == 0.75);
}

TEST_CASE("A metric may have the name of a column, the same name twice, or none") {
  const Published published(told({epoch(0, 1, 1, 10, {{"seconds", 5}, {"", 6}, {"a", 1}, {"a", 2}})}));
  CHECK(published.file->reals("epochs", "seconds") == std::vector<double>{0.5});
  CHECK(published.file->reals("epochs", "metric:seconds") == std::vector<double>{5});
  CHECK(published.file->reals("epochs", "metric:") == std::vector<double>{6});
  CHECK(published.file->reals("epochs", "a") == std::vector<double>{2});
}

TEST_CASE("A trial's row is what the oracle knows of it") {
  Trial failed = trial(1);
  failed.status = TrialStatus::failed;
  failed.score = NaN;
  failed.executions = {{.epochs = 3}};
  failed.ended = 20;
  failed.cause = Cause::out_of_memory;
  failed.say({"", "Latin-1 \xE9 and a long tail " + std::string(2000, 'x'), ""});
  Trial several = trial(2);
  several.status = TrialStatus::completed;
  several.early_stopped = true;
  several.executions = {
      {.score = 0.5, .epoch = 2, .epochs = 3}, {}, {.score = 0.25, .epoch = 7, .epochs = 9}};
  const Published published(told({opened()}), {trial(0), failed, several});
  const ResultsFile& file = *published.file;
  CHECK(file.integers("trials", "trial") == std::vector<long>{0, 1, 2});
  CHECK(file.texts("trials", "status") == Names{"running", "failed", "completed"});
  CHECK(file.texts("trials", "cause") == Names{"", "out of memory", ""});
  CHECK(file.integers("trials", "rung") == std::vector<long>{1, 1, 1});
  CHECK(file.integers("trials", "epochs") == std::vector<long>{3, 3, 9});
  CHECK(file.integers("trials", "best_epoch") == std::vector<long>{2, 0, 7});
  CHECK(file.integers("trials", "executions") == std::vector<long>{1, 1, 3});
  CHECK(file.integers("trials", "early_stopped") == std::vector<long>{0, 0, 1});
  CHECK(file.reals("trials", "started") == std::vector<double>{10, 10, 10});
  CHECK(std::isnan(file.reals("trials", "ended")[0]));
  CHECK(file.reals("trials", "ended")[1] == 20);
  CHECK(std::isnan(file.reals("trials", "score")[1]));
  const std::string message = file.texts("trials", "message")[1];
  CHECK(message.size() == 500);
  CHECK_THAT(message, Catch::Matchers::StartsWith("Latin-1 ? and") && Catch::Matchers::EndsWith("xxx..."));
}

TEST_CASE("A decision has the time of the event that it followed from") {
  Results results;
  results.tell(opened());
  results.tell(ended(0, 1, 40, 5), {{{{0, 0, 2, 0, 0, 3}, 0.5, RungDecision::promoted},
                                     {{3, 0, 2, 0, 0, 3}, NaN, RungDecision::failed}},
                                    {}});
  results.tell(epoch(1, 2, 1, 41, {}), {{{{1, 1, 2, 1, 3, 9}, 0.25, RungDecision::stopped}}, {}});
  const Published published(results);
  const ResultsFile& file = *published.file;
  CHECK(file.integers("rungs", "trial") == std::vector<long>{0, 3, 1});
  CHECK(file.integers("rungs", "iteration") == std::vector<long>{0, 0, 1});
  CHECK(file.integers("rungs", "epoch") == std::vector<long>{3, 3, 9});
  CHECK(file.texts("rungs", "decision") == Names{"promoted", "failed", "stopped"});
  CHECK(file.reals("rungs", "time") == std::vector<double>{40, 40, 41.5});
  CHECK(std::isnan(file.reals("rungs", "score")[1]));
}

TEST_CASE("The search space is a table, with what trials found later") {
  const HyperparametersFound found{
      4, 0, {{"dropout", IntRange{0, 5, 1, Sampling::linear}, std::int64_t{1}, {}}}, {}};
  const Published published(told({opened(), found, found}));
  const ResultsFile& file = *published.file;
  CHECK(file.texts("search_space", "name") == Names{"width", "rate", "optimizer", "momentum", "dropout"});
  CHECK(file.texts("search_space", "kind") == Names{"int", "float", "choice", "float", "int"});
  CHECK(file.reals("search_space", "max")[0] == 256);
  CHECK(std::isnan(file.reals("search_space", "min")[2]));
  CHECK(file.texts("search_space", "sampling") == Names{"linear", "log", "", "linear", "linear"});
  CHECK(file.texts("search_space", "values")[2] == R"(["sgd", "adam"])");
  CHECK(file.texts("search_space", "default") == Names{"16", "0.001", "sgd", "0.9", "1"});
  CHECK(file.texts("search_space", "conditions")[3] == R"([{"parent": "optimizer", "values": ["sgd"]}])");
  CHECK(file.integers("search_space", "size") == std::vector<long>{16, -1, 2, -1, 6});
  CHECK(file.integers("search_space", "found_by") == std::vector<long>{-1, -1, -1, -1, 4});
}

TEST_CASE("A thousand hyperparameters do not stop the publishing: what does not fit is counted") {
  Trial wide = trial(0);
  for (int i = 0; i < 2000; ++i) wide.hyperparameters["layer/" + std::to_string(i)] = 0.5;
  const Published published(told({opened()}), {wide});
  const auto columns = static_cast<long>(published.file->columns("trials").size());
  CHECK(columns > 700);
  const auto left_out = published.file->number_attribute<long>("columns_left_out", H5T_NATIVE_LONG, "trials");
  CHECK(columns + left_out == 27 + 2000 + 4);
  CHECK(published.file->integers("trials", "trial") == std::vector<long>{0});
}

TEST_CASE("More rows than fit into one block are written in order") {
  Results results;
  for (int i = 0; i < 60'000; ++i) results.tell(epoch(i, i % 7, 1, i, {{"loss", i * 0.5}}));
  const Published published(results);
  const auto trials = published.file->integers("epochs", "trial");
  const auto losses = published.file->reals("epochs", "loss");
  REQUIRE(trials.size() == 60'000);
  for (int i = 0; i < 60'000; ++i) REQUIRE((trials[i] == i && losses[i] == i * 0.5));
}

TEST_CASE("A journal told again publishes the same bytes") {
  const Folder folder;
  write_journal(folder / "journal", every_event());
  const std::vector<Trial> trials = {trial(0)};
  const Consequences consequences{{{{0, 0, 2, 0, 0, 3}, 0.5, RungDecision::promoted}}, {}};
  Results first;
  for (const Event& event : every_event()) first.tell(event, consequences);
  first.publish(folder / "first.h5", trials, 2e9);

  Results again;
  std::vector<std::string> told;
  const auto tell = [&](const Event& event) {
    told.push_back(packed(event));
    return consequences;
  };
  const JournalTail tail = replay(folder / "journal", tell, again);
  again.publish(folder / "again.h5", trials, 2e9);
  CHECK(tail.records == every_event().size());
  CHECK(told == read(folder / "journal").events);
  CHECK(contents(folder / "first.h5") == contents(folder / "again.h5"));
}

TEST_CASE("Readers find a whole file at any moment while it is published") {
  const Folder folder;
  const auto path = folder / "results.h5";
  Results small = told({opened()}), large = told({opened()});
  for (int i = 0; i < 5000; ++i) large.tell(epoch(i, 1, 1, i, {{"loss", 1}}));
  large.publish(path, {}, 2e9);
  const std::string with_many = contents(path);
  small.publish(path, {}, 2e9);
  const std::string with_none = contents(path);
  REQUIRE(with_many.size() > with_none.size());

  std::atomic<bool> done = false;
  int whole = 0, broken = 0;
  std::thread reader([&] {
    while (!done) {
      const std::string seen = contents(path);
      ++(seen == with_many || seen == with_none ? whole : broken);
    }
  });
  for (int i = 0; i < 100; ++i) (i % 2 ? small : large).publish(path, {}, 2e9);
  done = true;
  reader.join();
  CHECK(broken == 0);
  CHECK(whole > 0);
}

TEST_CASE("The version of HDF5 is known") {
  CHECK_THAT(hdf5_version(), Catch::Matchers::StartsWith("1.") || Catch::Matchers::StartsWith("2."));
}
