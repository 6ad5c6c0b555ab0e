#include "train/loop/trial_reports.hpp"

namespace sibyl {

namespace {

template <class F>
auto beyond_the_job(F&& f) {
  try {
    return f();
  } catch (...) {
    throw WorkerFailure{std::current_exception()};
  }
}

}  // namespace

void TrialReports::found() {
  auto found = hp_.take_found();
  if (found.empty()) return;
  HyperparametersFound event{.trial = suggestion_.slot.trial,
                             .attempt = suggestion_.attempt,
                             .hyperparameters = std::move(found),
                             .values = {}};
  for (const Hyperparameter& hyperparameter : event.hyperparameters) {
    event.values[hyperparameter.name] = hp_.values().at(hyperparameter.name);
  }
  beyond_the_job([&] { reporter_.found(std::move(event)); });
}

void TrialReports::epoch(const EpochRecord& record) {
  EpochReported report{.trial = suggestion_.slot.trial,
                       .attempt = suggestion_.attempt,
                       .execution = execution_,
                       .epoch = record.epoch,
                       .started = record.started,
                       .seconds = record.seconds,
                       .worker = 0,
                       .metrics = record.metrics,
                       .validation_seconds = record.validation_seconds,
                       .samples = record.samples,
                       .notes = take_notes(),
                       .waiting_seconds = record.waiting_seconds};
  beyond_the_job([&] { reporter_.epoch(std::move(report)); });
}

Order TrialReports::ask() {
  if (order_ == Order::go_on) order_ = beyond_the_job([&] { return reporter_.order(); });
  return order_;
}

}  // namespace sibyl
