#include "core/oracle/oracle.hpp"

#include <algorithm>
#include <cmath>

namespace sibyl {

Oracle::Oracle(SearchSpace space, OracleOptions options, std::unique_ptr<Sampler> sampler,
               std::unique_ptr<Scheduler> scheduler, std::unique_ptr<ResultOrder> results)
    : space_(std::move(space)),
      options_(std::move(options)),
      sampler_(std::move(sampler)),
      scheduler_(std::move(scheduler)),
      results_(std::move(results)),
      improvement_(options_.objective) {
  // Trials stand in one block, and a million of them are not to be moved, or to take the room twice.
  const auto plan = scheduler_->planned();
  std::int64_t most = plan ? plan->trials : 0;
  if (options_.max_trials > 0) most = plan ? std::min(most, options_.max_trials) : options_.max_trials;
  trials_.reserve(static_cast<std::size_t>(std::clamp<std::int64_t>(most, 0, 1'000'000)));
}

Decision Oracle::ask() const {
  return std::visit(
      [this](auto&& each) -> Decision {
        if constexpr (std::is_same_v<std::decay_t<decltype(each)>, Proposal>)
          return suggest(each, sampler_->sample(each.slot.trial));
        else
          return std::forward<decltype(each)>(each);
      },
      outline());
}

Outline Oracle::outline(bool choosing) const {
  if (!given_up_.empty())
    return SearchOver{.reason = given_up_,
                      .end = SweepEnd::given_up,
                      .advice = "a higher --max-consecutive-failures lets it go on through more failures"};
  if (auto over = ended(0)) return *std::move(over);
  if (!requeued_.empty()) return next_attempt(trials_[*requeued_.begin()].slot);
  // When every configuration is tried, the search goes on only if the job asks for more than the sampler
  // knows of. Which it is must not depend on who is first: all earlier trials are waited for.
  const auto new_trial = static_cast<TrialId>(trials_.size());
  const bool wanted = !closed_ && (!sampler_->exhausted() || found_more_);
  const bool has_values = !choosing && (!results_ || results_->complete() || !sampler_->learns(new_trial));
  auto proposal = scheduler_->next(wanted && has_values ? std::optional(new_trial) : std::nullopt);
  if (proposal && proposal->slot.trial == new_trial) {
    if (proposal->hyperparameters) return suggest(*proposal, {std::move(*proposal->hyperparameters), {}});
    return std::move(*proposal);
  }
  if (proposal) return next_attempt(proposal->slot);
  if (scheduler_->finished())
    return SearchOver{closed_ && sampler_->exhausted() ? "the search space is used up" : "the plan is done"};
  return Idle{.for_sampler = wanted && !has_values && scheduler_->next(new_trial)};
}

std::optional<SearchOver> Oracle::ended(double seconds) const {
  const Stoppers& stoppers = options_.stoppers;
  std::string reason;
  const TrialId best = std::isnan(stoppers.target) ? -1 : best_model();
  if (best >= 0) reason = target_reached(stoppers, options_.objective, {trials_[best].score, best});
  if (reason.empty()) reason = budget_used(stoppers, epochs_, seconds);
  if (reason.empty()) reason = improvement_.given_up(stoppers.trials_without_improvement);
  if (reason.empty()) return std::nullopt;
  return SearchOver{std::move(reason)};
}

// Only of a sampler that learns: what others take is not worth the looking.
bool Oracle::waits_for_sampler() const {
  if (!results_ || over_) return false;
  const Outline next = outline();
  const auto* idle = std::get_if<Idle>(&next);
  const auto* new_trial = std::get_if<Proposal>(&next);
  return idle ? idle->for_sampler : new_trial && sampler_->learns(new_trial->slot.trial);
}

Suggestion Oracle::suggest(const Proposal& new_trial, Sample sample) const {
  return {.slot = new_trial.slot,
          .hyperparameters = std::move(sample.values),
          .executions = options_.executions,
          .parent = new_trial.parent,
          .origin = std::move(sample.origin)};
}

Sample Oracle::sample(TrialId trial, const SearchSpace& known) const {
  Sample sample = sampler_->sample(trial);
  static_cast<void>(sampler_->beyond(known, sample.values));
  return sample;
}

Suggestion Oracle::next_attempt(const Slot& slot) const {
  const Trial& trial = trials_[slot.trial];
  return {.slot = slot,
          .hyperparameters = trial.hyperparameters,
          .executions = options_.executions,
          .attempt = trial.attempt + 1,
          .parent = trial.parent};
}

std::optional<HyperparametersFound> Oracle::foreseen(const Suggestion& suggestion) const {
  HyperparametersFound found{suggestion.slot.trial, suggestion.attempt, {}, {}};
  for (Hyperparameter& each : sampler_->beyond(space_, suggestion.hyperparameters)) {
    found.values[each.name] = suggestion.hyperparameters.at(each.name);
    found.hyperparameters.push_back(std::move(each));
  }
  if (found.hyperparameters.empty()) return std::nullopt;
  return found;
}

bool Oracle::knows(TrialId trial, int attempt) const {
  return trial >= 0 && trial < static_cast<TrialId>(trials_.size()) && trials_[trial].attempt == attempt &&
         running_.contains(trial);
}

bool Oracle::is_news(const EpochReported& report) const {
  return knows(report.trial, report.attempt) && report.execution >= 0 &&
         report.execution < options_.executions &&
         report.epoch > trials_[report.trial].executions[report.execution].epochs;
}

bool Oracle::is_news(const HyperparametersFound& found) const {
  return knows(found.trial, found.attempt);
}

bool Oracle::is_news(const TrialEnded& ended) const {
  return knows(ended.trial, ended.attempt);
}

TrialId Oracle::best_model() const {
  if (best_ < 0 || trials_[best_].status != TrialStatus::failed) return best_;
  const BestFirst better{options_.objective};
  TrialId best = -1;
  for (TrialId id = 0; id < static_cast<TrialId>(trials_.size()); ++id) {
    const Trial& trial = trials_[id];
    if (trial.status == TrialStatus::failed || !std::isfinite(trial.score)) continue;
    if (best < 0 || better({trial.score, id}, {trials_[best].score, best})) best = id;
  }
  return best;
}

std::optional<PlanSize> planned(const Oracle& oracle) {
  auto size = oracle.scheduler().planned();
  if (size) size->epochs *= oracle.options().executions;
  if (const std::int64_t budget = oracle.options().stoppers.epochs; size && budget > 0)
    size->epochs = std::min(size->epochs, budget);
  return size;
}

}  // namespace sibyl
