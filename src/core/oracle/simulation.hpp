#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "core/oracle/oracle.hpp"

namespace sibyl {

/// What trials would do: a stand-in for training, in virtual time.
struct SimulatedTraining {
  std::function<double(TrialId, int epoch)> seconds = [](TrialId, int) { return 1.0; };
  std::function<double(TrialId, int epoch)> score = [](TrialId, int) { return 0.0; };
  std::function<bool(TrialId, int epoch)> fails = [](TrialId, int) { return false; };
  /// Of the worker that has the slot, at that time: its epochs take so many times as long.
  std::function<double(const Slot&)> slowness = [](const Slot&) { return 1.0; };
  /// Seconds that a slot takes besides its epochs: it is handed out, a checkpoint is loaded and saved.
  std::function<double(const Slot&)> overhead = [](const Slot&) { return 0.0; };
  double event_seconds = 0;  ///< that the oracle takes for an event, one after the other
  /// false: of a slot only the last epoch is reported, which is the same, and quicker, where scores and
  /// failures before it don't matter.
  bool each_epoch = true;
};

struct SimulatedSweep {
  double makespan = 0;                ///< seconds until the last worker is done
  double busy = 0;                    ///< seconds that workers trained, summed over workers
  double overhead = 0;                ///< that their slots took besides
  double waiting_for_sampler = 0;     ///< seconds that they did not, since the sampler's results were not in
  std::int64_t epochs = 0;            ///< trained
  std::int64_t events = 0;            ///< told to the oracle
  std::int64_t peak_checkpoints = 0;  ///< on the disk at one time: of trials that run or wait for a decision
  std::vector<RungResult> decisions;
  SearchOver end;

  double busy_share(int workers) const { return makespan > 0 ? busy / (makespan * workers) : 1; }
};

/// Runs a whole sweep through the oracle, as the manager would, but in virtual time: `workers` workers, each
/// with one trial at a time. `watch` is called with each event, at its time, once the oracle has learned it.
using WatchSweep = std::function<void(double time, const Event&, const Consequences&)>;
SimulatedSweep simulate(Oracle& oracle, int workers, const SimulatedTraining& training,
                        const WatchSweep& watch = {});

}  // namespace sibyl
