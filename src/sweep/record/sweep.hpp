#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/events.hpp"
#include "core/space/ask.hpp"
#include "store/journal/journal.hpp"
#include "store/lock.hpp"
#include "store/results/publication.hpp"
#include "store/results/publisher.hpp"
#include "store/results/results.hpp"
#include "store/sweep_directory.hpp"
#include "store/tensorboard/tensorboard.hpp"
#include "sweep/options/sweep_options.hpp"
#include "sweep/record/kept_checkpoints.hpp"
#include "sweep/record/record.hpp"
#include "sweep/record/retrained.hpp"
#include "sweep/record/standing.hpp"
#include "sweep/record/sweep_view.hpp"

namespace sibyl {

/// Seconds since 1970.
double wall_clock();

/// How a sweep is begun, or gone on with.
struct SweepStart {
  std::filesystem::path directory;
  bool resume = false;     ///< goes on with the sweep that is there
  bool overwrite = false;  ///< deletes it
  SweepOptions options;
  int keep_best = 1;  ///< trials whose weights are kept when they have ended
  bool tensorboard = false;
  SweepOpened opened;      ///< the sweep as this start's command line describes it
  SweepLaunched launched;  ///< by whom, for the record; its time is filled in
};

/// A sweep as rank 0 keeps it: its directory, its oracle and its journal.
class Sweep {
 public:
  /// Throws UsageError when the directory holds another sweep, Error when it can't be used. `ask` asks the
  /// job which hyperparameters a configuration has; empty where the job does not say.
  Sweep(SweepStart start, const MakeSweepView& make_view, const Ask& ask = {});

  Oracle& oracle() { return *oracle_; }
  /// Was it finished before, and is there nothing more to do?
  bool finished() const { return closed_.has_value(); }
  const Timing& timing() const { return timing_; }
  /// How it stands, as of this process.
  Standing standing() const;
  /// The command that goes on with it; empty where nobody knows.
  std::string resume_command() const;
  /// Does it ask the job which hyperparameters its trials have?
  bool asks() const { return asks_; }

  /// A line for people.
  void say(const std::string& line) { view_->line(line, wall_clock()); }
  void warn(const std::vector<std::string>& lines);

  // The manager's hooks.
  /// Why a worker with other data than the sweep's can't be one of its; empty if it can.
  std::string refusal(const WorkerJoined& joined);
  void record(const Event& event) { journal_->append(event); }
  void commit();
  void learned(const Event& event, const Consequences& consequences);
  void tick();

  /// The search is over: records it and publishes the results.
  void close(const std::string& reason);
  /// It ends before it is finished, in any other way: the same.
  void stop(SweepEnd end, const std::string& reason);
  /// The sweep is refused before its first trial: the next start finds nothing of it, if it began here.
  void withdraw();

 private:
  void begin(const SweepOpened& opened);
  void start();
  void resume();
  void take_up();
  void tell_launched();
  void note_data(const WorkerJoined& joined);
  void tell(const Event& event);
  void note_ended(const Consequences& consequences);
  [[noreturn]] void end_without_journal(const JournalLost& lost);
  /// To the results, before they are published: how large the plan is, and which models were trained again.
  void tell_the_rest();
  void publish();
  void take_note(const Publisher::Done& done);
  void flush_tensorboard();

  SweepStart start_;
  std::filesystem::path directory_;
  bool made_directory_ = false;  ///< by this start
  bool began_here_ = false;
  Ask ask_;
  bool asks_ = false;
  std::optional<DirectoryLock> lock_;
  std::optional<Oracle> oracle_;  ///< since the sweep's settings are known
  Record record_;
  Timing timing_;
  MakeSweepView make_view_;
  std::unique_ptr<SweepView> view_;  ///< like it
  Results results_;
  std::optional<TensorBoardLog> tensorboard_;
  bool tensorboard_failed_ = false;
  std::optional<Journal> journal_;
  std::optional<std::string> closed_;  ///< why it came to its end
  Publication publication_;
  std::optional<Publisher> publisher_;
  KeptCheckpoints checkpoints_;
  RetrainedWatch retrained_;
};

}  // namespace sibyl
