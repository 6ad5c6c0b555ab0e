#pragma once

#include <c10/core/Device.h>

#include <array>
#include <memory>

#include "sibyl/data.hpp"

namespace sibyl {

/// Batches on their way to a GPU: two are there, one in use and one that is being copied, in a stream beside
/// that of the steps.
class Staging {
 public:
  explicit Staging(c10::Device device);
  ~Staging();
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;

  /// Begins to copy the batch of a step, behind what was launched so far: the steps up to the one before the
  /// last begun are among it.
  void begin(std::int64_t step, const Split& batch);
  /// It, for what is launched from now on.
  const Split& use(std::int64_t step);
  /// Until its host memory may be written to again.
  void finish(std::int64_t step);
  /// The same for all.
  void wait();

 private:
  struct Buffer;
  Buffer& buffer(std::int64_t step);

  const c10::Device device_;
  struct Streams;
  std::unique_ptr<Streams> streams_;
  std::array<std::unique_ptr<Buffer>, 2> buffers_;
};

/// Memory of the same shapes from which a GPU can be copied to while it computes.
Split pinned(const Split& like);

}  // namespace sibyl
