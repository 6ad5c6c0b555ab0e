#include "core/training/early_stopping.hpp"

#include <cmath>

#include "catch.hpp"
#include "sibyl/error.hpp"

using namespace sibyl;

namespace {

const Objective less{.metric = "val_loss", .direction = Direction::minimize};
const Objective more{.metric = "val_accuracy", .direction = Direction::maximize};

/// The epoch at which it stops; 0: it does not.
int stops_at(EarlyStopping stopping, const std::vector<double>& values) {
  int epoch = 0;
  for (const double value : values) {
    stopping.improved(++epoch, value);
    if (stopping.should_stop()) return epoch;
  }
  return 0;
}

}  // namespace

TEST_CASE("Early stopping waits as many epochs as it has patience") {
  CHECK(stops_at(EarlyStopping({.monitor = less, .patience = 2}), {5, 4, 4, 4, 1}) == 4);
  CHECK(stops_at(EarlyStopping({.monitor = less, .patience = 2}), {5, 4, 4, 3, 4, 2}) == 0);
  CHECK(stops_at(EarlyStopping({.monitor = more, .patience = 1}), {1, 2, 3, 3}) == 4);
  CHECK(stops_at(EarlyStopping({.monitor = more, .patience = 1}), {1, 0.5}) == 2);
}

TEST_CASE("Without patience nothing stops early, but the best epoch is known") {
  EarlyStopping stopping({.monitor = less, .patience = 0});
  for (int epoch = 1; epoch <= 50; ++epoch) stopping.improved(epoch, epoch == 7 ? 0.5 : 1);
  CHECK_FALSE(stopping.should_stop());
  CHECK(stopping.state().best_epoch == 7);
  CHECK(stopping.state().best == 0.5);
}

TEST_CASE("A change below min_delta is no improvement") {
  const EarlyStopping::Options options{.monitor = less, .patience = 2, .min_delta = 0.5};
  CHECK(stops_at(EarlyStopping(options), {5, 4.6, 4.55, 1}) == 3);
  CHECK(stops_at(EarlyStopping(options), {5, 4.6, 4.4, 4.3, 3.5}) == 0);
  CHECK(stops_at(EarlyStopping({.monitor = more, .patience = 1, .min_delta = 0.5}), {1, 1.5}) == 2);
}

TEST_CASE("The first epochs may not count") {
  EarlyStopping stopping({.monitor = less, .patience = 2, .start_from_epoch = 3});
  for (int epoch = 1; epoch <= 3; ++epoch) CHECK_FALSE(stopping.improved(epoch, 0.1));
  CHECK(stopping.state().best_epoch == 0);
  CHECK(stopping.state().waited == 0);
  CHECK(stopping.improved(4, 0.5));
  CHECK_FALSE(stopping.improved(5, 0.6));
  CHECK_FALSE(stopping.should_stop());
  CHECK_FALSE(stopping.improved(6, 0.7));
  CHECK(stopping.should_stop());
  CHECK(stopping.state().best_epoch == 4);
}

TEST_CASE("Early stopping goes by the objective where nothing else is said") {
  TrainerOptions options;
  options.objective = less;
  options.patience = 4;
  options.start_from_epoch = 2;
  CHECK(early_stopping(options).monitor == less);
  options.monitor = more;
  CHECK(early_stopping(options).monitor == more);
  CHECK(early_stopping(options).patience == 4);
  CHECK(early_stopping(options).start_from_epoch == 2);
}

TEST_CASE("NaN never improves and any number improves on it") {
  EarlyStopping stopping({.monitor = more, .patience = 9});
  CHECK_FALSE(stopping.improved(1, NAN));
  CHECK_FALSE(stopping.improved(2, INFINITY));
  CHECK(stopping.improved(3, -1e9));
  CHECK_FALSE(stopping.improved(4, NAN));
  CHECK(stopping.state().waited == 1);
}

TEST_CASE("Early stopping goes on from a saved state") {
  EarlyStopping first({.monitor = less, .patience = 2}), second({.monitor = less, .patience = 2});
  first.improved(1, 3);
  first.improved(2, 4);
  second.restore(first.state());
  second.improved(3, 3);
  CHECK(second.should_stop());
  CHECK(second.reason() == "val_loss has not improved for 2 epochs");
}

TEST_CASE("Early stopping refuses negative numbers of epochs and a min_delta that is no amount") {
  CHECK_THROWS_AS(EarlyStopping({.monitor = less, .patience = -1}), UsageError);
  CHECK_THROWS_AS(EarlyStopping({.monitor = less, .patience = 1, .min_delta = -0.1}), UsageError);
  CHECK_THROWS_AS(EarlyStopping({.monitor = less, .patience = 1, .start_from_epoch = -1}), UsageError);
  CHECK_THROWS_AS(EarlyStopping({.monitor = less, .patience = 1, .min_delta = NAN}), UsageError);
}
