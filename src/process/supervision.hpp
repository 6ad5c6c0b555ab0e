#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>

#include "process/trainer_process.hpp"
#include "sibyl/trainer.hpp"

namespace sibyl {

constexpr std::chrono::milliseconds look_interval{10};

/// Time without a sign of life. A while in which this process did not run either (it was suspended, say)
/// counts for nothing.
class Silence {
 public:
  void end();
  double seconds();

 private:
  std::chrono::steady_clock::time_point last_look_ = std::chrono::steady_clock::now();
  double seconds_ = 0;
};

/// One trial in a trainer process: passes on what the trainer says and what it is told, until it says that
/// the trial ended, or dies; kills it when it hangs, does not follow, or can't be heard any more.
class Supervision {
 public:
  /// `broken` becomes the reason when the trainer says that it takes no more trials.
  Supervision(TrainerProcess& process, const Suggestion& suggestion, Reporter& reporter, int worker,
              std::optional<std::string>& broken)
      : process_(process), suggestion_(suggestion), reporter_(reporter), worker_(worker), broken_(broken) {}
  /// The trial's end, or what became of the process before. Throws WorkerCannotTrain.
  std::variant<TrialEnded, Outcome> run();

 private:
  using Clock = std::chrono::steady_clock;

  std::optional<TrialEnded> hear();
  void check_connection();
  void pass_on_order();
  void check_time();
  void warn();
  void kill();
  std::variant<TrialEnded, Outcome> after_death();

  TrainerProcess& process_;
  const Suggestion& suggestion_;
  Reporter& reporter_;
  int worker_;
  std::optional<std::string>& broken_;

  Silence silence_;
  Order told_ = Order::go_on;
  Clock::time_point told_at_;
  std::string hang_;  ///< how it hung
  bool warned_ = false;
  std::optional<Clock::time_point> killed_at_;
  std::optional<Clock::time_point>
      deaf_since_;     ///< a dying process closes its end a little before it is dead
  bool lost_ = false;  ///< but this one lives, and can't be heard any more
};

}  // namespace sibyl
