#include "train/streaming/loader.hpp"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <chrono>

#include "base/no_signals.hpp"
#include "base/numbers.hpp"
#include "sibyl/training/loss.hpp"
#include "train/device/compute.hpp"
#include "train/streaming/split_tensors.hpp"
#include "train/streaming/staging.hpp"

namespace sibyl {

namespace {

/// Beside those that threads are at: what is taken, and what is ready. Of small batches more, so that a
/// thread that wakes has something to do.
std::size_t slots_for(std::size_t threads, std::int64_t bytes) {
  constexpr std::size_t ahead = 2, most = 32;
  constexpr std::int64_t memory = std::int64_t{4} << 20;
  const auto small = static_cast<std::size_t>(memory / std::max<std::int64_t>(bytes, 1));
  return std::max(threads + ahead, std::min(small, most));
}

std::int64_t bytes_of_batch(const Dataset& dataset, std::int64_t batch) {
  std::int64_t bytes = 0;
  for (const at::Tensor& tensor : tensors_of(dataset.batch(1)))
    bytes += static_cast<std::int64_t>(tensor.nbytes());
  return bytes * batch;
}

}  // namespace

Loader::Loader(std::shared_ptr<const Dataset> dataset, std::int64_t batch, at::Device device,
               const LoadingOptions& options)
    : dataset_(std::move(dataset)),
      batch_(std::min(batch, dataset_->size())),
      max_bad_(options.max_bad_samples),
      equal_(dataset_->has_equal_sizes()) {
  const auto threads = static_cast<std::size_t>(std::max(options.threads, 1));
  if (device.is_cuda()) staging_ = std::make_unique<Staging>(device);
  slots_ = std::vector<Slot>(slots_for(threads, bytes_of_batch(*dataset_, batch_)));
  for (Slot& slot : slots_) {
    if (!equal_) break;
    slot.memory = dataset_->batch(batch_);
    if (staging_) slot.memory = pinned(slot.memory);
  }
  const NoSignals none;
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

Loader::~Loader() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  room_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Loader::begin(const at::Tensor& order, const SampleRandom& random, std::int64_t step) {
  if (staging_) staging_->wait();
  std::unique_lock lock(mutex_);
  end_ = to_read_ = 0;  // so that no thread takes another step
  ready_.wait(lock, [&] { return reading_ == 0; });
  for (Slot& slot : slots_) slot.state = State::free;
  order_ = order.contiguous();
  random_ = random;
  to_read_ = kept_ = to_take_ = staged_ = step;
  end_ = steps();
  lock.unlock();
  room_.notify_all();
}

void Loader::work() {
  const ComputeScope scope(c10::kCPU, 1);
  const c10::NoGradGuard no_gradients;
  std::unique_lock lock(mutex_);
  while (true) {
    const auto has_room = [&] {
      return to_read_ < end_ && to_read_ < kept_ + static_cast<std::int64_t>(slots_.size());
    };
    room_.wait(lock, [&] { return stop_ || has_room(); });
    if (stop_) return;
    const std::int64_t step = to_read_++;
    Slot& mine = slot(step);
    mine.state = State::reading;
    ++reading_;
    const auto* const first = order_.data_ptr<std::int64_t>() + step * batch_;
    std::vector<std::int64_t> places(first, first + std::min(batch_, order_.numel() - step * batch_));
    lock.unlock();
    mine.bad.clear();
    mine.problem = nullptr;
    try {
      read(mine, std::move(places));
    } catch (...) {
      mine.problem = std::current_exception();
    }
    lock.lock();
    mine.state = State::ready;
    --reading_;
    ready_.notify_one();
  }
}

void Loader::read(Slot& slot, std::vector<std::int64_t> places) const {
  while (true) {
    try {
      if (equal_) {
        slot.batch = rows(slot.memory, 0, static_cast<std::int64_t>(places.size()));
        dataset_->read(places, random_, slot.batch);
      } else {
        slot.batch = dataset_->collate(places, random_);
      }
      break;
    } catch (const BadSample& bad) {
      if (bad.at() >= places.size()) throw;
      std::int64_t& place = places[bad.at()];
      slot.bad.emplace(place, bad.what());
      const auto found = static_cast<std::int64_t>(slot.bad.size());
      if (found > max_bad_ || found >= dataset_->size()) {
        if (max_bad_ > 0)
          throw Error("more than " + quantity(max_bad_, "sample") +
                      " can't be read (--max-bad-samples), the latest: " + bad.what());
        throw Error(std::string(bad.what()) +
                    " (with --max-bad-samples N, others take the place of up to N such samples)");
      }
      place = (place + 1) % dataset_->size();
    }
  }
  const at::ScalarType real = slot.batch.x.is_floating_point() ? slot.batch.x.scalar_type() : at::kFloat;
  if (slot.batch.y.defined()) slot.batch.y = prepare_targets(slot.batch.y, real);
}

Loader::Slot& Loader::wait_for(std::int64_t step) {
  Slot& wanted = slot(step);
  std::unique_lock lock(mutex_);
  if (wanted.state != State::ready) {
    const auto began = std::chrono::steady_clock::now();
    ready_.wait(lock, [&] { return wanted.state == State::ready; });
    waited_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  }
  if (wanted.problem) std::rethrow_exception(wanted.problem);
  return wanted;
}

bool Loader::is_ready(std::int64_t step) {
  const std::lock_guard lock(mutex_);
  return step < end_ && slot(step).state == State::ready && !slot(step).problem;
}

void Loader::free(std::int64_t step) {
  bool is_low = false;
  {
    const std::lock_guard lock(mutex_);
    slot(step).state = State::free;
    kept_ = step + 1;
    is_low = 2 * (to_read_ - kept_) <= static_cast<std::int64_t>(slots_.size());
  }
  if (is_low)
    room_.notify_all();  // not for each batch: to wake a thread takes longer than to read a small one
}

void Loader::stage(std::int64_t step) {
  staging_->begin(step, wait_for(step).batch);
  staged_ = step + 1;
}

const Split& Loader::next() {
  const std::int64_t step = to_take_++;
  if (kept_ < step) {
    if (staging_) staging_->finish(step - 1);
    free(step - 1);
  }
  Slot& mine = wait_for(step);
  for (const auto& [place, problem] : mine.bad) bad_.emplace(place, problem);
  if (static_cast<std::int64_t>(bad_.size()) > max_bad_)
    throw Error(quantity(bad_.size(), "sample") +
                " can't be read, more than --max-bad-samples allows, among them: " + bad_.begin()->second);
  if (!staging_) return mine.batch;
  if (staged_ == step) stage(step);
  const Split& batch = staging_->use(step);
  if (is_ready(step + 1)) stage(step + 1);
  return batch;
}

void Loader::remember_bad(std::int64_t place) {
  try {
    dataset_->collate({&place, 1}, SampleRandom());
  } catch (const BadSample& bad) {
    bad_.emplace(place, bad.what());
  }
}

std::string about_bad(const std::map<std::int64_t, std::string>& bad, const std::string& what) {
  return quantity(bad.size(), what) +
         " can't be read, and the next one takes the place: " + bad.begin()->second;
}

}  // namespace sibyl
