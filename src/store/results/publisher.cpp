#include "store/results/publisher.hpp"

#include <chrono>
#include <exception>
#include <memory>

#include "base/no_signals.hpp"

namespace sibyl {

double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Publisher::~Publisher() {
  wait();
  files_.tidy();
}

Publisher::Done Publisher::publish(const hdf5::Update& update) {
  Done done;
  done.began = steady_seconds();
  try {
    files_.publish(update);
  } catch (const std::exception& error) {  // no memory, for one
    done.problem = error.what();
  }
  done.ended = steady_seconds();
  return done;
}

void Publisher::begin(hdf5::Update update) {
  const NoSignals inherited;
  running_ = std::async(std::launch::async, [this, update = std::move(update)] { return publish(update); });
}

std::optional<Publisher::Done> Publisher::done() {
  if (!running_.valid() || running_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return {};
  return running_.get();
}

std::optional<Publisher::Done> Publisher::wait() {
  if (!running_.valid()) return {};
  return running_.get();
}

}  // namespace sibyl
