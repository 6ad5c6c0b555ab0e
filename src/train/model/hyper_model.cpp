#include "sibyl/training/hyper_model.hpp"

#include "train/model/forward.hpp"
#include "train/model/plain_network.hpp"

namespace sibyl {

std::vector<MetricKind> HyperModel::metrics(Loss loss) const {
  if (loss.kind.takes_classes() || loss.kind.takes_labels()) return {MetricKind::accuracy};
  return {MetricKind::mae, MetricKind::mse};
}

std::vector<Metric> HyperModel::epoch_metrics(const torch::Tensor&, const torch::Tensor&) {
  measures_epochs_ = false;
  return {};
}

std::vector<BatchMetric> HyperModel::batch_metrics(const torch::Tensor&, const torch::Tensor&) {
  return {};
}

std::unique_ptr<torch::optim::Optimizer> HyperModel::make_optimizer(HyperParameters& hp,
                                                                    torch::nn::Sequential& model) {
  return optimizer(hp).make(model->parameters());
}

void HyperModel::take_loss(HyperParameters& hp, const Split& train, torch::Device device) {
  loss_ = loss(hp);
  loss_->check();
  weights_ = weights_of(*loss_, train.y);
  if (!class_weights_) class_weights_ = class_weights();
  if (class_weights_->defined()) {
    if (loss_->balanced) throw Error("class_weights() and a balanced loss: leave one of them out.");
    weights_.classes = *class_weights_;
  }
  for (torch::Tensor* each : {&weights_.classes, &weights_.labels, &weights_.pos_weight})
    if (each->defined()) *each = each->to(device, torch::kFloat);
}

torch::Tensor HyperModel::compute_loss(const torch::Tensor& output, const torch::Tensor& y) const {
  if (!loss_) throw Error("compute_loss() is called before a training: nobody has said which loss.");
  if (targets_) check_targets(resolve(loss_->kind, y), output, *targets_);
  LossWeights weights = weights_;
  for (torch::Tensor* each : {&weights.classes, &weights.labels, &weights.pos_weight})
    if (each->defined()) *each = each->to(output.device(), output.scalar_type());  // as it is, nearly always
  const torch::Tensor loss = compute(*loss_, output, y, weights);
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

StepResult HyperModel::training_step_of_inputs(torch::nn::Sequential& model,
                                               const std::vector<torch::Tensor>& inputs,
                                               const torch::Tensor& y) {
  if (inputs.size() == 1) return training_step(model, inputs[0], y);
  const torch::Tensor output = in_float(forward_all(model, inputs));
  own_x_ = inputs.at(0).unsafeGetTensorImpl();
  own_output_ = output.unsafeGetTensorImpl();
  return {.loss = compute_loss(output, y), .output = output};
}

bool HyperModel::took_own_step(const torch::Tensor& x, const StepResult& result) const {
  return own_x_ == x.unsafeGetTensorImpl() && own_output_ == result.output.unsafeGetTensorImpl() &&
         own_loss_ == result.loss.unsafeGetTensorImpl();
}

}  // namespace sibyl
