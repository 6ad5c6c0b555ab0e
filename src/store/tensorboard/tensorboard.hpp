#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/events.hpp"

namespace sibyl {

/// Learns what happens in a sweep and writes it as event files, for people who have a TensorBoard open:
///
///   trial_000017/              a row of the HParams table; the metrics by epoch; at the end of each rung the
///                              trial's score, as "best/<objective>"
///   trial_000017/execution_0/  of several executions, the metrics: so a chart has a curve for each
///   search_space_4/            the columns of the HParams table; 4 hyperparameters are known
///
/// What is written follows from the events alone. So a sweep that is resumed, and tells them all again,
/// writes the same bytes to the same files: a TensorBoard that has them open sees them grow, and nothing
/// else.
class TensorBoardLog {
 public:
  /// Writes nothing yet. `max_waiting`: so many bytes are kept until the next flush.
  explicit TensorBoardLog(std::filesystem::path folder, std::size_t max_waiting = std::size_t{64} << 20);

  /// Told every event after the oracle, with what that said follows from it, its trials and its space. Never
  /// throws for a file: what can't be written waits for the next flush, which tells.
  void tell(const Event& event, const Consequences& consequences, const std::vector<Trial>& trials,
            const SearchSpace& space);

  /// Writes what was told since the last time. Call it only when the journal has it too. Throws Error when it
  /// can't; the next flush tries again, and the sweep needs none of it.
  void flush();

 private:
  using Run = std::pair<TrialId, int>;  ///< of an execution; -1: the trial's own
  enum class Told : std::uint8_t { nothing, start, end };

  void learn(const SweepOpened& event, const std::vector<Trial>& trials);
  void learn(const HyperparametersFound& event, const std::vector<Trial>& trials);
  void learn(const EpochReported& event, const std::vector<Trial>& trials);
  void learn(const TrialEnded& event, const std::vector<Trial>& trials);
  template <class Other>
  void learn(const Other&, const std::vector<Trial>&) {}

  void add(Run run, const Trial& trial, const std::string& records);
  void start(TrialId id, const Trial& trial);
  void end(TrialId id, const Trial& trial);

  std::filesystem::path folder_of(Run run) const;
  void write();
  void write(Run run, const std::string& records);
  void write_space();
  void discard_leftovers() const;

  std::filesystem::path folder_;
  std::size_t max_waiting_;
  std::string file_name_;
  SweepOpened opened_;
  SearchSpace space_;                      ///< with the hyperparameters that workers found
  std::optional<std::size_t> space_size_;  ///< of the one that is written
  int executions_ = 1;

  std::vector<Told> told_;  ///< by trial
  std::map<Run, std::string> waiting_;
  std::size_t bytes_ = 0;  ///< that wait
  std::map<Run, std::uint64_t> written_;
  std::map<TrialId, std::string> restarts_;  ///< trials that found hyperparameters after their start was told
  bool fresh_ = true;                        ///< nothing was flushed yet
  std::string given_up_;                     ///< why; empty while it goes on
};

}  // namespace sibyl
