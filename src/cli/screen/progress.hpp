#pragma once

#include <iosfwd>
#include <set>
#include <string>
#include <vector>

#include "cli/screen/terminal.hpp"
#include "launch/device_users.hpp"
#include "sweep/record/sweep_view.hpp"

namespace sibyl {

/// What people see while a sweep runs. On a terminal: a block that is redrawn in place, with bars. Anywhere
/// else (a log file): a line for each rung that is finished, each new best trial and each failure.
class Progress : public SweepView {
 public:
  Progress(std::ostream& out, Terminal terminal, const Oracle& oracle, const Timing& timing)
      : out_(out), terminal_(std::move(terminal)), oracle_(oracle), timing_(timing) {}
  /// Leaves what was drawn last on the screen.
  ~Progress() override;

  void learn(const Event& event, const Consequences& consequences, double now, bool quiet) override;
  /// Redraws the block; call it as often as you like.
  void draw(double now) override;
  /// A line that stays, above the block.
  void line(const std::string& text, double now) override;

 private:
  void show_worker(const WorkerJoined& joined, double now);
  void show_best(double now);
  void show_rungs(const Consequences& consequences, double now);
  /// In lines as long as they are.
  std::string block(double now) const;
  void erase();

  std::ostream& out_;
  Terminal terminal_;
  const Oracle& oracle_;
  const Timing& timing_;
  TrialId best_ = -1;
  double best_score_ = 0;
  std::set<std::tuple<int, int, int>> finished_rungs_;
  DeviceUsers device_users_;
  std::set<std::string> data_;  ///< descriptions of it; more than one if workers do not train on the same
  std::set<std::string> warnings_;
  std::int64_t epochs_before_ = 0;  ///< trained before the sweep was resumed
  double first_report_ = 0;
  double next_draw_ = 0;
  std::vector<std::size_t> drawn_;  ///< columns of each line of the block on the screen
};

}  // namespace sibyl
