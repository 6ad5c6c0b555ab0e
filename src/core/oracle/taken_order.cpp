#include "core/oracle/taken_order.hpp"

namespace sibyl {

void TakenOrder::tell(Sampler& sampler, const Scheduler&) {
  const std::size_t told = counts_ == Counts::at_once ? taken_.size() : counted_;
  for (std::size_t i = 0; i < told; ++i) {
    if (const auto found = found_.extract(taken_[i].slot.trial))
      for (const HyperparametersFound& each : found.mapped()) sampler.found(each);
    sampler.observed(taken_[i]);
  }
  taken_.erase(taken_.begin(), taken_.begin() + static_cast<std::ptrdiff_t>(told));
  counted_ = 0;
}

}  // namespace sibyl
