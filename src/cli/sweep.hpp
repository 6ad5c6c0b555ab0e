#pragma once

#include <filesystem>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>

#include "cli/options.hpp"
#include "cli/progress.hpp"
#include "core/events.hpp"
#include "store/journal.hpp"
#include "store/publication.hpp"
#include "store/results.hpp"

namespace sibyl {

/// What a sweep's directory holds.
struct SweepFiles {
  static constexpr const char* journal = "journal.bin";
  static constexpr const char* results = "results.h5";
  static constexpr const char* checkpoints = "checkpoints";
};

/// Seconds since 1970.
double wall_clock();

/// A sweep as rank 0 keeps it: its directory, its oracle, its journal and what is shown of it.
class Sweep {
 public:
  /// Starts the sweep that `opened` describes in the options' directory, or goes on with the one that is
  /// there
  /// (`--resume`). Throws UsageError when the directory holds another sweep, Error when it can't be used.
  Sweep(const Options& options, SweepOpened opened, const Objective& objective, std::ostream& out,
        Terminal terminal);

  Oracle& oracle() { return oracle_; }
  /// Was it finished before? Then there is nothing to do but to look at it.
  bool finished() const { return closed_.has_value(); }

  // The manager's hooks.
  void record(const Event& event) { journal_->append(event); }
  void commit() { journal_->commit(); }
  void learned(const Event& event, const Consequences& consequences);
  void unfit(int worker, const std::string& reason);
  void tick();

  /// The search is over: records it and publishes the results.
  void close(const std::string& reason);
  void print_summary(int top) const;

 private:
  void start(const SweepOpened& opened);
  void resume(const SweepOpened& opened, const SweepOptions& options);
  void discard_checkpoints(const Consequences& consequences);
  void publish();

  std::filesystem::path directory_;
  std::ostream& out_;
  Oracle oracle_;
  Progress progress_;
  Results results_;
  std::optional<Journal> journal_;
  std::optional<std::string> closed_;  ///< why it came to its end
  Publication publication_;
  TrialId kept_ = -1;  ///< the best trial that has ended: its checkpoint stays
};

/// Prints the best trials of the sweep in a directory, from its journal. Throws Error when there is none.
void summarize(std::ostream& out, const Options& options);

}  // namespace sibyl
