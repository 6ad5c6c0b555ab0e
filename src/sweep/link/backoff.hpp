#pragma once

#include <algorithm>
#include <chrono>
#include <thread>

namespace sibyl {

/// Waits between two looks for a message, longer each time nothing came. Open MPI's own blocking receive
/// spins at 100 % of a core, which the training on this node would miss. The first waits are short, so that a
/// busy exchange is not slowed down; the longest keeps a waiting rank below 1 % of a core.
class Backoff {
 public:
  void wait() {
    std::this_thread::sleep_for(delay_);
    delay_ = std::min(delay_ * 3 / 2, longest);
  }
  void reset() { delay_ = shortest; }

 private:
  static constexpr std::chrono::microseconds shortest{20};
  static constexpr std::chrono::microseconds longest{5000};
  std::chrono::microseconds delay_ = shortest;
};

}  // namespace sibyl
