#include "core/schedulers/asha/ladder.hpp"

#include <algorithm>
#include <cmath>

namespace sibyl {

AshaLadder::AshaLadder(std::vector<int> epochs, int eta, std::int64_t starters, int bracket,
                       const Objective& objective)
    : eta_(eta), starters_(starters) {
  int first_epoch = 0;
  for (const int epoch : epochs) {
    rungs_.push_back({{0, bracket, rungs(), first_epoch, epoch, 0, 0, 0}, AshaRung(objective, eta)});
    first_epoch = epoch;
  }
}

Slot AshaLadder::slot(TrialId trial, int rung) const {
  const RungStatus& status = rungs_[rung].status;
  return {trial, status.iteration, status.bracket, rung, status.first_epoch, status.epoch};
}

std::optional<Slot> AshaLadder::promotable() const {
  for (int rung = rungs() - 2; rung >= 0; --rung)
    if (const auto* trial = rungs_[rung].seen.promotable()) return slot(trial->trial, rung + 1);
  return std::nullopt;
}

bool AshaLadder::expects(const Slot& asked) const {
  if (asked.rung < 0 || asked.rung >= rungs() || asked != slot(asked.trial, asked.rung)) return false;
  return asked.rung == 0 ? begun() < starters_ : rungs_[asked.rung - 1].seen.may_go_on(asked.trial);
}

void AshaLadder::started(const Slot& slot, std::vector<RungResult>& decisions) {
  ++open_;
  if (slot.rung == 0)
    ++rungs_.front().status.expected;
  else
    promote(slot.rung - 1, slot.trial, decisions);
}

double AshaLadder::promote(int rung, TrialId trial, std::vector<RungResult>& decisions) {
  const double score = rungs_[rung].seen.promote(trial).score;
  ++rungs_[rung].promoted;
  ++rungs_[rung + 1].status.expected;
  decisions.push_back({slot(trial, rung), score, RungDecision::promoted});
  return score;
}

void AshaLadder::observed(const Observation& observation, std::vector<RungResult>& decisions) {
  --open_;
  arrive(observation.slot.rung, observation, decisions);
  drop_hopeless(decisions);
}

void AshaLadder::arrive(int index, const Observation& observation, std::vector<RungResult>& decisions) {
  Rung& rung = rungs_[index];
  const Slot place = slot(observation.slot.trial, index);
  ++rung.status.ended;
  if (std::isnan(observation.score)) {
    rung.status.failed += observation.failed;
    rung.seen.see_without_score();
    decisions.push_back(
        {place, observation.score, observation.failed ? RungDecision::failed : RungDecision::stopped});
  } else if (is_last(index)) {
    decisions.push_back({place, observation.score, RungDecision::completed});
    return;
  } else {
    rung.seen.see({{observation.score, place.trial}, observation.ended_early});
  }
  if (!is_last(index)) pass_early_enders(index, decisions);
}

// There is nothing to train for them in higher rungs.
void AshaLadder::pass_early_enders(int index, std::vector<RungResult>& decisions) {
  while (const auto* best = rungs_[index].seen.promotable()) {
    if (!best->ended_early) return;
    const TrialId trial = best->trial;
    const double score = promote(index, trial, decisions);
    arrive(index + 1, {.slot = slot(trial, index + 1), .score = score, .ended_early = true}, decisions);
  }
}

// Of trials that can never be among the best 1/eta of their rung, whatever comes, no checkpoint is needed.
void AshaLadder::drop_hopeless(std::vector<RungResult>& decisions) {
  for (int index = 0; !is_last(index); ++index)
    for (const AshaRung::Seen& each : rungs_[index].seen.drop(most_in(index)))
      decisions.push_back({slot(each.trial, index), each.score, RungDecision::stopped});
}

// Trials that the rung will have seen in the end, at most.
std::int64_t AshaLadder::most_in(int index) const {
  std::int64_t most = starters_;
  for (int i = 0; i < index; ++i) {
    const Rung& rung = rungs_[i];
    most = rung.promoted + rung.seen.waiting() + (most - rung.status.ended);
  }
  return most;
}

void AshaLadder::expect(std::int64_t starters, std::vector<RungResult>& decisions) {
  starters_ = std::max(starters, begun());
  drop_hopeless(decisions);
}

RungStatus AshaLadder::status(int index) const {
  RungStatus status = rungs_[index].status;
  std::int64_t likely = starters_;
  for (int i = 0; i < index; ++i) likely /= eta_;
  if (status.ended == most_in(index)) return status;  // nobody can come any more
  status.expected = std::max({likely, status.expected, status.ended + 1});
  return status;
}

}  // namespace sibyl
