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

}  // namespace sibyl
