#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "core/oracle/oracle.hpp"
#include "process/shell_command.hpp"

namespace sibyl {

struct EventCommandOptions {
  std::string on_new_best = {};  ///< a shell's command; empty: none
  std::string on_end = {};
  std::filesystem::path directory = {};  ///< of the sweep
  std::string job = {};
  std::chrono::milliseconds timeout{60'000};      ///< of a command while the sweep goes on
  std::chrono::milliseconds end_timeout{20'000};  ///< of all that run when it ends
};

/// Runs the user's commands on what happens in a sweep, with the facts in their environment. They run beside
/// it and decide nothing: one that fails, or takes too long, is warned of once.
class EventCommands {
 public:
  /// The best trial that `oracle` knows now is no news. `warn` is told what went wrong with a command.
  EventCommands(EventCommandOptions options, const Oracle& oracle,
                std::function<void(const std::string&)> warn);

  /// A trial's slot has ended: perhaps there is a new best one.
  void look_for_best() { looks_ = true; }
  /// Often. Starts the command of a new best, of those that came while one ran for the latest alone.
  void tick();
  /// The sweep, or this launch of it, has come to its end. Waits for the commands.
  void end(SweepEnd end, const std::string& reason, const std::string& resume_command, double seconds);

 private:
  using Clock = std::chrono::steady_clock;
  struct Running {
    std::string option;  ///< "on-end"
    std::unique_ptr<ShellCommand> command;
    Clock::time_point deadline;
  };

  bool is_new_best(const Trial& trial) const;
  Variables facts(const std::string& event, TrialId best) const;
  void start(const std::string& option, const std::string& command, const Variables& environment,
             Running& running);
  void look_after(Running& running);
  void warn_of(const std::string& option, const std::string& what);

  EventCommandOptions options_;
  const Oracle& oracle_;
  std::function<void(const std::string&)> warn_;
  bool looks_ = false;
  double told_ = 0;  ///< the best score that was told of, or was there before; NaN: none
  Running new_best_;
  Running end_;
  std::set<std::string> warned_;
};

}  // namespace sibyl
