#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <vector>

#include "core/schedulers/population/plan.hpp"
#include "core/schedulers/scheduler.hpp"

namespace sibyl {

/// Population-based training (Jaderberg et al. 2017, "Population Based Training of Neural Networks"), in
/// generations: all members are trained for some epochs and compared by their latest score; the lowest fifth
/// ends, and for each of them a descendant of one of the best fifth begins: with its weights, and with those
/// of its hyperparameters changed that may change in training. A failed member is replaced in the same way.
///
/// A descendant is a new trial with a parent. A parent goes on once its descendants are through with their
/// first generation, since until then its checkpoint is theirs; so they come first. What is decided does not
/// depend on the order of arrival.
class Population : public Scheduler {
 public:
  /// `max_trials`, descendants included; 0: any number. Throws UsageError for options that make no plan.
  Population(PopulationOptions options, std::int64_t max_trials, const SchedulerContext& context);

  std::optional<Proposal> next(std::optional<TrialId> new_trial) const override;
  bool expects(const Slot& slot, TrialId parent) const override;
  Effects started(const Slot& slot) override;
  Effects observed(const Observation& observation) override;
  /// Those that there are go on; nobody is replaced any more.
  Effects no_more_trials() override;
  Effects extend(std::int64_t max_trials, int iterations) override;
  bool finished() const override { return finished_; }
  std::vector<RungStatus> rungs() const override;
  std::optional<RungStatus> rung(const Slot& slot) const override;
  std::optional<PlanSize> planned() const override;

 private:
  /// A trial that is through with this generation.
  struct Member {
    Ranked place;
    std::int64_t number = 0;  ///< in the population; a descendant has that of the member it replaces
    Values values = {};
    bool ended_early = false;  ///< it has ended its training: its score stands, and it has no weights of now
    bool decided = false;
  };
  /// One that is under way, or is going to be in this generation.
  struct Place {
    std::int64_t number = 0;
    TrialId parent = -1;  ///< of a descendant in its first generation
    int descendants = 0;  ///< that it has to wait for
  };
  struct Descendant {
    std::int64_t number = 0;
    TrialId parent = -1;
    Values values = {};
  };
  Slot slot(TrialId trial, int generation) const;
  bool takes_new() const;
  void go_on(TrialId trial, int generation, double score, Effects& effects);
  void release(TrialId parent, Effects& effects);
  void drop_descendants(Effects& effects);
  void close_if_complete(Effects& effects);
  void next_generation(Effects& effects);
  void replace(std::vector<Member>& lowest, const std::vector<Member>& best, Effects& effects);
  std::int64_t to_replace() const;

  PopulationOptions options_;
  std::int64_t max_trials_;
  BestFirst better_;
  SearchSpace space_;
  std::uint64_t seed_;
  std::vector<RungStatus> generations_;
  int generation_ = 0;
  std::int64_t begun_ = 0;
  bool closed_ = false, finished_ = false;
  std::map<TrialId, Place> under_way_;
  std::deque<Descendant> descendants_;  ///< that are to begin
  std::deque<Slot> ready_;              ///< of those that go on
  std::map<TrialId, double> parents_;   ///< that wait, with their scores
  std::vector<Member> members_;
  std::vector<std::int64_t> failed_;  ///< members' numbers
};

struct SchedulerKind;
/// See registry.hpp.
SchedulerKind population_scheduler();

}  // namespace sibyl
