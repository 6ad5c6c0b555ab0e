#pragma once

#include <filesystem>
#include <limits>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/attempts.hpp"
#include "core/events.hpp"
#include "store/epoch_rows.hpp"
#include "store/search_space_table.hpp"
#include "store/worker_rows.hpp"

namespace sibyl {

/// Learns what happens in a sweep and publishes it as one HDF5 file, for people and their tools. The file
/// says nothing that the journal does not; its tables and columns are listed in analysis/README.md.
class Results {
 public:
  /// Told every event in the journal's order, with what the oracle said follows from it.
  void tell(const Event& event, const Consequences& consequences = {});

  /// Writes the file anew and puts it in the place of the old one at once: whoever opens `file` sees a whole
  /// one. `trials` are the oracle's, `now` is the time in seconds since 1970. Throws Error when the file
  /// can't be written; then the old one stands.
  void publish(const std::filesystem::path& file, const std::vector<Trial>& trials, double now) const;

 private:
  void learn(const SweepOpened& event);
  void learn(const TrialStarted& event);
  void learn(const HyperparametersFound& event);
  void learn(const EpochReported& event);
  void learn(const SweepClosed& event);
  void learn(const SweepResumed& event);
  void learn(const auto&) {}
  void add_to_space(const Hyperparameter& hyperparameter, TrialId found_by);

  struct RungRow {
    RungResult result;
    double time = 0;
  };
  Table rung_table() const;

  SweepOpened opened_;
  SweepClosed closed_{std::numeric_limits<double>::quiet_NaN(), ""};
  double time_ = 0;  ///< of the latest event that has one
  std::vector<KnownHyperparameter> space_;
  std::unordered_map<TrialId, Slot> slots_;  ///< where each trial is in the plan
  EpochRows epochs_;
  std::vector<RungRow> rungs_;
  WorkerRows workers_;
  Attempts attempts_;
};

/// Of the HDF5 library that runs, "1.10.8".
std::string hdf5_version();

}  // namespace sibyl
