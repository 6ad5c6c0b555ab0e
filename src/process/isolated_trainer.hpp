#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "process/trainer_process.hpp"
#include "sibyl/job.hpp"

namespace sibyl {

struct IsolationOptions {
  std::string job;                         ///< its name, for `ps`
  int worker = 0;                          ///< its number, for `ps` and what is printed
  std::int64_t trials = 0;                 ///< a trainer process is replaced after so many; 0: never
  std::int64_t memory_growth = 1LL << 30;  ///< ... when it grew by more bytes since its first trial; 0: never
  TrainerOptions trainer;
  /// When somebody's SIGKILL took the process: how long to wait whether this one's comes, too.
  std::chrono::milliseconds moment{3000};
};

/// Trains in a process of its own, so that whatever a trial does costs that trial alone: the process is kept
/// from trial to trial, and replaced when it died, hung, broke its device, or grew too much.
///
/// The caller's thread has to live as long as this: the process dies with it.
class IsolatedTrainer : public Trainer {
 public:
  /// Starts the first process and waits until it is ready. `go_on` is called again and again meanwhile; when
  /// it says no, and when the process can't train, an Error is thrown.
  IsolatedTrainer(IsolationOptions options, const std::function<bool()>& go_on);
  ~IsolatedTrainer() override;

  WorkerJoined describe() const override { return description_; }
  /// Throws WorkerCannotTrain when no process can be started any more, and when the process says that it
  /// can't train. A trial whose process was killed by a SIGKILL that nobody explains is interrupted, if this
  /// process lives on, not failed.
  TrialEnded train(const Suggestion& suggestion, Reporter& reporter) override;

 private:
  void start(const std::function<bool()>& go_on);
  void restart(Reporter& reporter);
  TrialEnded supervise(const Suggestion& suggestion, Reporter& reporter);
  TrialEnded judge(const Outcome& what, const Suggestion& suggestion, Reporter& reporter) const;
  bool replace_before_next() const;

  IsolationOptions options_;
  std::unique_ptr<TrainerProcess> process_;  ///< none: start one before the next trial
  WorkerJoined description_;
  std::optional<std::string> broken_;  ///< why it takes no more; none while it does
  std::int64_t trials_ = 0;            ///< that the process has trained
  std::int64_t first_memory_ = 0;      ///< of the process after its first trial
  double start_seconds_ = 0;           ///< that the first start took
};

}  // namespace sibyl
