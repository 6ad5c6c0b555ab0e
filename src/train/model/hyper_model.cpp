#include "sibyl/hyper_model.hpp"

#include "train/model/plain_network.hpp"

namespace sibyl {

std::vector<MetricKind> HyperModel::metrics(Loss loss) const {
  const bool classes = loss == Loss::cross_entropy || loss == Loss::binary_cross_entropy;
  if (classes) return {MetricKind::accuracy};
  return {MetricKind::mae, MetricKind::mse};
}

std::unique_ptr<torch::optim::Optimizer> HyperModel::make_optimizer(HyperParameters& hp,
                                                                    torch::nn::Sequential& model) {
  return optimizer(hp).make(model->parameters());
}

torch::Tensor HyperModel::compute_loss(const torch::Tensor& output, const torch::Tensor& y) const {
  if (!class_weights_) class_weights_ = class_weights();
  if (class_weights_->defined()) class_weights_ = class_weights_->to(output.device(), output.scalar_type());
  const Loss what = resolve(loss(), y);
  if (targets_) check_targets(what, output, *targets_);
  const torch::Tensor loss = compute(what, output, y, *class_weights_);
  own_loss_ = loss.unsafeGetTensorImpl();
  return loss;
}

StepResult HyperModel::training_step(torch::nn::Sequential& model, const torch::Tensor& x,
                                     const torch::Tensor& y) {
  const torch::Tensor output = in_float(train_forward(model, x));
  own_x_ = x.unsafeGetTensorImpl();
  own_output_ = output.unsafeGetTensorImpl();
  return {.loss = compute_loss(output, y), .output = output};
}

bool HyperModel::took_own_step(const torch::Tensor& x, const StepResult& result) const {
  return own_x_ == x.unsafeGetTensorImpl() && own_output_ == result.output.unsafeGetTensorImpl() &&
         own_loss_ == result.loss.unsafeGetTensorImpl();
}

}  // namespace sibyl
