#include "train/optimizers/replayable.hpp"

#include <ATen/ATen.h>

namespace sibyl {

void StepNumbers::set(Number& number, double value, at::Device device) {
  if (!number.tensor.defined() || number.tensor.device() != device) {
    number.tensor = at::full({}, value, at::TensorOptions(at::kFloat).device(device));
  } else if (number.value != value) {
    number.tensor.fill_(value);
  }
  number.value = value;
}

void StepNumbers::set_rate(std::size_t group, double rate, at::Device device) {
  if (rates_.size() <= group) rates_.resize(group + 1);
  set(rates_[group], rate, device);
}

void StepNumbers::set_steps(const at::Tensor& parameter, std::int64_t steps) {
  set(steps_[parameter.unsafeGetTensorImpl()], static_cast<double>(steps), parameter.device());
}

const at::Tensor& StepNumbers::steps(const at::Tensor& parameter) const {
  return steps_.at(parameter.unsafeGetTensorImpl()).tensor;
}

}  // namespace sibyl
