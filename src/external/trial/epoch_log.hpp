#pragma once

#include <string>
#include <utility>

#include "core/training/early_stopping.hpp"
#include "external/trial/messages.hpp"
#include "external/trial/trial_folder.hpp"

namespace sibyl {

/// The epochs of one execution, as a program reports them: in order, with the objective among their metrics.
/// Says when the training is over.
class EpochLog {
 public:
  EpochLog(const TrainerOptions& options, const Suggestion& suggestion, int execution, Reporter& reporter);

  /// The program goes on after this epoch (0: from the start), with what was reported up to it. What of that
  /// the sweep does not know is reported.
  void begin(int epoch, ReportedEpochs reported);
  /// `every`: no epoch may be left out. Throws Error for one that can't come next, and for metrics without
  /// the objective.
  void report(SaidReport said, bool every);

  /// Of the trial; reported with the next epoch.
  void note(const Values& values) { notes_.update(values); }
  /// Those of no epoch that was reported.
  Values take_notes() { return std::exchange(notes_, {}); }

  int last() const { return last_; }  ///< epoch that was reported; 0: none
  const ReportedEpochs& reported() const { return reported_; }
  bool reached_end() const { return last_ >= suggestion_.slot.last_epoch; }
  bool stopped_early() const { return early_stopping_.should_stop(); }
  const std::string& diverged() const { return diverged_; }  ///< how; empty: it has not
  /// Is there nothing more to train?
  bool is_over() const { return reached_end() || stopped_early() || !diverged_.empty(); }
  std::string early_stopping_reason() const { return early_stopping_.reason(); }

 private:
  void learn(int epoch, const ReportedEpoch& report);
  void send(int epoch, const ReportedEpoch& report);

  const TrainerOptions& options_;
  const Suggestion& suggestion_;
  int execution_;
  Reporter& reporter_;
  EarlyStopping early_stopping_;
  ReportedEpochs reported_;
  int last_ = 0;
  double began_ = 0;  ///< the epoch that is trained, on a clock that nobody sets
  double started_ = 0;
  std::string diverged_;
  Values notes_;
};

}  // namespace sibyl
