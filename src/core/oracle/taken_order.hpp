#pragma once

#include <map>
#include <vector>

#include "core/oracle/result_order.hpp"

namespace sibyl {

/// Results in the order in which the scheduler takes them, and never one that it takes between the moment at
/// which the next trial can be chosen and its start.
///
/// A VirtualClock takes none between them, and so what it has taken counts at once. Other schedulers take
/// results as they arrive (`--order arrival`): those count from the start of a trial on, for the one after
/// it.
class TakenOrder : public ResultOrder {
 public:
  enum class Counts { at_once, from_the_next_start };
  explicit TakenOrder(Counts counts) : counts_(counts) {}

  void started(TrialId) override { counted_ = taken_.size(); }
  void found(const HyperparametersFound& found) override { found_[found.trial].push_back(found); }
  void observed(const Observation& observation) override { taken_.push_back(observation); }
  void tell(Sampler& sampler, const Scheduler& scheduler) override;
  bool complete() const override { return true; }

 private:
  Counts counts_;
  std::map<TrialId, std::vector<HyperparametersFound>> found_;
  std::vector<Observation> taken_;  ///< and not told yet
  std::size_t counted_ = 0;         ///< of them, before the latest start
};

}  // namespace sibyl
