#include "core/schedulers/asha/asha.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/numbers.hpp"
#include "core/schedulers/registry.hpp"
#include "sibyl/error.hpp"

namespace sibyl {

namespace {

// r, r eta, r eta^2, ... below R, then R; but not one that is nearer to R, by its factor, than to the next:
// who is among its best 1/eta would be promoted for hardly more epochs, and few would come to R.
std::vector<int> rung_epochs(const AshaOptions& options) {
  std::vector<int> epochs;
  const double last = options.max_epochs;
  for (double epoch = options.min_epochs; epoch < last; epoch *= options.eta)
    if (epochs.empty() || epoch * epoch * options.eta <= last * last)
      epochs.push_back(static_cast<int>(epoch));
  epochs.push_back(options.max_epochs);
  return epochs;
}

void check(const AshaOptions& options) {
  if (options.max_epochs < 1) throw UsageError("--max-epochs must be at least 1");
  if (options.eta < 2) throw UsageError("--eta must be at least 2: one in eta trials of a rung goes on");
  if (options.min_epochs < 1 || options.min_epochs > options.max_epochs)
    throw UsageError("--min-epochs must be from 1 to --max-epochs, " + std::to_string(options.max_epochs));
  const auto rungs = static_cast<int>(rung_epochs(options).size());
  if (options.brackets < 1 || options.brackets > rungs)
    throw UsageError("--brackets must be from 1 to " + std::to_string(rungs) +
                     ": so many rungs there are from --min-epochs to --max-epochs");
}

// Trials of each bracket in a round: as many as Hyperband begins in the one with as many rungs.
std::vector<std::int64_t> shares(const AshaOptions& options) {
  const auto rungs = static_cast<int>(rung_epochs(options).size());
  std::vector<std::int64_t> shares;
  for (int b = 0; b < options.brackets; ++b) {
    double starters = rungs / static_cast<double>(rungs - b);
    for (int s = 1; s < rungs - b; ++s) starters *= options.eta;
    shares.push_back(static_cast<std::int64_t>(std::min(std::ceil(starters), 0x1p40)));
  }
  return shares;
}

// Of so many trials, those that bracket b gets: round by round, bracket by bracket.
double share_of(const std::vector<std::int64_t>& shares, std::size_t b, double trials) {
  const auto round = static_cast<double>(std::accumulate(shares.begin(), shares.end(), std::int64_t{0}));
  const auto before = static_cast<double>(
      std::accumulate(shares.begin(), shares.begin() + static_cast<std::ptrdiff_t>(b), std::int64_t{0}));
  const auto own = static_cast<double>(shares[b]);
  const double rounds = std::floor(trials / round);
  return rounds * own + std::clamp(trials - rounds * round - before, 0.0, own);
}

AshaOptions options_of(const SchedulerSettings& settings) {
  return {settings.max_trials, settings.max_epochs, settings.min_epochs, settings.eta, settings.brackets};
}

std::string title(const SchedulerSettings& settings) {
  return "Asynchronous successive halving, " + std::to_string(settings.min_epochs) + " to " +
         std::to_string(settings.max_epochs) + " epochs, eta = " + std::to_string(settings.eta) +
         (settings.brackets > 1 ? ", " + quantity(settings.brackets, "bracket") : "");
}

}  // namespace

Asha::Asha(AshaOptions options, const Objective& objective) : max_trials_(options.max_trials) {
  check(options);
  shares_ = shares(options);
  const std::vector<int> epochs = rung_epochs(options);
  for (int b = 0; b < options.brackets; ++b) {
    const std::vector<int> from(epochs.begin() + b, epochs.end());
    ladders_.emplace_back(from, options.eta, 0, static_cast<int>(from.size()) - 1, objective);
  }
  expect(max_trials_);
}

Effects Asha::expect(std::int64_t trials) {
  Effects effects;
  max_trials_ = std::max(trials, begun_);
  for (std::size_t b = 0; b < ladders_.size(); ++b)
    ladders_[b].expect(static_cast<std::int64_t>(share_of(shares_, b, static_cast<double>(max_trials_))),
                       effects.decisions);
  return effects;
}

std::optional<Proposal> Asha::next(std::optional<TrialId> new_trial) const {
  std::optional<Slot> highest;
  for (const AshaLadder& each : ladders_)
    if (const auto slot = each.promotable(); slot && (!highest || slot->last_epoch > highest->last_epoch))
      highest = slot;
  if (highest) return Proposal{*highest};
  if (!new_trial || begun_ >= max_trials_) return std::nullopt;
  return Proposal{filling().new_slot(*new_trial)};
}

const AshaLadder& Asha::filling() const {
  const auto trials = static_cast<double>(begun_ + 1);
  std::size_t b = 0;
  while (static_cast<double>(ladders_[b].begun()) >= share_of(shares_, b, trials)) ++b;
  return ladders_[b];
}

bool Asha::expects(const Slot& slot, TrialId parent) const {
  if (parent >= 0) return false;
  if (slot.rung == 0) return begun_ < max_trials_ && slot == filling().new_slot(slot.trial);
  return std::any_of(ladders_.begin(), ladders_.end(),
                     [&](const AshaLadder& each) { return each.expects(slot); });
}

Effects Asha::started(const Slot& slot) {
  Effects effects;
  begun_ += slot.rung == 0;
  ladder(slot).started(slot, effects.decisions);
  return effects;
}

Effects Asha::observed(const Observation& observation) {
  Effects effects{.results = {observation}};
  ladder(observation.slot).observed(observation, effects.decisions);
  return effects;
}

Effects Asha::no_more_trials() {
  return expect(begun_);
}

Effects Asha::extend(std::int64_t max_trials, int) {
  return expect(max_trials);
}

bool Asha::finished() const {
  return begun_ == max_trials_ &&
         std::all_of(ladders_.begin(), ladders_.end(), [](const AshaLadder& each) { return each.idle(); });
}

std::vector<RungStatus> Asha::rungs() const {
  std::vector<RungStatus> rungs;
  for (const AshaLadder& each : ladders_)
    for (int rung = 0; rung < each.rungs(); ++rung) rungs.push_back(each.status(rung));
  return rungs;
}

std::optional<RungStatus> Asha::rung(const Slot& slot) const {
  return ladders_[most_rungs() - 1 - slot.bracket].status(slot.rung);
}

PlanTotals totals(const AshaOptions& options, double trials) {
  check(options);
  const std::vector<int> epochs = rung_epochs(options);
  const std::vector<std::int64_t> round = shares(options);
  PlanTotals sum;
  sum.trials = trials;
  for (int b = 0; b < options.brackets; ++b) {
    double in_rung = share_of(round, static_cast<std::size_t>(b), trials);
    const auto rungs = static_cast<int>(epochs.size()) - b;
    int first_epoch = 0;
    for (int rung = 0; rung < rungs; ++rung) {
      const int epoch = epochs[static_cast<std::size_t>(b + rung)];
      sum.epochs += in_rung * (epoch - first_epoch);
      sum.rungs.push_back({0, rungs - 1, rung, first_epoch, epoch,
                           static_cast<std::int64_t>(std::min(in_rung, 0x1p62)), 0, 0});
      first_epoch = epoch;
      in_rung = std::floor(in_rung / options.eta);
    }
  }
  return sum;
}

SchedulerKind asha_scheduler() {
  return {.name = "asha",
          .help = "asynchronous successive halving: whoever is among the best of those seen goes on",
          .default_max_trials = 100,
          .make = [](const SchedulerSettings& settings,
                     const SchedulerContext& context) -> std::unique_ptr<Scheduler> {
            return std::make_unique<Asha>(options_of(settings), context.objective);
          },
          .totals = [](const SchedulerSettings& settings,
                       double max_trials) { return totals(options_of(settings), max_trials); },
          .title = title,
          .no_search =
              [](const SchedulerSettings& settings) {
                return settings.max_epochs > settings.min_epochs
                           ? std::string()
                           : "--max-epochs is --min-epochs: ASHA trains every trial to the end then, as "
                             "--scheduler full does";
              }};
}

}  // namespace sibyl
