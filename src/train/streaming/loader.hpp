#pragma once

#include <ATen/core/Tensor.h>

#include <condition_variable>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "sibyl/streaming/dataset.hpp"
#include "sibyl/training/fit_context.hpp"

namespace sibyl {

class Staging;

/// Reads the batches of a dataset in an order, in threads of its own, ahead of those who take them: a few
/// batches are in memory at a time, which is used again and again. Whatever the threads, each batch is the
/// same. For a GPU they are in pinned memory, and the next one is copied while the device is at this one.
class Loader {
 public:
  Loader(std::shared_ptr<const Dataset> dataset, std::int64_t batch, at::Device device,
         const LoadingOptions& options);
  ~Loader();
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  /// From now on: the samples at the places `order` (whole numbers, on the CPU), in batches, from `step` on.
  void begin(const at::Tensor& order, const SampleRandom& random, std::int64_t step);
  std::int64_t steps() const { return (dataset_->size() + batch_ - 1) / batch_; }
  /// The batch of the next step, on the device, until the one after it is asked for; the first one since
  /// begin() is that of its `step`. Throws what the dataset throws, and Error for more samples that can't be
  /// read than are allowed.
  const Split& next();

  /// Seconds that next() has waited for the threads since this was last asked.
  double take_waited() { return std::exchange(waited_, 0); }
  /// What could not be read of those batches that were taken, by place.
  const std::map<std::int64_t, std::string>& bad() const { return bad_; }
  /// One that could not be read before a checkpoint.
  void remember_bad(std::int64_t place);

 private:
  enum class State { free, reading, ready };
  struct Slot {
    State state = State::free;
    Split memory;  ///< of a full batch; empty where samples have different sizes
    Split batch;   ///< what was read into it
    std::map<std::int64_t, std::string> bad;
    std::exception_ptr problem;
  };

  void work();
  void read(Slot& slot, std::vector<std::int64_t> places) const;
  Slot& slot(std::int64_t step) { return slots_[static_cast<std::size_t>(step) % slots_.size()]; }
  /// Waits until its batch is there.
  Slot& wait_for(std::int64_t step);
  bool is_ready(std::int64_t step);
  void free(std::int64_t step);
  void stage(std::int64_t step);

  const std::shared_ptr<const Dataset> dataset_;
  const std::int64_t batch_, max_bad_;
  const bool equal_;
  std::vector<Slot> slots_;
  std::unique_ptr<Staging> staging_;  ///< on a GPU

  std::mutex mutex_;
  std::condition_variable room_;   ///< the threads wait for
  std::condition_variable ready_;  ///< who takes batches waits for
  bool stop_ = false;
  int reading_ = 0;  ///< threads that are at a slot
  at::Tensor order_;
  SampleRandom random_;
  std::int64_t to_read_ = 0;  ///< the next step that a thread takes
  std::int64_t end_ = 0;      ///< behind the last step
  std::int64_t kept_ = 0;     ///< the first step whose slot is still in use

  // Of the one who takes batches alone.
  std::int64_t to_take_ = 0;
  std::int64_t staged_ = 0;  ///< the first step that is not on its way to the device
  double waited_ = 0;
  std::map<std::int64_t, std::string> bad_;
  std::vector<std::thread> threads_;
};

/// "3 training samples can't be read ..." of some that can't, for people.
std::string about_bad(const std::map<std::int64_t, std::string>& bad, const std::string& what);

}  // namespace sibyl
