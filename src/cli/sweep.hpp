#pragma once

#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "cli/geometry.hpp"
#include "cli/kept_checkpoints.hpp"
#include "cli/options.hpp"
#include "cli/progress.hpp"
#include "cli/record.hpp"
#include "core/events.hpp"
#include "core/space/ask.hpp"
#include "store/journal.hpp"
#include "store/lock.hpp"
#include "store/publication.hpp"
#include "store/publisher.hpp"
#include "store/results.hpp"
#include "store/sweep_directory.hpp"
#include "store/tensorboard.hpp"

namespace sibyl {

/// Seconds since 1970.
double wall_clock();

/// A sweep as rank 0 keeps it: its directory, its oracle, its journal and what is shown of it.
class Sweep {
 public:
  /// Starts the sweep that `opened` describes in the options' directory, or goes on with the one that is
  /// there
  /// (`--resume`). Throws UsageError when the directory holds another sweep, Error when it can't be used.
  /// `ask` asks the job which hyperparameters a configuration has; empty where the job does not say.
  /// `launched` says by whom, for the record; its time is filled in. `time_limit`: seconds of this start; 0:
  /// none.
  Sweep(const Options& options, const SweepOpened& opened, const SweepLaunched& launched, double time_limit,
        std::ostream& out, Terminal terminal, const Ask& ask = {});

  Oracle& oracle() { return *oracle_; }
  /// Was it finished before, and is there nothing more to do?
  bool finished() const { return closed_.has_value(); }
  /// Does it ask the job which hyperparameters its trials have?
  bool asks() const { return asks_; }

  /// Lines for people.
  void warn(const std::vector<std::string>& lines);

  // The manager's hooks.
  /// Why a worker with other data than the sweep's can't be one of its; empty if it can.
  std::string unfit(const WorkerJoined& joined);
  void record(const Event& event) { journal_->append(event); }
  void commit();
  void learned(const Event& event, const Consequences& consequences);
  void tick();

  /// The search is over: records it and publishes the results.
  void close(const std::string& reason);
  /// The sweep was told to stop, or given up: the same.
  void stop(const std::string& reason);
  /// The sweep is refused before its first trial: the next start finds nothing of it, if it began here.
  void withdraw();
  void print_summary(int top) const;

 private:
  void begin(const SweepOpened& opened);
  void start(const SweepOpened& opened);
  void resume(const SweepOpened& opened);
  void take_up(const SweepOpened& opened);
  void tell_launched();
  void note_data(const WorkerJoined& joined);
  void tell(const Event& event);
  void note_ended(const Consequences& consequences);
  [[noreturn]] void end_without_journal(const JournalLost& lost);
  /// To the results, before they are published.
  void tell_plan();
  void publish();
  void take_note(const Publisher::Done& done);
  void flush_tensorboard();

  std::filesystem::path directory_;
  std::ostream& out_;
  Terminal terminal_;
  SweepOptions options_;
  SweepLaunched launched_;
  bool made_directory_ = false;  ///< by this start
  bool began_here_ = false;
  Ask ask_;
  bool asks_ = false;
  std::optional<DirectoryLock> lock_;
  std::optional<Oracle> oracle_;  ///< since the sweep's settings are known
  Record record_;
  Geometry geometry_;
  std::optional<Progress> progress_;  ///< like it
  Results results_;
  std::optional<TensorBoardLog> tensorboard_;
  bool tensorboard_failed_ = false;
  std::optional<Journal> journal_;
  std::optional<std::string> closed_;  ///< why it came to its end
  Publication publication_;
  std::optional<Publisher> publisher_;
  KeptCheckpoints checkpoints_;
};

}  // namespace sibyl
