#include "sweep/manager/worker_health.hpp"

#include <cmath>

namespace sibyl {

namespace {

constexpr int max_losses = 3;
constexpr double chance = 1e-6;  ///< what is less probable is not chance

std::string reason(const std::string& what, const std::string& message) {
  return what + (message.empty() ? "" : "; the last: " + message.substr(0, message.find('\n')));
}

}  // namespace

std::string WorkerHealth::tell(const TrialEnded& ended) {
  if (ended.ending == Ending::interrupted || ended.ending == Ending::cancelled) return "";
  if (ended.cause == Cause::too_large) return "";  // surely the configuration's fault

  Record& record = workers_[ended.worker];
  ++record.trials;
  if (ended.ending != Ending::failed) {
    record.failed_in_a_row.clear();
    record.losses_in_a_row = 0;
    return "";
  }
  ++record.failures;
  record.failed_in_a_row.insert(ended.trial);
  record.losses_in_a_row = ended.cause == Cause::device_lost ? record.losses_in_a_row + 1 : 0;
  if (record.losses_in_a_row >= max_losses)
    return reason("the device was lost " + std::to_string(record.losses_in_a_row) + " times in a row",
                  ended.message);

  int trials = 0, failures = 0;
  for (const auto& [worker, other] : workers_) {
    if (worker == ended.worker) continue;
    trials += other.trials;
    failures += other.failures;
  }
  if (trials == 0) return "";
  const auto row = record.failed_in_a_row.size();
  if (std::pow((failures + 1.0) / (trials + 2.0), row) >= chance) return "";
  return reason(std::to_string(row) + " trials in a row failed here, while " +
                    std::to_string(std::lround(100.0 * failures / trials)) + " % of " +
                    std::to_string(trials) + " fail on the other workers",
                ended.message);
}

}  // namespace sibyl
