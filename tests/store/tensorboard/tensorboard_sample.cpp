// Writes the event files of two small sweeps, of one and of two executions a trial, for tensorboard_test.py:
// FOLDER/one and FOLDER/two. The first is a sweep that was resumed.
#include <cstdio>

#include "store/tensorboard/logged_sweep.hpp"

using namespace sibyl;
using namespace sibyl::test;

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
    return 64;
  }
  const std::filesystem::path folder = argv[1];
  {
    LoggedSweep killed(folder / "one", 1);
    for (int i = 0; i < 7; ++i) {
      killed.step();
      killed.log.flush();
    }
  }
  LoggedSweep one(folder / "one", 1);
  LoggedSweep two(folder / "two", 2);
  while (one.step() && two.step()) {
  }
  one.log.flush();
  two.log.flush();
}
