#include "core/oracle/failure_pattern.hpp"

#include "catch.hpp"

using namespace sibyl;

namespace {

Trial good(Values values = {}, int worker = 1) {
  Trial trial;
  trial.hyperparameters = std::move(values);
  trial.status = TrialStatus::completed;
  trial.worker = worker;
  return trial;
}

Trial bad(Values values = {}, int worker = 1, Cause cause = Cause::exception, const std::string& message = "",
          const std::string& detail = "") {
  Trial trial = good(std::move(values), worker);
  trial.status = TrialStatus::failed;
  trial.cause = cause;
  trial.say({detail, message, ""});
  return trial;
}

Trial bad_for(Cause cause, const std::string& message = "", const std::string& detail = "") {
  return bad({}, 1, cause, message, detail);
}

/// Of all that failed.
std::string common(const std::vector<Trial>& trials) {
  std::vector<TrialId> failed;
  for (std::size_t i = 0; i < trials.size(); ++i)
    if (trials[i].status == TrialStatus::failed) failed.push_back(static_cast<TrialId>(i));
  return failure_pattern(failed, trials);
}

const Value sgd = "sgd", adam = "adam";

}  // namespace

TEST_CASE("what failed trials have in common is never empty") {
  CHECK(common({}) == "no trial failed");
  CHECK(common({bad_for(Cause::none)}) == "with no known cause");
  CHECK(common({bad_for(Cause::none), bad_for(Cause::none)}) == "all with no known cause");
}

TEST_CASE("one cause of all is named with its detail") {
  CHECK(common({bad_for(Cause::signal, "", "SIGSEGV"), bad_for(Cause::signal, "", "SIGSEGV")}) ==
        "all with signal SIGSEGV");
  CHECK(common({bad_for(Cause::diverged), bad_for(Cause::diverged)}) == "all diverged");
  CHECK(common({bad_for(Cause::too_large), bad_for(Cause::too_large)}) == "all too large");
}

TEST_CASE("several causes are counted, the most frequent first") {
  CHECK(common({bad_for(Cause::hang), bad_for(Cause::signal, "", "SIGSEGV"),
                bad_for(Cause::signal, "", "SIGABRT"), bad_for(Cause::signal, "", "SIGSEGV"),
                bad_for(Cause::hang), bad_for(Cause::hang)}) ==
        "causes: 3 hang, 2 signal SIGSEGV, 1 signal SIGABRT");
}

TEST_CASE("messages that differ in numbers only are one message, and the last is shown") {
  CHECK(common({bad_for(Cause::exception, "epoch 3: 0x7fab is not 1e-05"),
                bad_for(Cause::exception, "epoch 17: 0x12 is not 0.25\nand more")}) ==
        "all with exception: epoch 17: 0x12 is not 0.25");
  CHECK(common({bad_for(Cause::exception, "sizes 3 and 4"), bad_for(Cause::exception, "sizes 3, 4")}) ==
        "all with exception; the last: sizes 3, 4");
  CHECK(common({bad_for(Cause::exception, "one"), bad_for(Cause::exception, "one\nother lines differ")}) ==
        "all with exception: one");
  CHECK(common({bad_for(Cause::exception, "one"), bad_for(Cause::hang, "another")}) ==
        "causes: 1 exception, 1 hang; the last: another");
  CHECK(common({bad_for(Cause::exception, "one"), bad_for(Cause::exception, "")}) == "all with exception");
}

TEST_CASE("of a single failed trial its cause and message are told, and no more") {
  CHECK(common({bad({{"optimizer", sgd}}, 2, Cause::signal, "killed", "SIGKILL"),
                good({{"optimizer", adam}})}) == "with signal SIGKILL: killed");
}

TEST_CASE("the worker is named where all failed on one and others have trials too") {
  CHECK(common({bad({}, 3), bad({}, 3), good({}, 1)}) == "all with exception; all on worker 3");
  CHECK(common({bad({}, 3), bad({}, 3), good({}, 3)}) == "all with exception");
  CHECK(common({bad({}, 3), bad({}, 2), good({}, 1)}) == "all with exception");
  // Trials that failed earlier, elsewhere, are trials of other workers.
  CHECK(failure_pattern({0, 1}, {bad({}, 3), bad({}, 3), bad({}, 1)}) ==
        "all with exception; all on worker 3");
}

TEST_CASE("a value that all failed trials share is named if another one does better") {
  const auto with = [](const Trial& other) {
    return common({bad({{"optimizer", sgd}, {"x", 0.1}}), bad({{"optimizer", sgd}, {"x", 0.2}}), other});
  };
  CHECK(with(good({{"optimizer", adam}})) == "all with exception; all with optimizer = sgd");
  CHECK(with(good({{"optimizer", sgd}})) == "all with exception");
  CHECK(with(good({{"units", std::int64_t{1}}})) == "all with exception");  // it has no optimizer
  CHECK(with(good()) == "all with exception");
  Trial other = good({{"optimizer", adam}});
  for (const TrialStatus status : {TrialStatus::running, TrialStatus::paused, TrialStatus::stopped}) {
    other.status = status;
    CHECK(with(other) == "all with exception; all with optimizer = sgd");
  }
  other.cause = Cause::signal;  // it waits for another attempt
  CHECK(with(other) == "all with exception");
}

TEST_CASE("trials that failed are no contrast, whether they are looked at or not") {
  CHECK(common({bad({{"optimizer", sgd}}), bad({{"optimizer", adam}}), good({{"optimizer", adam}})}) ==
        "all with exception");
  CHECK(failure_pattern({0, 1}, {bad({{"optimizer", sgd}}), bad({{"optimizer", sgd}}),
                                 bad({{"optimizer", adam}})}) == "all with exception");
  CHECK(failure_pattern({0, 1}, {bad({{"optimizer", sgd}}), bad({{"optimizer", sgd}}),
                                 bad({{"optimizer", adam}}, 1, Cause::none)}) == "all with exception");
}

TEST_CASE("a failed trial that is not yet marked as such is no contrast to itself") {
  std::vector<Trial> trials = {bad({{"x", 0.7}}),  bad({{"x", 0.6}}),  bad({{"x", 0.5}}),
                               good({{"x", 0.1}}), good({{"x", 0.2}}), good({{"x", 0.3}})};
  CHECK(failure_pattern({0, 1, 2}, trials) == "all with exception; all with x >= 0.5");
  trials[2].status = TrialStatus::paused;
  trials[2].cause = Cause::none;
  CHECK(failure_pattern({0, 1, 2}, trials) == "causes: 2 exception, 1 no known cause; all with x >= 0.5");
}

TEST_CASE("a hyperparameter that some failed trials lack is not common to them") {
  CHECK(common({bad({{"momentum", 0.9}}), bad(), good({{"momentum", 0.5}})}) == "all with exception");
  CHECK(common({bad(), bad({{"momentum", 0.9}}), good({{"momentum", 0.5}})}) == "all with exception");
}

TEST_CASE("a range that separates the failed trials is named by a round number between") {
  const auto with = [](std::vector<Value> failed, std::vector<Value> others) {
    std::vector<Trial> trials;
    for (const Value& value : failed) trials.push_back(bad({{"x", value}}));
    for (const Value& value : others) trials.push_back(good({{"x", value}}));
    return common(trials);
  };
  CHECK(with({0.0523, 0.07, 0.9}, {0.001, 0.049, 0.01}) == "all with exception; all with x >= 0.052");
  CHECK(with({0.05196, 0.07, 0.9}, {0.001, 0.049, 0.01}) == "all with exception; all with x >= 0.05196");
  CHECK(with({0.05196, 0.07, 0.9}, {0.001, 0.05195, 0.01}) == "all with exception; all with x >= 0.05196");
  CHECK(with({0.0524, 0.07, 0.9}, {0.001, 0.0522, 0.01}) == "all with exception; all with x >= 0.0524");
  CHECK(with({1e-5, 2.34e-5, 2e-5}, {0.001, 0.049, 0.01}) == "all with exception; all with x <= 2.34e-05");
  CHECK(with({0.5, 0.6, 0.7}, {0.4, 0.55, 0.3}) == "all with exception");
  CHECK(with({0.5, 0.6, 0.7}, {0.4, 0.5, 0.3}) == "all with exception");  // 0.5 did well
  CHECK(with({0.5, 0.6}, {0.4, 0.2, 0.3}) == "all with exception");       // too few to tell
  CHECK(with({0.5, 0.6, 0.7}, {0.4, 0.2}) == "all with exception");
  const auto whole = [](std::int64_t x) { return Value(x); };
  CHECK(with({whole(512), whole(700), whole(611)}, {whole(3), whole(511), whole(8)}) ==
        "all with exception; all with x >= 512");
  CHECK(with({whole(3), whole(7), whole(1)}, {whole(30), whole(70), whole(10)}) ==
        "all with exception; all with x <= 7");
  CHECK(with({true, false, true}, {true, true, true}) == "all with exception");
  CHECK(with({sgd, "b", "c"}, {adam, adam, adam}) == "all with exception");
}

TEST_CASE("no more than three hyperparameters are named, those first that fewest others share") {
  const Value one = std::int64_t{1}, two = std::int64_t{2};
  const Values failed = {{"a", one}, {"b", one}, {"c", one}, {"d", one}, {"e", one}};
  const Values first = {{"a", one}, {"b", two}, {"c", one}, {"d", two}, {"e", one}};
  const Values second = {{"a", one}, {"b", one}, {"c", two}, {"d", two}, {"e", two}};
  CHECK(common({bad(failed), bad(failed), good(first), good(second)}) ==
        "all with exception; all with d = 1, b = 1, c = 1");
}

TEST_CASE("the whole text reads as one sentence") {
  std::vector<Trial> trials;
  for (const double rate : {0.051, 0.2, 0.11})
    trials.push_back(bad({{"learning_rate", rate}, {"optimizer", sgd}}, 3, Cause::signal,
                         "killed by SIGSEGV (a memory fault)", "SIGSEGV"));
  for (const double rate : {0.0001, 0.02, 0.011})
    trials.push_back(good({{"learning_rate", rate}, {"optimizer", adam}}));
  CHECK(common(trials) ==
        "all with signal SIGSEGV: killed by SIGSEGV (a memory fault); all on worker 3; all with "
        "learning_rate >= "
        "0.051, optimizer = sgd");
}
