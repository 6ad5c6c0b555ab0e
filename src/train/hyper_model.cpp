#include "train/hyper_model.hpp"

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
  return compute(loss(), output, y);
}

}  // namespace sibyl
