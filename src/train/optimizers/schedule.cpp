#include "sibyl/training/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <sstream>

#include "base/find_kind.hpp"
#include "sibyl/error.hpp"

namespace sibyl {

namespace {

using Kind = ScheduleKind::Kind;

const NamedKinds<Kind>& schedules() {
  static const NamedKinds<Kind> all = {{"constant", Kind::constant},
                                       {"step", Kind::step},
                                       {"exponential", Kind::exponential},
                                       {"linear", Kind::linear},
                                       {"polynomial", Kind::polynomial},
                                       {"cosine", Kind::cosine},
                                       {"cosine_restarts", Kind::cosine_restarts},
                                       {"one_cycle", Kind::one_cycle},
                                       {"plateau", Kind::plateau}};
  return all;
}

std::string name_of(Kind kind) {
  for (const auto& [name, its_kind] : schedules())
    if (its_kind == kind) return name;
  return {};
}

bool has_an_end(Kind kind) {
  return kind == Kind::linear || kind == Kind::polynomial || kind == Kind::cosine || kind == Kind::one_cycle;
}

bool falls_with_each_step(Kind kind) {
  return has_an_end(kind) || kind == Kind::cosine_restarts;
}

/// From `from` to `to` along half a cosine.
double along_cosine(double from, double to, double way) {
  return to + (from - to) * (1 + std::cos(std::numbers::pi * way)) / 2;
}

/// How much of the present fall is behind, `epochs` after the first one's beginning.
double way_since_restart(double epochs, double first, double lengthen) {
  if (lengthen == 1) return std::fmod(epochs, first) / first;
  // The falls take first, first l, first l^2 ...: n of them together first (l^n - 1) / (l - 1).
  const double behind = std::floor(std::log(epochs / first * (lengthen - 1) + 1) / std::log(lengthen));
  double began = first * (std::pow(lengthen, behind) - 1) / (lengthen - 1);
  double length = first * std::pow(lengthen, behind);
  if (epochs >= began + length) {  // the logarithm was a little short of a whole number
    began += length;
    length *= lengthen;
  }
  return std::max(0.0, epochs - began) / length;
}

}  // namespace

ScheduleKind::ScheduleKind(std::string_view name) : kind_(kind_named(name, "schedule", schedules())) {}

void Schedule::check() const {
  const auto refuse = [](const std::string& why) { throw Error(why); };
  const std::string its_name = name_of(kind);
  if (!(warmup >= 0)) refuse("A schedule's warmup is a number of epochs, 0 or more.");
  if (has_an_end(kind) && epochs != 0 && !(epochs > warmup))
    refuse("A " + its_name + " schedule takes more epochs than its warmup; 0: as many as --max-epochs says.");
  if (kind == Kind::cosine_restarts && !(epochs >= 0))
    refuse(
        "A cosine_restarts schedule's epochs are those of its first fall; 0: as many as --max-epochs says.");
  if (!(final >= 0)) refuse("A schedule's final is 0 or more.");
  if (kind == Kind::step && every < 1) refuse("A step schedule's every is 1 epoch or more.");
  if (!(factor > 0)) refuse("A schedule's factor has to be above 0.");
  if (kind == Kind::plateau && !(factor < 1)) refuse("A plateau schedule's factor has to be below 1.");
  if (!(power > 0)) refuse("A schedule's power has to be above 0.");
  if (!(lengthen >= 1)) refuse("A schedule's lengthen is 1 or more.");
  if (!(start >= 0)) refuse("A schedule's start is 0 or more.");
  if (!(rise >= 0 && rise <= 1)) refuse("A schedule's rise is a share of its epochs: from 0 to 1.");
  if (patience < 0 || cooldown < 0 || !(min_delta >= 0))
    refuse("A schedule's patience, cooldown and min_delta are 0 or more.");
}

Schedule Schedule::over(int max_epochs) const {
  Schedule resolved = *this;
  if (resolved.epochs == 0) resolved.epochs = max_epochs;
  return resolved;
}

double Schedule::at(const StepPlace& place) const {
  const double before = place.epoch - 1;
  const auto part = [&](std::int64_t steps) {
    return static_cast<double>(steps) / static_cast<double>(place.steps);
  };
  const double warm = warmup > 0 ? std::min(1.0, (before + part(place.step + 1)) / warmup) : 1;
  if (falls_with_each_step(kind) && epochs == 0)
    throw Error("A " + name_of(kind) +
                " schedule has to know its epochs: take schedule.over(context.max_epochs()).");
  // Since the warmup. A short sweep may end within it.
  const double gone = std::max(0.0, before + part(place.step) - warmup), length = epochs - warmup;
  const double way = length > 0 ? std::min(gone / length, 1.0) : 0;
  switch (kind) {
    case Kind::constant:
      return warm;
    case Kind::step:
      return warm * std::pow(factor, (place.epoch - 1) / every);
    case Kind::exponential:
      return warm * std::pow(factor, before);
    case Kind::linear:
      return warm * (final + (1 - final) * (1 - way));
    case Kind::polynomial:
      return warm * (final + (1 - final) * std::pow(1 - way, power));
    case Kind::cosine:
      return warm * along_cosine(1, final, way);
    case Kind::cosine_restarts:
      return warm * along_cosine(1, final, way_since_restart(gone, epochs, lengthen));
    case Kind::one_cycle: {
      if (length <= 0) return warm * start;
      // As PyTorch counts: the last of all steps has the end's rate, and the top is a step before `rise`.
      const auto steps = static_cast<double>(place.steps);
      const double step = gone * steps, top = std::max(0.0, rise * length * steps - 1);
      const double last = length * steps - 1;
      if (step < top) return warm * along_cosine(start, 1, step / top);
      return warm * along_cosine(1, final, last > top ? std::min(1.0, (step - top) / (last - top)) : 1);
    }
    case Kind::plateau:
      return warm * std::max(final, std::pow(factor, place.falls));
  }
  return warm;
}

int Schedule::falls(const Objective& objective, const std::vector<double>& scores) const {
  if (kind != Kind::plateau) return 0;
  const double sign = objective.direction == Direction::maximize ? -1 : 1;
  double best = std::numeric_limits<double>::infinity();
  int falls = 0, bad = 0, cooling = 0;
  for (const double score : scores) {
    if (sign * score < best - min_delta) {
      best = sign * score;
      bad = 0;
    } else {
      ++bad;
    }
    if (cooling > 0) {
      --cooling;
      bad = 0;
    }
    if (bad > patience) {
      ++falls;
      bad = 0;
      cooling = cooldown;
    }
  }
  return falls;
}

std::string Schedule::past_its_end(int last_epoch) const {
  if (!has_an_end(kind) || epochs == 0 || last_epoch <= epochs) return {};
  std::ostringstream text;
  text << "the " << name_of(kind) << " schedule ends with epoch " << epochs
       << ", and the trial is trained to epoch " << last_epoch << ": from there on its learning rate is ";
  if (final == 0)
    text << "0, and nothing is learned";
  else
    text << final << " of the optimizer's";
  text << "; leave the schedule's epochs out, and they are --max-epochs";
  return text.str();
}

}  // namespace sibyl
