#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/events.hpp"
#include "sweep/record/platforms.hpp"

namespace sibyl {

/// What a journal says of how its sweep is run: what a resume, `retrain` and `export` take from it.
class Record {
 public:
  /// Returns what is odd about a worker that joins, or about a start, in lines for people.
  std::vector<std::string> tell(const Event& event);

  bool has_begun() const { return opened_.has_value(); }
  /// JSON object of every option, as the sweep was started the last time; throws UsageError for the old
  /// record of a sweep with `--data`, which can't say where that was.
  std::string options(bool data_typed) const;
  /// The whole command of the last start; empty where that is not recorded.
  const std::string& command() const { return command_; }

  const std::optional<DataDescribed>& data() const { return data_; }
  const Platforms& platforms() const { return platforms_; }

 private:
  std::optional<SweepOpened> opened_;
  std::string options_;  ///< of the latest start that recorded them
  std::string command_;
  std::optional<SweepResumed> resumed_;
  std::optional<DataDescribed> data_;
  int threads_ = 0;  ///< of the first worker that joined
  Platforms platforms_;
};

/// What `--data` says, such that it is found from any directory: the path that it is, or begins with (before
/// a comma, as "table.csv,header=no"), is absolute. A job may take what is no path at all.
std::string absolute_data(const std::string& data);
/// Throws Error where the recorded data is not there any more.
void require_recorded_data(const std::string& data);

/// With --resume, and without --overwrite: what continues a sweep that was started so. Empty if nobody knows.
std::string resume_command(std::string command);

}  // namespace sibyl
