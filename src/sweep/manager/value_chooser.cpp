#include "sweep/manager/value_chooser.hpp"

#include "base/no_signals.hpp"

namespace sibyl {

ValueChooser::~ValueChooser() {
  hurry_();
}

void ValueChooser::begin(TrialId trial) {
  std::packaged_task<Sample()> task(
      [&oracle = oracle_, known = oracle_.space(), trial] { return oracle.sample(trial, known); });
  choice_ = task.get_future();
  {
    const std::lock_guard lock(mutex_);
    task_ = std::move(task);
  }
  wake_.notify_one();
  if (thread_.joinable()) return;
  const NoSignals inherited;
  thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

std::optional<Sample> ValueChooser::take(std::chrono::milliseconds longest) {
  if (choice_.wait_for(longest) != std::future_status::ready) return std::nullopt;
  return choice_.get();
}

bool ValueChooser::give_up(std::chrono::milliseconds longest) {
  hurry_();
  return !at_work() || choice_.wait_for(longest) == std::future_status::ready;
}

void ValueChooser::work(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (wake_.wait(lock, stop, [this] { return task_.has_value(); })) {
    auto task = std::move(*task_);
    task_.reset();
    lock.unlock();
    task();
    lock.lock();
  }
}

}  // namespace sibyl
