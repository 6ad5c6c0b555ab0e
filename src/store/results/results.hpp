#pragma once

#include <filesystem>
#include <limits>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/events.hpp"
#include "core/launches.hpp"
#include "core/schedulers/scheduler.hpp"
#include "sibyl/objective.hpp"
#include "store/results/epoch_rows.hpp"
#include "store/results/made_tables.hpp"
#include "store/results/packed_rows.hpp"
#include "store/results/retrained_table.hpp"
#include "store/results/search_space_table.hpp"
#include "store/results/trial_table.hpp"
#include "store/results/worker_rows.hpp"

namespace sibyl {

/// Learns what happens in a sweep and publishes it as one HDF5 file, for people and their tools. The file
/// says nothing that the journal, and what was made from the sweep, do not; its tables and columns are listed
/// in analysis/README.md.
class Results {
 public:
  Results();

  /// Told every event in the journal's order, with what the oracle said follows from it.
  void tell(const Event& event, const Consequences& consequences = {});

  /// All models that were trained again by now, of which the journal does not know.
  void retrained(std::vector<RetrainedModel> models) { retrained_ = std::move(models); }

  /// Of the whole sweep, as far as it is known now.
  void plan(const std::optional<PlanSize>& planned) { planned_ = planned.value_or(PlanSize{}); }

  /// Writes the file anew and puts it in the place of the old one at once: whoever opens `file` sees a whole
  /// one. `trials` are the oracle's, `now` is the time in seconds since 1970. Throws Error when the file
  /// can't be written; then the old one stands.
  void publish(const std::filesystem::path& file, const std::vector<Trial>& trials, double now) const;

  /// What has changed since the last of these that was published; at first, all. It needs nothing of this
  /// object any more, so another thread may write it.
  hdf5::Update changes(const std::vector<Trial>& trials, double now);
  /// Were the last changes published?
  void published(bool yes);

 private:
  void learn(const SweepOpened& event);
  void learn(const TrialStarted& event);
  void learn(const HyperparametersFound& event);
  void learn(const EpochReported& event);
  void learn(const TrialEnded& event);
  void learn(const SweepClosed& event);
  void learn(const SweepResumed& event);
  void learn(const SweepLaunched& event);
  void learn(const auto&) {}
  void add_to_space(const Hyperparameter& hyperparameter, TrialId found_by);

  void add_rung(const RungResult& result);
  Objective objective() const;
  hdf5::Attributes attributes(double now) const;

  SweepOpened opened_;
  SweepClosed closed_{std::numeric_limits<double>::quiet_NaN(), ""};
  PlanSize planned_;  ///< zeros: nobody can say
  double time_ = 0;   ///< of the latest event that has one
  std::vector<KnownHyperparameter> space_;
  std::unordered_map<TrialId, Slot> slots_;  ///< where each trial is in the plan
  EpochRows epochs_;
  PackedRows rungs_;
  WorkerRows workers_;
  Launches launches_;
  TrialRows trial_rows_;
  std::vector<RetrainedModel> retrained_;
  ComparedTable space_rows_, worker_rows_, launch_rows_, retrained_rows_;
  GrowingTable work_rows_;
};

/// Of the HDF5 library that runs, "1.10.8".
std::string hdf5_version();

}  // namespace sibyl
