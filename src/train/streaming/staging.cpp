#include "train/streaming/staging.hpp"

#include <ATen/ATen.h>
#include <c10/core/Event.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <thread>

#include "train/streaming/split_tensors.hpp"

namespace sibyl {

namespace {

bool same_shapes(const Split& a, const Split& b) {
  const std::vector<at::Tensor> here = tensors_of(a), there = tensors_of(b);
  if (here.size() != there.size()) return false;
  for (std::size_t i = 0; i < here.size(); ++i)
    if (here[i].sizes() != there[i].sizes() || here[i].scalar_type() != there[i].scalar_type()) return false;
  return true;
}

void wait_until_done(const c10::Event& event) {
  while (!event.query()) std::this_thread::yield();
}

}  // namespace

struct Staging::Streams {
  explicit Streams(c10::Device device)
      : guard(device.type()), copies(guard.getStreamFromGlobalPool(device, /*isHighPriority=*/false)) {}
  c10::impl::VirtualGuardImpl guard;
  c10::Stream copies;
};

struct Staging::Buffer {
  explicit Buffer(c10::Device device) : copied(device.type()), launched(device.type()) {}
  Split memory;         ///< of a full batch
  Split batch;          ///< the part of it that is in use
  c10::Event copied;    ///< to here
  c10::Event launched;  ///< what was before the copy
  bool is_begun = false;
};

Staging::Staging(c10::Device device) : device_(device), streams_(std::make_unique<Streams>(device)) {
  for (auto& each : buffers_) each = std::make_unique<Buffer>(device);
}

Staging::~Staging() {
  wait();
}

Staging::Buffer& Staging::buffer(std::int64_t step) {
  return *buffers_[static_cast<std::size_t>(step) % buffers_.size()];
}

void Staging::begin(std::int64_t step, const Split& batch) {
  Buffer& mine = buffer(step);
  const std::int64_t samples = batch.size();
  const bool fits = mine.memory.x.defined() && mine.memory.size() >= samples &&
                    same_shapes(rows(mine.memory, 0, samples), batch);
  if (!fits)  // by this thread's stream, which frees it, too
    mine.memory = changed(batch, [&](const at::Tensor& host) {
      return at::empty_like(host, host.options().device(device_).pinned_memory(false));
    });
  mine.launched.record(streams_->guard.getStream(device_));
  mine.launched.block(streams_->copies);
  mine.batch = rows(mine.memory, 0, samples);
  {
    const c10::StreamGuard guard(streams_->copies);
    copy(batch, mine.batch, /*non_blocking=*/true);
    mine.copied.record(streams_->copies);
  }
  mine.is_begun = true;
}

const Split& Staging::use(std::int64_t step) {
  Buffer& mine = buffer(step);
  mine.copied.block(streams_->guard.getStream(device_));
  return mine.batch;
}

void Staging::finish(std::int64_t step) {
  Buffer& mine = buffer(step);
  if (mine.is_begun) wait_until_done(mine.copied);
}

void Staging::wait() {
  for (const auto& each : buffers_)
    if (each->is_begun) wait_until_done(each->copied);
}

Split pinned(const Split& like) {
  return changed(like, [](const at::Tensor& tensor) {
    return at::empty_like(tensor, tensor.options().pinned_memory(true));
  });
}

}  // namespace sibyl
