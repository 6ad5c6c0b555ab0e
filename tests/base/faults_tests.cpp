#include "sibyl/faults.hpp"

#include <chrono>
#include <cmath>
#include <fstream>
#include <limits>
#include <new>
#include <stdexcept>

#include "catch.hpp"
#include "sibyl/error.hpp"
#include "sibyl/random.hpp"

using namespace sibyl;

namespace {

Faults faults(std::initializer_list<std::string> texts) {
  Faults result;
  for (const std::string& text : texts) result.add(text);
  return result;
}

/// Does a fault of the kind nan strike here?
bool strikes(const Faults& faults, const Faults::Place& place) {
  std::vector<Metric> metrics = {{"loss", 0.5}};
  faults.strike(place, metrics);
  return std::isnan(metrics[0].value);
}

std::string complaint(const std::string& text) {
  try {
    Faults().add(text);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "none";
}

long resident_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    long kib = 0;
    if (word == "VmRSS:" && status >> kib) return kib;
  }
  return 0;
}

}  // namespace

TEST_CASE("no fault, no strike") {
  CHECK_FALSE(strikes(Faults(), {.seed = 1, .trial = 0, .epoch = 1}));
  CHECK(Faults().texts().empty());
}

TEST_CASE("a fault strikes the trials that it names, at the end of their first epoch") {
  const Faults some = faults({"nan=3,17"});
  CHECK(strikes(some, {.trial = 3, .epoch = 1}));
  CHECK(strikes(some, {.trial = 17, .epoch = 1}));
  CHECK_FALSE(strikes(some, {.trial = 0, .epoch = 1}));
  CHECK_FALSE(strikes(some, {.trial = 1, .epoch = 1}));
  CHECK_FALSE(strikes(some, {.trial = 3, .epoch = 2}));
  CHECK_FALSE(strikes(some, {.trial = 3, .execution = 1, .epoch = 1}));
  CHECK(strikes(some, {.seed = 7, .trial = 3, .epoch = 1, .attempt = 5}));
  CHECK(strikes(faults({"nan=0"}), {.trial = 0, .epoch = 1}));
}

TEST_CASE("a fault strikes at the epoch that it names, and at no other") {
  const Faults some = faults({"nan=3@2,4"});
  for (int epoch = 1; epoch <= 4; ++epoch) {
    CHECK(strikes(some, {.trial = 3, .epoch = epoch}) == (epoch == 2));
    CHECK(strikes(some, {.trial = 4, .epoch = epoch}) == (epoch == 1));
  }
  CHECK_FALSE(strikes(some, {.trial = 3, .execution = 1, .epoch = 2}));
}

TEST_CASE("a fault for once strikes in the first attempt only") {
  const Faults some = faults({"nan=3:once,4@2:once,5"});
  for (int attempt = 0; attempt < 3; ++attempt) {
    CHECK(strikes(some, {.trial = 3, .epoch = 1, .attempt = attempt}) == (attempt == 0));
    CHECK(strikes(some, {.trial = 4, .epoch = 2, .attempt = attempt}) == (attempt == 0));
    CHECK(strikes(some, {.trial = 5, .epoch = 1, .attempt = attempt}));
  }
  CHECK_FALSE(strikes(some, {.trial = 4, .epoch = 1}));
}

TEST_CASE("a probability strikes as often as it says") {
  for (const double probability : {0.05, 0.5}) {
    const Faults some = faults({"nan=" + std::to_string(probability)});
    int count = 0;
    for (TrialId trial = 0; trial < 2000; ++trial)
      for (int epoch = 1; epoch <= 10; ++epoch)
        count += strikes(some, {.seed = 1, .trial = trial, .epoch = epoch});
    const double expected = 20000 * probability;
    CHECK(std::abs(count - expected) < 4 * std::sqrt(expected * (1 - probability)));
  }
  const Faults never = faults({"nan=0.0"}), always = faults({"nan=1.0"}), rarely = faults({"nan=1e-9"});
  for (TrialId trial = 0; trial < 1000; ++trial) {
    CHECK_FALSE(strikes(never, {.trial = trial, .epoch = 1}));
    CHECK_FALSE(strikes(rarely, {.trial = trial, .epoch = 1}));
    CHECK(strikes(always, {.trial = trial, .execution = 1, .epoch = 1}));
  }
}

TEST_CASE("whether a probability strikes is a matter of seed, kind, trial, execution and epoch alone") {
  const Faults some = faults({"nan=0.5"}), others = faults({"nan=0.5"});
  for (std::uint64_t seed = 0; seed < 3; ++seed)
    for (TrialId trial = 0; trial < 20; ++trial)
      for (int execution = 0; execution < 2; ++execution)
        for (int epoch = 1; epoch <= 5; ++epoch) {
          const bool due = RandomStream(seed, "fault", "nan", trial, execution, epoch).uniform() < 0.5;
          for (int attempt = 0; attempt < 3; ++attempt) {
            CHECK(strikes(some, {seed, trial, execution, epoch, attempt}) == due);
            CHECK(strikes(others, {seed, trial, execution, epoch, attempt}) == due);
          }
        }
}

TEST_CASE("two kinds of fault with the same probability strike independently") {
  const Faults some = faults({"nan=0.5", "bad_alloc=0.5"});
  int both = 0, only_nan = 0, only_bad_alloc = 0;
  for (TrialId trial = 0; trial < 1000; ++trial) {
    std::vector<Metric> metrics = {{"loss", 0.5}};
    bool thrown = false;
    try {
      some.strike({.trial = trial, .epoch = 1}, metrics);
    } catch (const std::bad_alloc&) {
      thrown = true;
    }
    const bool is_nan = std::isnan(metrics[0].value);
    both += is_nan && thrown;
    only_nan += is_nan && !thrown;
    only_bad_alloc += !is_nan && thrown;
  }
  CHECK(std::abs(both - 250) < 60);
  CHECK(std::abs(only_nan - 250) < 60);
  CHECK(std::abs(only_bad_alloc - 250) < 60);
}

TEST_CASE("an injected exception says what it is, and in which epoch") {
  std::vector<Metric> metrics = {{"loss", 0.5}};
  CHECK_THROWS_AS(faults({"exception=3@2"}).strike({.trial = 3, .epoch = 2}, metrics), std::runtime_error);
  CHECK_THROWS_WITH(faults({"exception=3@2"}).strike({.trial = 3, .epoch = 2}, metrics),
                    "an injected exception in epoch 2");
  CHECK_NOTHROW(faults({"exception=3@2"}).strike({.trial = 3, .epoch = 1}, metrics));
  CHECK(metrics == std::vector<Metric>{{"loss", 0.5}});
}

TEST_CASE("an injected bad_alloc is one") {
  std::vector<Metric> metrics;
  CHECK_THROWS_AS(faults({"bad_alloc=3"}).strike({.trial = 3, .epoch = 1}, metrics), std::bad_alloc);
  CHECK_NOTHROW(faults({"bad_alloc=3"}).strike({.trial = 4, .epoch = 1}, metrics));
}

TEST_CASE("an injected NaN is in every metric") {
  std::vector<Metric> metrics = {{"loss", 0.5}, {"accuracy", 1}, {"val_loss", 2}};
  faults({"nan=3"}).strike({.trial = 3, .epoch = 1}, metrics);
  REQUIRE(metrics.size() == 3);
  CHECK(metrics[1].name == "accuracy");
  for (const Metric& metric : metrics) CHECK(std::isnan(metric.value));
}

TEST_CASE("faults accumulate and strike in the order in which they were added") {
  const Faults first = faults({"nan=3", "exception=3"}), last = faults({"exception=3", "nan=3"});
  std::vector<Metric> metrics = {{"loss", 0.5}};
  CHECK_THROWS_AS(last.strike({.trial = 3, .epoch = 1}, metrics), std::runtime_error);
  CHECK(metrics[0].value == 0.5);
  CHECK_THROWS_AS(first.strike({.trial = 3, .epoch = 1}, metrics), std::runtime_error);
  CHECK(std::isnan(metrics[0].value));
  CHECK(last.texts() == std::vector<std::string>{"exception=3", "nan=3"});

  const Faults mixed = faults({"nan=3", "nan=4@2,0.5"});
  CHECK(strikes(mixed, {.trial = 3, .epoch = 1}));
  CHECK(strikes(mixed, {.trial = 4, .epoch = 2}));
  int count = 0;
  for (TrialId trial = 100; trial < 200; ++trial) count += strikes(mixed, {.trial = trial, .epoch = 1});
  CHECK(std::abs(count - 50) < 25);
}

TEST_CASE("an injected delay takes a second") {
  std::vector<Metric> metrics = {{"loss", 0.5}};
  const auto began = std::chrono::steady_clock::now();
  faults({"slow=3"}).strike({.trial = 3, .epoch = 1}, metrics);
  CHECK(std::chrono::steady_clock::now() - began >= std::chrono::seconds(1));
  CHECK(metrics[0].value == 0.5);
}

TEST_CASE("an injected leak takes memory and keeps it") {
  std::vector<Metric> metrics = {{"loss", 0.5}};
  const long before = resident_kib();
  faults({"leak=3"}).strike({.trial = 3, .epoch = 1}, metrics);
  CHECK(metrics[0].value == 0.5);
  if (before > 0) CHECK(resident_kib() - before > 90 * 1024);
}

TEST_CASE("every kind of fault can be written") {
  for (const std::string kind :
       {"exception", "nan", "bad_alloc", "segv", "abort", "exit", "hang", "slow", "leak", "exhaust"}) {
    const Faults some = faults({kind + "=3", kind + "=3@2:once", kind + "=0.25"});
    CHECK(some.texts() == std::vector<std::string>{kind + "=3", kind + "=3@2:once", kind + "=0.25"});
  }
}

TEST_CASE("what is no fault is refused with what would be one") {
  CHECK(complaint("segv") == "--inject segv: a fault is written as KIND=WHO, such as segv=3,17 or nan=0.05");
  CHECK(complaint("").starts_with("--inject : a fault is written as KIND=WHO"));
  CHECK(complaint("segfault=3") ==
        "--inject segfault=3: there is no fault 'segfault'; there is exception, nan, bad_alloc, segv, abort, "
        "exit, "
        "hang, slow, leak, exhaust");
  CHECK(complaint("=3").starts_with("--inject =3: there is no fault ''"));
  CHECK(complaint("SEGV=3").starts_with("--inject SEGV=3: there is no fault 'SEGV'"));
  CHECK(complaint("segv=three") ==
        "--inject segv=three: 'three' is neither a trial (3, or 3@2 for its epoch 2; 3:once for the first "
        "attempt "
        "only) nor a probability (a number with a point, such as 0.05)");
  for (const std::string who : {"",
                                "-3",
                                "3@",
                                "@2",
                                "3@x",
                                "3@2.0",
                                "3:twice",
                                ":once",
                                "3:once@2",
                                " 3",
                                "3 ",
                                "3@2@4",
                                "0x3",
                                "nan",
                                "inf",
                                ".",
                                "e",
                                "1e",
                                "99999999999999999999",
                                "1e-999"})
    CHECK_THAT(complaint("segv=" + who), ContainsSubstring(": '" + who + "' is neither a trial"));
  for (const std::string who : {"3,", ",3", "3,,4"})
    CHECK_THAT(complaint("segv=" + who), ContainsSubstring(": '' is neither a trial"));
  for (const std::string who : {"1.5", "-0.5", "2e0", "1e9"})
    CHECK(complaint("nan=" + who) == "--inject nan=" + who + ": the probability " + who +
                                         " is not between 0 and 1 (a trial's number has no point)");
  CHECK(
      complaint("nan=0.5:once") ==
      "--inject nan=0.5:once: ':once' goes with a trial, not with a probability, which is the same in every "
      "attempt");
  CHECK(complaint("segv=3@0") == "--inject segv=3@0: '3@0': epochs are counted from 1");
  CHECK(complaint("segv=3@-1") == "--inject segv=3@-1: '3@-1': epochs are counted from 1");
  CHECK(complaint("nan=1.0,0e0,3") == "none");
}

TEST_CASE("of a text that is refused nothing is kept") {
  Faults some;
  CHECK_THROWS_AS(some.add("nan=3,x"), UsageError);
  CHECK(some.texts().empty());
  CHECK_FALSE(strikes(some, {.trial = 3, .epoch = 1}));
}
