#include "sweep/manager/worker_health.hpp"

#include "catch.hpp"

using namespace sibyl;

namespace {

/// Tells of trials one after the other, each a new one unless it is named.
struct Told {
  WorkerHealth health;
  TrialId next = 0;

  std::string failed(int worker, Cause cause = Cause::exception, const std::string& message = "",
                     TrialId trial = -1) {
    TrialEnded ended;
    ended.trial = trial < 0 ? next++ : trial;
    ended.worker = worker;
    ended.ending = Ending::failed;
    ended.cause = cause;
    ended.message = message;
    return health.tell(ended);
  }
  std::string ended(int worker, Ending ending = Ending::reached, Cause cause = Cause::none) {
    TrialEnded ended;
    ended.trial = next++;
    ended.worker = worker;
    ended.ending = ending;
    ended.cause = cause;
    return health.tell(ended);
  }
  void on_another_worker(int trials, int failures, int worker = 2) {
    for (int i = 0; i < failures; ++i) CHECK(failed(worker).empty());
    for (int i = failures; i < trials; ++i) CHECK(ended(worker).empty());
  }
  /// How many failures in a row on worker 1 it takes until it is to blame; 0 if `most` are not enough.
  int failures_until_blamed(int most, Cause cause = Cause::exception) {
    for (int i = 1; i <= most; ++i)
      if (!failed(1, cause).empty()) return i;
    return 0;
  }
};

}  // namespace

TEST_CASE("a worker whose device was lost three times in a row gets no more, even if it is alone") {
  Told told;
  CHECK(told.failed(1, Cause::device_lost).empty());
  CHECK(told.failed(1, Cause::device_lost).empty());
  CHECK(told.failed(1, Cause::device_lost) == "the device was lost 3 times in a row");
  CHECK(told.failed(1, Cause::device_lost, "CUDA error\nat line 3") ==
        "the device was lost 4 times in a row; the last: CUDA error");
}

TEST_CASE("losses of the device that are not in a row, or not of one worker, blame nobody") {
  Told told;
  for (int i = 0; i < 4; ++i) {
    CHECK(told.failed(1, Cause::device_lost).empty());
    CHECK(told.failed(1, Cause::device_lost).empty());
    CHECK(told.ended(1).empty());
  }
  for (int i = 0; i < 4; ++i) {
    CHECK(told.failed(1, Cause::device_lost).empty());
    CHECK(told.failed(1, Cause::diverged).empty());
  }
  Told spread;
  for (int worker = 1; worker <= 5; ++worker) {
    CHECK(spread.failed(worker, Cause::device_lost).empty());
    CHECK(spread.failed(worker, Cause::device_lost).empty());
  }
}

TEST_CASE("a row of failures blames the worker once it is no chance by the other workers' rate") {
  Told told;
  told.on_another_worker(212, 8);  // (8 + 1) / (212 + 2) = 0.042; its 4th power is 3e-6, its 5th 1.3e-7
  for (int i = 0; i < 4; ++i) CHECK(told.failed(1).empty());
  CHECK(told.failed(1, Cause::signal, "killed by SIGSEGV\nmore") ==
        "5 trials in a row failed here, while 4 % of 212 fail on the other workers; the last: killed by "
        "SIGSEGV");
}

TEST_CASE("the more trials fail elsewhere, the more it takes to blame a worker") {
  const auto needed = [](int trials, int failures) {
    Told told;
    told.on_another_worker(trials, failures);
    return told.failures_until_blamed(1000);
  };
  CHECK(needed(1, 0) == 13);     // 3^-12 is 1.9e-6
  CHECK(needed(48, 0) == 4);     // 0.02^3 is 8e-6
  CHECK(needed(1998, 0) == 2);   // 0.0005^2 is 2.5e-7
  CHECK(needed(98, 49) == 20);   // 2^-19 is 1.9e-6
  CHECK(needed(98, 89) == 132);  // 0.9^131 is 1.02e-6
  CHECK(needed(98, 98) == 0);
}

TEST_CASE("the other workers are taken together") {
  Told told;
  told.on_another_worker(24, 0, 2);
  told.on_another_worker(24, 0, 3);
  CHECK(told.failures_until_blamed(10) == 4);
}

TEST_CASE("nobody is blamed where most configurations break") {
  Told told;
  for (int i = 0; i < 200; ++i)
    for (int worker = 1; worker <= 4; ++worker) {
      CHECK(told.failed(worker, Cause::out_of_device_memory).empty());
      if (i % 50 == worker) CHECK(told.ended(worker).empty());
    }
}

TEST_CASE("with nobody to compare with, failures alone blame no worker") {
  Told told;
  CHECK(told.failures_until_blamed(1000) == 0);
  told.on_another_worker(48, 0);  // the row is judged as soon as there is
  CHECK(told.failures_until_blamed(1) == 1);
}

TEST_CASE("a success ends the row, however it came") {
  for (const Ending success : {Ending::reached, Ending::early_stopped}) {
    Told told;
    told.on_another_worker(48, 0);
    for (int i = 0; i < 10; ++i) {
      for (int j = 0; j < 3; ++j) CHECK(told.failed(1).empty());
      CHECK(told.ended(1, success).empty());
    }
    CHECK(told.failures_until_blamed(10) == 4);
  }
}

TEST_CASE("interrupted, cancelled and too large trials say nothing of a worker, here or elsewhere") {
  const auto noise = [](Told& told, int worker) {
    for (int i = 0; i < 50; ++i) {
      CHECK(told.ended(worker, Ending::interrupted).empty());
      CHECK(told.ended(worker, Ending::interrupted, Cause::worker_lost).empty());
      CHECK(told.ended(worker, Ending::cancelled).empty());
      CHECK(told.failed(worker, Cause::too_large).empty());
    }
  };
  Told told;
  noise(told, 2);
  CHECK(told.failures_until_blamed(100) == 0);  // still nothing to compare with

  Told other;
  other.on_another_worker(48, 0);
  for (int i = 0; i < 3; ++i) CHECK(other.failed(1).empty());
  noise(other, 1);
  noise(other, 2);
  CHECK_FALSE(other.failed(1).empty());

  Told lost;
  for (int i = 0; i < 2; ++i) CHECK(lost.failed(1, Cause::device_lost).empty());
  noise(lost, 1);
  CHECK_FALSE(lost.failed(1, Cause::device_lost).empty());
}

TEST_CASE("one trial that fails again and again does not blame its worker") {
  Told told;
  told.on_another_worker(48, 0);
  for (int attempt = 0; attempt < 50; ++attempt) CHECK(told.failed(1, Cause::signal, "", 1000).empty());
  CHECK(told.failed(1).empty());
  CHECK(told.failed(1).empty());
  CHECK_FALSE(told.failed(1).empty());
}

TEST_CASE("a worker's own failures are not held for it, and its successes not against others") {
  Told told;
  told.on_another_worker(48, 0);
  CHECK(told.failures_until_blamed(10) == 4);
  for (int i = 0; i < 500; ++i) told.failed(1);
  CHECK(told.failed(2).empty());  // hers is the first, and elsewhere nearly all fail
  CHECK_FALSE(told.failed(1).empty());
}
