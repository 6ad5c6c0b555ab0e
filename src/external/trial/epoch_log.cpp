#include "external/trial/epoch_log.hpp"

#include <chrono>
#include <utility>

#include "core/training/metric_checks.hpp"

namespace sibyl {

namespace {

template <class Clock>
double now() {
  return std::chrono::duration<double>(Clock::now().time_since_epoch()).count();
}

}  // namespace

EpochLog::EpochLog(const TrainerOptions& options, const Suggestion& suggestion, int execution,
                   Reporter& reporter)
    : options_(options),
      suggestion_(suggestion),
      execution_(execution),
      reporter_(reporter),
      early_stopping_(early_stopping(options)) {}

void EpochLog::begin(int epoch, ReportedEpochs reported) {
  early_stopping_.restore({});
  reported_.clear();
  last_ = epoch;
  for (auto& [each, report] : reported) {
    if (each > epoch) continue;
    learn(each, report);
    if (each > suggestion_.slot.first_epoch && each <= suggestion_.slot.last_epoch) send(each, report);
    reported_[each] = std::move(report);
  }
  began_ = now<std::chrono::steady_clock>();
  started_ = now<std::chrono::system_clock>();
}

void EpochLog::learn(int epoch, const ReportedEpoch& report) {
  early_stopping_.improved(epoch, value_of(report.metrics, options_.monitored().metric));
}

void EpochLog::send(int epoch, const ReportedEpoch& report) {
  reporter_.epoch({.execution = execution_,
                   .epoch = epoch,
                   .started = report.started,
                   .seconds = report.seconds,
                   .metrics = report.metrics,
                   .notes = take_notes()});
}

void EpochLog::report(SaidReport said, bool every) {
  const auto& [first_epoch, last_epoch] =
      std::pair(suggestion_.slot.first_epoch, suggestion_.slot.last_epoch);
  const int epoch = said.epoch;
  if (epoch <= last_ || (every && epoch != last_ + 1) || epoch > last_epoch)
    throw Error("the program reported epoch " + std::to_string(epoch) + " after epoch " +
                std::to_string(last_) + " of " + std::to_string(last_epoch) + ": it has to report them " +
                (every ? "one by one" : "in order") + ", and to end behind the last");
  options_.faults.strike({.seed = options_.seed,
                          .trial = suggestion_.slot.trial,
                          .execution = execution_,
                          .epoch = epoch,
                          .attempt = suggestion_.attempt},
                         said.metrics);
  const double ended = now<std::chrono::steady_clock>();
  ReportedEpoch report{started_, ended - std::exchange(began_, ended), std::move(said.metrics)};
  started_ = now<std::chrono::system_clock>();
  if (!names(report.metrics, options_.objective.metric) && epoch > first_epoch) {
    report.seconds = 0;  // rank 0 is to see it: in all trials it may be the same
    send(epoch, report);
  }
  require_measured(options_, report.metrics);
  if (epoch > first_epoch) send(epoch, report);
  sibyl::diverged(options_.objective, epoch, report.metrics).swap(diverged_);
  learn(epoch, report);
  last_ = epoch;
  reported_[epoch] = std::move(report);
}

}  // namespace sibyl
