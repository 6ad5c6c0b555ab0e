#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "core/training/checkpoint_timer.hpp"
#include "external/program/guarded_program.hpp"
#include "external/trial/epoch_log.hpp"
#include "external/trial/score.hpp"
#include "sibyl/hyperparameters.hpp"

namespace sibyl {

/// What is the same for all that a trainer runs.
struct ProgramSetting {
  const TrainerOptions& options;
  std::string score;            ///< see PrintedScores
  std::string visible_devices;  ///< see ProgramTask
  std::string device;           ///< "cpu" or "cuda"
};

/// One execution of a suggestion, by a program: from its start, or from where a program that was kept alive
/// is asked again, to its end.
class ProgramRun {
 public:
  /// `kept`: a program that waits for work, or none; afterwards the same.
  ProgramRun(const ProgramSetting& setting, const Suggestion& suggestion, int execution, HyperParameters& hp,
             Reporter& reporter, std::unique_ptr<GuardedProgram>& kept);
  /// Exceptions are the trial's failure. What is to be known of it besides is in the message.
  TrialEnded run();

 private:
  using Clock = std::chrono::steady_clock;
  static double seconds_now();

  void restore();
  void start();
  void give_work();
  void supervise();
  void step();
  void take_output();
  void pass_on(std::string_view text) const;
  void hear(const std::string& line);
  void hear(const SaidHello& said);
  void hear(const Question& said);
  void hear(SaidReport said);
  void hear(SaidNote said);
  void hear(const SaidSaved& said);
  void hear(const SaidUnreadable& said);
  void hear(const SaidFailure& said);
  void hear(const SaidEnd& said);
  void hear(const SaidReady&) {}
  void hear(const SaidAlive&) {}
  void answer(const std::string& line);
  void follow_order();
  void end_after(std::chrono::milliseconds patience, Clock::time_point since);
  void look_for_life();
  void take_final_score();
  void await_order();
  TrialEnded conclude();
  TrialEnded judged() const;
  bool ended_badly() const;
  void note(const std::string& text);

  const ProgramSetting& setting_;
  const Suggestion& suggestion_;
  int execution_;
  HyperParameters& hp_;
  Reporter& reporter_;
  std::unique_ptr<GuardedProgram>& program_;
  TrialFolder folder_;
  EpochLog log_;
  PrintedScores scores_;
  CheckpointTimer timer_;
  std::optional<ProgramCheckpoint> checkpoint_;  ///< that the program goes on from

  bool speaks_ = false;         ///< the protocol
  bool restarts_ = false;       ///< the program, from its checkpoint
  bool is_unreadable_ = false;  ///< that one
  bool is_silent_ = false;      ///< a program that was kept has said nothing about this work yet
  bool asked_ = false;          ///< to end, by SIGTERM
  std::optional<SaidFailure> failure_;
  std::optional<SaidEnd> said_end_;
  std::optional<ProcessEnd> end_;
  Clock::time_point said_end_at_, told_at_, asked_at_;
  Order told_ = Order::go_on;
  TrialFacts facts_;
  double save_began_ = 0;
  double cpu_seconds_ = 0;
  Clock::time_point next_look_;
  std::string note_;
};

}  // namespace sibyl
