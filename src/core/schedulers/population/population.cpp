#include "core/schedulers/population/population.hpp"

#include <algorithm>
#include <cmath>

#include "core/schedulers/registry.hpp"
#include "sibyl/error.hpp"

namespace sibyl {

Population::Population(PopulationOptions options, std::int64_t max_trials, const SchedulerContext& context)
    : options_(options),
      max_trials_(max_trials),
      better_{context.objective},
      space_(context.space),
      seed_(context.seed) {
  population::check(options_);
  if (max_trials_ > 0)
    options_.population = static_cast<int>(std::min<std::int64_t>(options_.population, max_trials_));
  generations_ = population::generations(options_);
}

Slot Population::slot(TrialId trial, int generation) const {
  const RungStatus& status = generations_[generation];
  return {trial, 0, 0, generation, status.first_epoch, status.epoch};
}

bool Population::takes_new() const {
  return !closed_ && (generation_ == 0 ? begun_ < options_.population : !descendants_.empty());
}

std::optional<Proposal> Population::next(std::optional<TrialId> new_trial) const {
  if (new_trial && takes_new()) {
    Proposal proposal{slot(*new_trial, generation_)};
    if (generation_ > 0) {
      proposal.parent = descendants_.front().parent;
      proposal.hyperparameters = descendants_.front().values;
    }
    return proposal;
  }
  if (!ready_.empty()) return Proposal{ready_.front()};
  return std::nullopt;
}

bool Population::expects(const Slot& asked, TrialId parent) const {
  if (std::find(ready_.begin(), ready_.end(), asked) != ready_.end()) return parent < 0;
  return takes_new() && !under_way_.contains(asked.trial) && asked == slot(asked.trial, generation_) &&
         parent == (generation_ > 0 ? descendants_.front().parent : -1);
}

Effects Population::started(const Slot& slot) {
  if (const auto going_on = std::find(ready_.begin(), ready_.end(), slot); going_on != ready_.end()) {
    ready_.erase(going_on);
    return {};
  }
  Place place{.number = begun_};
  if (generation_ > 0) {
    place = {descendants_.front().number, descendants_.front().parent};
    descendants_.pop_front();
  }
  under_way_.emplace(slot.trial, place);
  return ++begun_ == max_trials_ ? no_more_trials() : Effects{};
}

Effects Population::observed(const Observation& observation) {
  Effects effects{.results = {observation}};
  const auto place = under_way_.extract(observation.slot.trial).mapped();
  RungStatus& status = generations_[generation_];
  ++status.ended;
  if (std::isnan(observation.score)) {
    status.failed += observation.failed;
    failed_.push_back(place.number);
    effects.decisions.push_back({observation.slot, observation.score,
                                 observation.failed ? RungDecision::failed : RungDecision::stopped});
  } else {
    const double score = std::isnan(observation.latest) ? observation.score : observation.latest;
    members_.push_back({.place = {score, observation.slot.trial},
                        .number = place.number,
                        .values = observation.hyperparameters,
                        .ended_early = observation.ended_early});
  }
  if (place.parent >= 0) release(place.parent, effects);
  close_if_complete(effects);
  return effects;
}

// One of its descendants needs its checkpoint no more.
void Population::release(TrialId parent, Effects& effects) {
  if (--under_way_.at(parent).descendants > 0) return;
  go_on(parent, generation_, parents_.extract(parent).mapped(), effects);
}

void Population::go_on(TrialId trial, int generation, double score, Effects& effects) {
  effects.decisions.push_back({slot(trial, generation - 1), score, RungDecision::promoted});
  ready_.push_back(slot(trial, generation));
}

Effects Population::no_more_trials() {
  Effects effects;
  closed_ = true;
  if (generation_ == 0) {
    options_.population = static_cast<int>(begun_);
    for (RungStatus& each : generations_) each.expected = begun_;
  }
  drop_descendants(effects);
  close_if_complete(effects);
  return effects;
}

void Population::drop_descendants(Effects& effects) {
  generations_[generation_].expected -= static_cast<std::int64_t>(descendants_.size());
  for (const Descendant& each : std::exchange(descendants_, {})) release(each.parent, effects);
}

Effects Population::extend(std::int64_t max_trials, int) {
  max_trials_ = max_trials;
  closed_ = max_trials > 0 && begun_ >= max_trials;
  return {};
}

void Population::close_if_complete(Effects& effects) {
  if (finished_ || generations_[generation_].ended < generations_[generation_].expected) return;
  std::sort(members_.begin(), members_.end(),
            [&](const Member& a, const Member& b) { return better_(a.place, b.place); });
  const bool is_last = generation_ + 1 == static_cast<int>(generations_.size());
  const bool nobody_trains =
      std::all_of(members_.begin(), members_.end(), [](const Member& each) { return each.ended_early; });
  if (!is_last && !nobody_trains) return next_generation(effects);
  finished_ = true;
  for (const Member& each : members_)
    if (!each.decided)
      effects.decisions.push_back(
          {slot(each.place.trial, generation_), each.place.score, RungDecision::completed});
}

std::int64_t Population::to_replace() const {
  const auto failed = static_cast<std::int64_t>(failed_.size());
  return std::max<std::int64_t>(0, population::replaced(options_) - failed);
}

void Population::next_generation(Effects& effects) {
  std::vector<Member> lowest, best;
  const auto places = static_cast<std::size_t>(population::replaced(options_));
  for (std::size_t i = 0; i < std::min(places, members_.size()); ++i)
    if (!members_[i].ended_early) best.push_back(members_[i]);
  if (!closed_ && !best.empty())
    for (std::int64_t i = to_replace(); i > 0 && members_.size() > places; --i) {
      lowest.push_back(std::move(members_.back()));
      members_.pop_back();
    }
  ++generation_;
  if (!closed_) replace(lowest, best, effects);
  failed_.clear();

  std::vector<Member> idle;
  for (Member& each : std::exchange(members_, {})) {
    const TrialId trial = each.place.trial;
    if (each.ended_early) {
      if (!std::exchange(each.decided, true))
        effects.decisions.push_back(
            {slot(trial, generation_ - 1), each.place.score, RungDecision::completed});
      idle.push_back(std::move(each));
      continue;
    }
    Place& place = under_way_[trial];  // a parent's is there
    place.number = each.number;
    if (place.descendants > 0)
      parents_[trial] = each.place.score;
    else
      go_on(trial, generation_, each.place.score, effects);
  }
  members_ = std::move(idle);
  const auto expected = static_cast<std::int64_t>(under_way_.size() + descendants_.size());
  for (std::size_t i = static_cast<std::size_t>(generation_); i < generations_.size(); ++i)
    generations_[i].expected = expected;
}

// In the order of their numbers, each by a parent of its own choice.
void Population::replace(std::vector<Member>& lowest, const std::vector<Member>& best, Effects& effects) {
  std::vector<std::int64_t> numbers = failed_;
  for (const Member& each : lowest) {
    numbers.push_back(each.number);
    if (!each.decided)
      effects.decisions.push_back(
          {slot(each.place.trial, generation_ - 1), each.place.score, RungDecision::stopped});
  }
  if (best.empty()) return;
  std::sort(numbers.begin(), numbers.end());
  for (const std::int64_t number : numbers) {
    RandomStream random(seed_, "exploit", std::int64_t{generation_}, number);
    const Member& parent = best[random.below(best.size())];
    ++under_way_[parent.place.trial].descendants;
    descendants_.push_back(
        {number, parent.place.trial,
         explored(space_, parent.values, options_.exploration, seed_, generation_, number)});
  }
}

std::vector<RungStatus> Population::rungs() const {
  return generations_;
}

std::optional<RungStatus> Population::rung(const Slot& slot) const {
  return generations_[slot.rung];
}

std::optional<PlanSize> Population::planned() const {
  PlanSize size;
  const auto left = static_cast<std::int64_t>(generations_.size()) - 1 - generation_;
  size.trials = (generation_ == 0 ? options_.population : begun_) +
                static_cast<std::int64_t>(descendants_.size()) +
                (closed_ ? 0 : left * population::replaced(options_));
  if (max_trials_ > 0) size.trials = std::min(size.trials, max_trials_);
  for (const RungStatus& each : generations_) size.epochs += each.epochs();
  return size;
}

}  // namespace sibyl
