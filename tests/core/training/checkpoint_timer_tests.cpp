#include "catch.hpp"
#include "core/training/checkpoint_timer.hpp"

using namespace sibyl;

TEST_CASE("A checkpoint is due when the seconds since the last one are over") {
  CheckpointTimer timer({.seconds = 60, .epochs = 0});
  timer.start(1000);
  CHECK_FALSE(timer.due(1059.9));
  CHECK(timer.due(1060));
  CHECK(timer.due_after(1, 1060));
  timer.saved(1060, 1061);
  CHECK_FALSE(timer.due(1120.9));
  CHECK(timer.due(1121));
}

TEST_CASE("Saving takes at most a twentieth of the time, but where a number of epochs was asked for") {
  CheckpointTimer modest({.seconds = 60, .epochs = 0}), obeys({.seconds = 60, .epochs = 5});
  for (CheckpointTimer* timer : {&modest, &obeys}) timer->saved(1000, 1010);
  CHECK_FALSE(modest.due(1010 + 199));
  CHECK(modest.due(1010 + 200));
  CHECK(obeys.due(1010 + 60));
}

TEST_CASE("A checkpoint is due after each so many epochs of the trial") {
  CheckpointTimer timer({.seconds = 0, .epochs = 3});
  timer.saved(1000, 1500);
  for (int epoch = 1; epoch <= 9; ++epoch) CHECK(timer.due_after(epoch, 1500) == (epoch % 3 == 0));
  CHECK_FALSE(timer.due(1e9));
}

TEST_CASE("Without seconds and epochs no checkpoint is due") {
  CheckpointTimer timer({.seconds = 0, .epochs = 0});
  timer.start(0);
  CHECK_FALSE(timer.due(1e9));
  CHECK_FALSE(timer.due_after(7, 1e9));
}
