#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/events.hpp"

namespace sibyl {

/// Which workers have which GPU, as they joined: several may share one.
class DeviceUsers {
 public:
  /// Those that have this worker's GPU, in the order in which they came; none of a CPU. A worker that was
  /// lost and joins again is still one.
  std::vector<int> tell(const WorkerJoined& joined) {
    if (joined.uuid.empty()) return {};
    auto& users = users_[{joined.host, joined.uuid}];
    if (std::find(users.begin(), users.end(), joined.worker) == users.end()) users.push_back(joined.worker);
    return users;
  }
  void clear() { users_.clear(); }
  /// By host and UUID.
  const std::map<std::pair<std::string, std::string>, std::vector<int>>& all() const { return users_; }

 private:
  std::map<std::pair<std::string, std::string>, std::vector<int>> users_;
};

}  // namespace sibyl
