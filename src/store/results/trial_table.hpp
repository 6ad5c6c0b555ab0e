#pragma once

#include <memory>
#include <vector>

#include "sibyl/objective.hpp"
#include "store/results/made_tables.hpp"
#include "store/results/search_space_table.hpp"

namespace sibyl {

/// The rows of /trials: what the oracle knows of each, then a column `hp:NAME` for each hyperparameter of the
/// space or of any trial.
store::Table trial_table(const std::vector<Trial>& trials, const Objective& objective,
                         const std::vector<KnownHyperparameter>& space);

/// The same rows for a file: only those that changed are made anew.
class TrialRows {
 public:
  TrialRows();
  ~TrialRows();
  TrialRows(TrialRows&&) noexcept;
  TrialRows& operator=(TrialRows&&) noexcept;

  /// The trial has changed, or is new.
  void touched(TrialId trial) {
    if (touched_.empty() || touched_.back() != trial) touched_.push_back(trial);
  }
  /// What is new since the last update that was published.
  hdf5::TableUpdate changes(const std::vector<Trial>& trials, const Objective& objective,
                            const std::vector<KnownHyperparameter>& space);
  /// Was the last update published?
  void published(bool yes);

 private:
  class Columns;
  void learn(const std::vector<Trial>& trials, const Objective& objective,
             const std::vector<KnownHyperparameter>& space);

  std::unique_ptr<Columns> columns_;
  std::vector<TrialId> touched_, offered_;  ///< since the last update that was published; those of the last
  std::size_t rows_ = 0;                    ///< that were learned
  std::uint64_t chunk_rows_ = 0, layout_ = 0, published_layout_ = 0;
};

}  // namespace sibyl
