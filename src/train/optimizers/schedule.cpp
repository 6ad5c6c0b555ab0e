#include "sibyl/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <sstream>

#include "sibyl/error.hpp"

namespace sibyl {

ScheduleKind::ScheduleKind(std::string_view name) {
  if (name == "constant") {
    kind_ = constant;
  } else if (name == "cosine") {
    kind_ = cosine;
  } else if (name == "step") {
    kind_ = step;
  } else if (name == "exponential") {
    kind_ = exponential;
  } else {
    throw Error("There is no schedule \"" + std::string(name) +
                "\": take constant, cosine, step or exponential.");
  }
}

void Schedule::check() const {
  if (!(warmup >= 0)) throw Error("A schedule's warmup is a number of epochs, 0 or more.");
  if (kind == ScheduleKind::cosine && epochs != 0 && !(epochs > warmup)) {
    throw Error("A cosine schedule takes more epochs than its warmup; 0: as many as --max-epochs says.");
  }
  if (kind == ScheduleKind::cosine && !(final >= 0)) throw Error("A schedule's final is 0 or more.");
  if (kind == ScheduleKind::step && every < 1) throw Error("A step schedule's every is 1 epoch or more.");
  if (!(factor > 0)) throw Error("A schedule's factor has to be above 0.");
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
  const double rise = warmup > 0 ? std::min(1.0, (before + part(place.step + 1)) / warmup) : 1;
  switch (kind) {
    case ScheduleKind::constant:
      return rise;
    case ScheduleKind::cosine: {
      if (epochs == 0)
        throw Error("A cosine schedule has to know its epochs: take schedule.over(context.max_epochs()).");
      // A short sweep may end within the warmup.
      const double fall = epochs - warmup;
      const double way = fall > 0 ? std::clamp((before + part(place.step) - warmup) / fall, 0.0, 1.0) : 0;
      return rise * (final + (1 - final) * (1 + std::cos(std::numbers::pi * way)) / 2);
    }
    case ScheduleKind::step:
      return rise * std::pow(factor, (place.epoch - 1) / every);
    case ScheduleKind::exponential:
      return rise * std::pow(factor, before);
  }
  return rise;
}

std::string Schedule::past_its_end(int last_epoch) const {
  if (kind != ScheduleKind::cosine || epochs == 0 || last_epoch <= epochs) return {};
  std::ostringstream text;
  text << "the cosine schedule ends with epoch " << epochs << ", and the trial is trained to epoch "
       << last_epoch << ": from there on its learning rate is ";
  if (final == 0)
    text << "0, and nothing is learned";
  else
    text << final << " of the optimizer's";
  text << "; leave the schedule's epochs out, and they are --max-epochs";
  return text.str();
}

}  // namespace sibyl
