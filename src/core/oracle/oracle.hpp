#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "core/events.hpp"
#include "core/oracle/failure_rows.hpp"
#include "core/oracle/result_order.hpp"
#include "core/schedulers/scheduler.hpp"
#include "core/stoppers.hpp"
#include "sibyl/objective.hpp"
#include "sibyl/sampler.hpp"

namespace sibyl {

struct OracleOptions {
  Objective objective;
  std::int64_t max_trials = 0;       ///< 0: as many as the scheduler plans
  int executions = 1;                ///< of each trial
  int max_retries = 0;               ///< of a trial that failed for a reason that may pass
  int max_consecutive_failures = 0;  ///< that end the sweep, see FailureRows; 0: no number does
  Stoppers stoppers = {};
};

/// Nothing to do now: wait for other trials.
struct Idle {
  /// A new trial could begin, but its values are not there: they are to be chosen by results that are not in
  /// yet, or somebody is at it.
  bool for_sampler = false;
};
/// The search is over.
struct SearchOver {
  std::string reason;
  SweepEnd end = SweepEnd::finished;
  std::string advice = {};  ///< what to do, where it was given up
};
using Decision = std::variant<Suggestion, Idle, SearchOver>;
/// A decision before it has the values of a new trial, which is a Proposal then.
using Outline = std::variant<Suggestion, Proposal, Idle, SearchOver>;

/// Decides what to train next: joins a sampler (which values) and a scheduler (which trial, to which epoch).
///
/// `ask` is a question: it does not write. What is done with its answer is told as an event, and only `tell`
/// learns. So a journal of the events, told to a fresh oracle with the same options, brings back the same
/// state.
class Oracle {
 public:
  /// `results`: in what order the sampler is told of them; null: it does not choose by them.
  Oracle(SearchSpace space, OracleOptions options, std::unique_ptr<Sampler> sampler,
         std::unique_ptr<Scheduler> scheduler, std::unique_ptr<ResultOrder> results = nullptr);

  Decision ask() const;
  /// `ask` in two steps, for who has other things to do while values are chosen. The first takes no time; a
  /// Proposal is then given the sample of its trial. `choosing`: what else is there to do meanwhile?
  Outline outline(bool choosing = false) const;
  Suggestion suggest(const Proposal& new_trial, Sample sample) const;
  bool takes_long(const Proposal& new_trial) const { return sampler_->takes_long(new_trial.slot.trial); }
  /// May run in another thread than all the rest, as long as the start of the new trial, `trial`, is not
  /// told: until then nothing is told to the sampler. `known`: a copy of `space()`. What `foreseen` is going
  /// to ask the job was asked when it returns.
  Sample sample(TrialId trial, const SearchSpace& known) const;
  Sample sample(TrialId trial) const { return sampler_->sample(trial); }
  /// What is known of a suggestion besides, once it is started: its hyperparameters that the search space
  /// does not name. To be told right after the TrialStarted.
  std::optional<HyperparametersFound> foreseen(const Suggestion& suggestion) const;

  /// Events that are not the oracle's (WorkerJoined, WorkerLeft, ...) change nothing. Throws Contradiction
  /// for one that can't be, and has learned nothing then: so a damaged journal is found out. What is news
  /// (see below), and what `ask` said to do, can be.
  Consequences tell(const Event& event);
  /// Does the report say something new? Not if it comes from an attempt that was given up, or tells of an
  /// epoch that is known (trained again after a restart, with the same result).
  bool is_news(const EpochReported& report) const;
  bool is_news(const HyperparametersFound& found) const;
  bool is_news(const TrialEnded& ended) const;
  /// Why what a worker found can't be: the same hyperparameter is known with another domain. Empty if it can.
  std::string contradiction(const HyperparametersFound& found) const;

  /// Why a sweep can come to nothing whose first epochs are like this one: no report so far has named the
  /// objective's metric. (A job that has not measured it in an epoch reports NaN.) None if all is well.
  std::optional<SearchOver> refusal(const EpochReported& report) const;

  const std::vector<Trial>& trials() const { return trials_; }
  /// The trial that reached the best score so far, -1 while there is none. It may have failed since: then
  /// there are no weights of it.
  TrialId best() const { return best_; }
  /// Why the search is over though its plan is not done, if its launches have lasted so many seconds; none:
  /// it is not. What is under way is not waited for: it goes on if the search does.
  std::optional<SearchOver> ended(double seconds) const;
  /// Trained so far, by all trials and executions; what was trained again counts once.
  std::int64_t epochs() const { return epochs_; }
  /// The best trial of those that have not failed, -1 if there is none.
  TrialId best_model() const;
  /// Trials that are on a worker.
  const std::set<TrialId>& running() const { return running_; }
  /// Trials whose slots are to be given out again: they were interrupted, or are retried.
  const std::set<TrialId>& requeued() const { return requeued_; }
  const OracleOptions& options() const { return options_; }
  const Scheduler& scheduler() const { return *scheduler_; }
  /// With the hyperparameters that workers found.
  const SearchSpace& space() const { return space_; }

 private:
  void learn(const TrialStarted& event, Consequences& consequences);
  void learn(const HyperparametersFound& event, Consequences& consequences);
  void learn(const EpochReported& event, Consequences& consequences);
  void learn(const TrialEnded& event, Consequences& consequences);
  void learn(const SweepResumed& event, Consequences& consequences);
  void learn(const SweepOpened&, Consequences&) { opened_ = true; }
  void learn(const SweepClosed&, Consequences&) { over_ = true; }
  void learn(const SweepStopped&, Consequences&) { over_ = true; }
  template <class Other>
  void learn(const Other&, Consequences&) {}

  // Each throws Contradiction (oracle_checks.cpp).
  void check(const Event& event) const;
  void check_one(const SweepOpened& event) const;
  void check_one(const TrialStarted& event) const;
  void check_one(const HyperparametersFound& event) const;
  void check_one(const EpochReported& event) const;
  void check_one(const TrialEnded& event) const;
  void check_one(const SweepResumed& event) const;
  template <class Other>
  void check_one(const Other&) const {}

  bool knows(TrialId trial, int attempt) const;
  bool waits_for_sampler() const;
  Suggestion next_attempt(const Slot& slot) const;
  void consider(TrialId id);
  void fail(TrialId id);
  void count_improvements(const Event& event);
  bool counts_as_over(TrialId id) const;
  void close_if_used_up(Consequences& consequences);
  void close(Consequences& consequences, double time);
  void apply(const Effects& effects, double time, Consequences& consequences);

  SearchSpace space_;
  OracleOptions options_;
  std::unique_ptr<Sampler> sampler_;
  std::unique_ptr<Scheduler> scheduler_;
  std::unique_ptr<ResultOrder> results_;

  std::vector<Trial> trials_;
  std::set<TrialId> running_;
  std::set<TrialId> requeued_;
  std::set<TrialId> not_yet_reported_;  ///< started, and not known yet whether they find more hyperparameters
  TrialId best_ = -1;
  std::int64_t epochs_ = 0;
  bool found_more_ = false;  ///< a worker found hyperparameters that the sampler does not know
  bool closed_ = false;      ///< no more new trials
  bool opened_ = false;      ///< it was told of the sweep's begin
  bool over_ = false;        ///< this start of the sweep has come to its end
  bool measured_ = false;    ///< some report named the objective's metric
  FailureRows failures_;
  Improvement improvement_;
  std::string given_up_;  ///< why the search was given up; empty while it was not
};

/// The whole plan, as far as it is known, with the epochs of all executions. None: nobody can say.
std::optional<PlanSize> planned(const Oracle& oracle);

}  // namespace sibyl
