#include "core/training/checkpoint_timer.hpp"

#include <algorithm>

namespace sibyl {

bool CheckpointTimer::due(double now) const {
  if (options_.seconds <= 0) return false;
  const double least = options_.epochs > 0 ? 0 : 20 * took_;
  return now - saved_ >= std::max(options_.seconds, least);
}

bool CheckpointTimer::due_after(int epoch, double now) const {
  return due(now) || (options_.epochs > 0 && epoch % options_.epochs == 0);
}

void CheckpointTimer::saved(double began, double ended) {
  saved_ = ended;
  took_ = ended - began;
}

}  // namespace sibyl
