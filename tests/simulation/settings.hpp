#pragma once

#include <string>

#include "sweep/options/sweep_options.hpp"

namespace sibyl::simulation {

/// What is simulated. Times are in epochs of the average trial on the average worker.
struct Settings {
  SweepOptions sweep;
  int workers = 8;
  std::string table;      ///< of learning curves; empty: a formula's
  double stragglers = 0;  ///< sigma of the lognormal speed that a worker has while it has a slot
  double costs = 0;       ///< sigma of the lognormal cost that a trial's epochs have
  double failures = 0;    ///< of trials
  double dispatch = 0;    ///< from the handing out of a slot to its first step
  double checkpoint = 0;  ///< to load or to save one
  double event = 0;       ///< that the oracle takes
  bool barrier = false;
  bool quick = false;
  std::string format = "text";
  int seeds = 1;
};

/// Throws UsageError.
Settings parse_settings(int argc, char** argv);
std::string help();

}  // namespace sibyl::simulation
