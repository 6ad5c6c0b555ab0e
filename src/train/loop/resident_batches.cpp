#include "train/loop/resident_batches.hpp"

#include <algorithm>

#include "train/device/cuda_driver.hpp"
#include "train/streaming/split_tensors.hpp"

namespace sibyl {

std::int64_t room_for_an_epoch(at::Device device) {
  return device.is_cpu() ? std::int64_t{1} << 20 : room_on_gpu(free_cuda_memory());
}

std::int64_t room_on_gpu(std::optional<std::int64_t> free) {
  constexpr std::int64_t part = 8, unknown = std::int64_t{128} << 20;
  return free ? *free / part : unknown;
}

ResidentBatches::ResidentBatches(const Split& split, std::int64_t batch, std::int64_t room)
    : split_(split), batch_(std::min(batch, split.size())), whole_(bytes_of(split) <= room) {
  memory_ = empty_like(split, whole_ ? split.size() : batch_);
  for (std::int64_t begin = 0; whole_ && begin < split.size(); begin += batch_) {
    parts_.push_back(rows(memory_, begin, std::min(batch_, split.size() - begin)));
  }
  if (!whole_) parts_ = {memory_, rows(memory_, 0, split.size() - (steps() - 1) * batch_)};
}

void ResidentBatches::shuffle(const at::Tensor& order) {
  order_ = order;
  if (whole_) gather(split_, order_, memory_);
}

const Split& ResidentBatches::at(std::int64_t step) {
  if (whole_) return parts_[static_cast<std::size_t>(step)];
  const Split& batch = parts_[step + 1 < steps() ? 0 : 1];
  gather(split_, order_.narrow(0, step * batch_, batch.size()), batch);
  return batch;
}

}  // namespace sibyl
