#pragma once

#include <deque>
#include <map>
#include <set>
#include <tuple>
#include <vector>

#include "core/oracle/planned_results.hpp"
#include "core/oracle/result_order.hpp"

namespace sibyl {

/// Hands a sampler the results in the order of the plan, whatever the order in which they come in, and never
/// more than the next trial may know (see PlannedResults). What is late is waited for: until then that trial
/// can't be chosen.
class PlannedOrder : public ResultOrder {
 public:
  explicit PlannedOrder(PlannedResults plan);

  void started(TrialId trial) override;
  void found(const HyperparametersFound& found) override;
  void observed(const Observation& observation) override;
  void decided(const RungResult& result, const Values& hyperparameters) override;
  void no_more_trials() override { plan_.no_more_trials(); }
  void extend(std::int64_t max_trials, int iterations) override;
  void tell(Sampler& sampler, const Scheduler& scheduler) override;
  bool complete() const override { return steps_.empty(); }

 private:
  using Rung = std::tuple<int, int, int>;  ///< iteration, bracket, rung
  void add(const std::vector<PlannedResults::Step>& steps);
  bool tell_first_slot(TrialId trial, Sampler& sampler);
  bool tell_rung(const Slot& slot, Sampler& sampler, const Scheduler& scheduler);

  PlannedResults plan_;
  std::deque<PlannedResults::Step> steps_;  ///< that are to be told before the next trial
  std::set<TrialId> in_first_slot_;
  // What has come in and was not told yet.
  std::map<TrialId, std::vector<HyperparametersFound>> found_;
  std::map<TrialId, Observation> first_slots_;
  std::map<Rung, std::vector<Observation>> rungs_;
};

}  // namespace sibyl
