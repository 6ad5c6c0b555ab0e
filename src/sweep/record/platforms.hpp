#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/events.hpp"

namespace sibyl {

/// What decides the last bits of a sweep's metrics (the workers' processors, their libraries), and where that
/// is no longer what the sweep began with.
class Platforms {
 public:
  /// Returns what is told by it for the first time, in lines for people.
  std::vector<std::string> tell(const WorkerJoined& joined);
  /// The same for what rank 0 says of itself: the names and versions of its libraries.
  std::vector<std::string> tell(const std::map<std::string, std::string>& versions, const std::string& who);

  /// Does this worker differ from what the sweep began with?
  bool differs(const WorkerJoined& joined) const;
  /// All that was told.
  const std::vector<std::string>& lines() const { return lines_; }

 private:
  std::map<std::string, std::string> first_;
  std::set<std::pair<std::string, std::string>> others_;
  std::vector<std::string> lines_;
};

}  // namespace sibyl
