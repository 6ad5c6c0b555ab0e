#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "sibyl/job.hpp"

namespace sibyl {

/// What a program has reported of an epoch.
struct ReportedEpoch {
  double started = 0;  ///< seconds since 1970
  double seconds = 0;
  std::vector<Metric> metrics;
};
/// By epoch, from 1.
using ReportedEpochs = std::map<int, ReportedEpoch>;

/// The program's own copy of what it has trained, and after how many epochs.
struct ProgramCheckpoint {
  std::filesystem::path path;
  int epoch = 0;
};

/// Where what an execution of a trial needs to go on is kept: the program's checkpoint, a file or a folder,
/// and what was reported up to it, in case that a report was lost with its worker; and a folder for the
/// program alone.
class TrialFolder {
 public:
  TrialFolder(const TrainerOptions& options, TrialId trial, int execution);

  /// Are there any? Not where no checkpoints are kept.
  bool is_there() const { return !folder_.empty(); }
  /// Makes it. Throws Error, as all below.
  void make() const;
  std::optional<ProgramCheckpoint> checkpoint() const;
  ReportedEpochs reported() const;
  std::int64_t checkpoint_bytes() const;  ///< of a file or of all in a folder; 0: there is none

  /// Where the program is to write the next one. What was there is deleted.
  std::filesystem::path place_for_next() const;
  /// It has written it: makes it the checkpoint, durable, with the reports up to it.
  void keep(int epoch, const ReportedEpochs& reported) const;
  /// Deletes the checkpoint, and leftovers of writers that were killed.
  void forget_checkpoint() const;
  /// Takes another trial's checkpoint and reports over.
  void copy(const TrialFolder& other) const;
  /// The program's own folder becomes a copy of the other trial's, unless it is there already.
  void copy_own(const TrialFolder& other) const;

  std::filesystem::path for_program() const { return folder_ / "own"; }
  std::filesystem::path score_file() const { return folder_ / "score"; }

 private:
  std::filesystem::path folder_;
};

}  // namespace sibyl
