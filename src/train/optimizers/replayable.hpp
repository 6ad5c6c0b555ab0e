#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <vector>

namespace sibyl {

/// An optimizer whose step is nothing but kernels that find what changes from step to step on the device:
/// what was launched for one step, launched again, is the next one.
class ReplayableOptimizer {
 public:
  virtual ~ReplayableOptimizer() = default;

  /// Puts the next step's learning rates and counts where the kernels of launch() read them. False: these
  /// parameters, gradients or options are only for step().
  virtual bool prepare() = 0;
  /// The kernels of a step that prepare() has prepared.
  virtual void launch() = 0;
  /// To be told after the kernels of a step were launched, from here or again.
  virtual void count() = 0;
  /// What launch() changes beside the parameters.
  virtual std::vector<at::Tensor> tensors() = 0;
  /// What launch() takes from the options as it stands: with another, what was launched before is no step.
  virtual std::vector<double> constants() = 0;
};

/// What the kernels of an optimizer's step read on the device: a learning rate for each group, and how many
/// steps each parameter has made. Written only where the host's numbers are others.
class StepNumbers {
 public:
  void set_rate(std::size_t group, double rate, at::Device device);
  /// (), 32 bits
  const at::Tensor& rate(std::size_t group) const { return rates_[group].tensor; }

  void set_steps(const at::Tensor& parameter, std::int64_t steps);
  /// (), 32 bits, to be counted up by whoever launches a step.
  const at::Tensor& steps(const at::Tensor& parameter) const;
  /// It was.
  void counted(const at::Tensor& parameter) { ++steps_[parameter.unsafeGetTensorImpl()].value; }

 private:
  struct Number {
    at::Tensor tensor;
    double value = 0;  ///< what it holds
  };
  static void set(Number& number, double value, at::Device device);

  std::vector<Number> rates_;
  std::map<const void*, Number> steps_;
};

}  // namespace sibyl
