#include "core/schedulers/hyperband.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace sibyl {

std::string no_search(const HyperbandOptions& options) {
  if (options.max_epochs >= options.eta || options.iterations > 1) return {};
  const std::string eta = std::to_string(options.eta);
  return "--max-epochs " + std::to_string(options.max_epochs) + " is less than --eta " + eta +
         ": Hyperband is one trial then, and compares nothing; take --max-epochs " + eta +
         " or more, --iterations N for N trials, or --scheduler full --max-trials N";
}

Hyperband::Hyperband(HyperbandOptions options, Objective objective)
    : options_(options), objective_(std::move(objective)) {
  if (options.max_epochs < 1) throw UsageError("--max-epochs must be at least 1");
  if (options.eta < 2) throw UsageError("--eta must be at least 2: one in eta trials of a rung goes on");
  if (options.iterations < 1) throw UsageError("--iterations must be at least 1");
  s_max_ = largest_bracket(options.max_epochs, options.eta);
  extend(0, options.iterations);
}

Bracket Hyperband::new_bracket(std::size_t place) const {
  const auto each = static_cast<std::size_t>(s_max_ + 1);
  const int s = s_max_ - static_cast<int>(place % each);
  return {plan_bracket(options_.max_epochs, options_.eta, s), static_cast<int>(place / each), s, objective_};
}

void Hyperband::extend(std::int64_t, int iterations) {
  for (std::size_t at = 0; at < brackets_.size(); ++at)
    if (brackets_[at].begun() == 0) brackets_[at] = new_bracket(at);
  const auto count = static_cast<std::size_t>(iterations) * static_cast<std::size_t>(s_max_ + 1);
  while (brackets_.size() < count) brackets_.push_back(new_bracket(brackets_.size()));
  filling_ = 0;
  while (filling_ < brackets_.size() && brackets_[filling_].unstarted() == 0) ++filling_;
  unfinished_ = static_cast<std::size_t>(std::count_if(
      brackets_.begin(), brackets_.end(), [](const Bracket& bracket) { return !bracket.finished(); }));
}

std::size_t Hyperband::place(const Slot& slot) const {
  return static_cast<std::size_t>(slot.iteration * (s_max_ + 1) + (s_max_ - slot.bracket));
}

std::optional<Slot> Hyperband::next(std::optional<TrialId> new_trial) const {
  if (!ready_.empty()) return brackets_[*ready_.begin()].ready_slot();
  if (new_trial && filling_ < brackets_.size()) return brackets_[filling_].new_slot(*new_trial);
  return std::nullopt;
}

// After a bracket changed.
void Hyperband::update(std::size_t place, bool was_finished) {
  const Bracket& bracket = brackets_[place];
  if (bracket.has_ready())
    ready_.insert(place);
  else
    ready_.erase(place);
  if (!was_finished && bracket.finished()) --unfinished_;
  while (filling_ < brackets_.size() && brackets_[filling_].unstarted() == 0) ++filling_;
}

bool Hyperband::expects(const Slot& slot) const {
  if (slot.iteration < 0 || slot.bracket < 0 || slot.bracket > s_max_) return false;
  const auto each = static_cast<std::size_t>(s_max_ + 1);
  const std::size_t at =
      static_cast<std::size_t>(slot.iteration) * each + static_cast<std::size_t>(s_max_ - slot.bracket);
  return at < brackets_.size() && brackets_[at].expects(slot);
}

void Hyperband::started(const Slot& slot) {
  const std::size_t at = place(slot);
  brackets_[at].started(slot);
  update(at, brackets_[at].finished());
}

std::vector<RungResult> Hyperband::ended(const Slot& slot, double score, bool final) {
  std::vector<RungResult> decisions;
  const std::size_t at = place(slot);
  const bool was_finished = brackets_[at].finished();
  brackets_[at].ended(slot, score, final, decisions);
  update(at, was_finished);
  return decisions;
}

std::vector<RungResult> Hyperband::no_more_trials() {
  std::vector<RungResult> decisions;
  for (std::size_t at = filling_; at < brackets_.size(); ++at) {
    const bool was_finished = brackets_[at].finished();
    brackets_[at].no_more_trials(decisions);
    update(at, was_finished);
  }
  return decisions;
}

std::vector<RungStatus> Hyperband::rungs() const {
  std::vector<RungStatus> rungs;
  for (const Bracket& bracket : brackets_)
    for (int i = 0; i < bracket.rungs(); ++i) rungs.push_back(bracket.rung(i));
  return rungs;
}

RungStatus Hyperband::rung(const Slot& slot) const {
  return brackets_[place(slot)].rung(slot.rung);
}

}  // namespace sibyl
