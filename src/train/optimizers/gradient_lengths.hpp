#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <cstdint>
#include <optional>

namespace sibyl {

/// The mean length of the gradients over an epoch's steps. The sum is on the device, where a step that is
/// replayed adds to it; the steps are counted on the host.
class GradientLengths {
 public:
  GradientLengths(bool measured, c10::Device device);

  bool measured() const { return measured_; }
  /// A new epoch begins.
  void clear();
  void add(const at::Tensor& length);
  void count() { ++steps_; }
  /// None where nothing is measured.
  std::optional<double> mean() const;
  const at::Tensor& sum() const { return sum_; }

  /// What is kept with a checkpoint within the epoch, and put back; false: it is something else.
  at::Tensor state() const;
  bool restore(const at::Tensor& state);

 private:
  bool measured_;
  at::Tensor sum_;
  std::int64_t steps_ = 0;
};

}  // namespace sibyl
