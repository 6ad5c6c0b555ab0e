#pragma once

#include <cstdint>

namespace sibyl {

/// The most memory of the node that this process has while this lives.
class PeakMemory {
 public:
  PeakMemory();
  /// So far; 0 where the system does not say.
  std::int64_t bytes() const;

 private:
  bool works_;
};

/// The most memory of the node that another process has had since it began its program; 0 where the system
/// does not say, or the process is dead.
std::int64_t peak_memory_of(int process);

}  // namespace sibyl
