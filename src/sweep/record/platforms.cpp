#include "sweep/record/platforms.hpp"

namespace sibyl {

std::vector<std::string> Platforms::tell(const WorkerJoined& joined) {
  return tell(joined.platform, "worker " + std::to_string(joined.worker) + " on " + joined.host);
}

std::vector<std::string> Platforms::tell(const std::map<std::string, std::string>& versions,
                                         const std::string& who) {
  std::vector<std::string> news;
  for (const auto& [what, name] : versions) {
    const auto& [first, is_first] = first_.try_emplace(what, name);
    if (is_first || first->second == name || !others_.emplace(what, name).second) continue;
    news.push_back(who + ": the " + what + " is " + name + ", the sweep began with " + first->second +
                   ": metrics may differ in their last bits from here on");
  }
  lines_.insert(lines_.end(), news.begin(), news.end());
  return news;
}

bool Platforms::differs(const WorkerJoined& joined) const {
  for (const auto& [what, name] : joined.platform) {
    const auto first = first_.find(what);
    if (first != first_.end() && first->second != name) return true;
  }
  return false;
}

}  // namespace sibyl
