#include <numeric>
#include <string>

#include "core/error.hpp"
#include "train/hyper_model.hpp"

namespace sibyl {

at::Tensor FitContext::order(std::int64_t samples, int epoch) const {
  at::Tensor order = torch::empty({samples}, torch::kLong);
  auto* const places = order.data_ptr<std::int64_t>();
  std::iota(places, places + samples, std::int64_t{0});
  RandomStream random(seed(), "shuffle", trial(), execution(), epoch);
  for (std::int64_t i = samples - 1; i > 0; --i) {  // Fisher & Yates
    std::swap(places[i], places[random.below(static_cast<std::uint64_t>(i) + 1)]);
  }
  return order.to(device());
}

namespace {

/// Means over the samples of an epoch. They are summed where the batches are, and cross to the host once.
class Means {
 public:
  Means(Loss loss, std::vector<MetricKind> kinds, at::Device device) : loss_(loss), kinds_(std::move(kinds)) {
    sums_ = torch::zeros({1 + static_cast<std::int64_t>(kinds_.size())},
                         torch::TensorOptions(torch::kFloat64).device(device));
    views_ = sums_.unbind();
  }

  void clear() {
    sums_.zero_();
    samples_ = 0;
  }

  /// All of it in one tensor, for a checkpoint; a copy.
  at::Tensor state() const { return torch::cat({sums_, torch::full({1}, samples_, sums_.options())}); }
  void restore(const at::Tensor& state) {
    sums_.copy_(state.narrow(0, 0, sums_.size(0)));
    samples_ = static_cast<std::int64_t>(state[-1].item<double>());
  }

  void add(const at::Tensor& loss, const at::Tensor& output, const at::Tensor& y) {
    const torch::NoGradGuard no_gradients;
    const std::int64_t samples = y.size(0);
    views_[0].add_(loss.detach(), samples);
    for (std::size_t i = 0; i < kinds_.size(); ++i) {
      views_[i + 1].add_(compute(kinds_[i], loss_, output, y), samples);
    }
    samples_ += samples;
  }

  void append_to(std::vector<Metric>& metrics, const std::string& prefix) const {
    const at::Tensor sums = sums_.cpu();  // waits for the device
    const double* const sum = sums.data_ptr<double>();
    metrics.push_back({prefix + "loss", sum[0] / samples_});
    for (std::size_t i = 0; i < kinds_.size(); ++i) {
      metrics.push_back({prefix + std::string(to_string(kinds_[i])), sum[i + 1] / samples_});
    }
  }

 private:
  Loss loss_;
  std::vector<MetricKind> kinds_;
  at::Tensor sums_;
  std::vector<at::Tensor> views_;
  std::int64_t samples_ = 0;
};

/// Shuffled batches, gathered into the same memory again and again. (Training reads a batch only until its
/// step is done.)
class Batches {
 public:
  Batches(const Split& split, std::int64_t batch) : split_(split), batch_(std::min(batch, split.size())) {
    x_ = empty_like_first(split.x);
    y_ = empty_like_first(split.y);
  }

  void shuffle(at::Tensor order) { order_ = std::move(order); }
  std::int64_t steps() const { return (split_.size() + batch_ - 1) / batch_; }

  Split at(std::int64_t step) {
    const std::int64_t begin = step * batch_;
    const std::int64_t samples = std::min(batch_, split_.size() - begin);
    const at::Tensor places = order_.narrow(0, begin, samples);
    at::Tensor x = x_.narrow(0, 0, samples);
    at::Tensor y = y_.narrow(0, 0, samples);
    torch::index_select_out(x, split_.x, 0, places);
    torch::index_select_out(y, split_.y, 0, places);
    return {.x = x, .y = y};
  }

 private:
  at::Tensor empty_like_first(const at::Tensor& all) const {
    auto sizes = all.sizes().vec();
    sizes[0] = batch_;
    return torch::empty(sizes, all.options());
  }

  const Split& split_;
  std::int64_t batch_;
  at::Tensor x_, y_, order_;
};

}  // namespace

void HyperModel::fit(HyperParameters& hp, torch::nn::Sequential& model, const Data& data,
                     FitContext& context) {
  const std::int64_t batch = batch_size(hp);
  if (batch < 1) throw Error("batch_size() is " + std::to_string(batch) + ": it has to be at least 1.");
  const Loss loss = resolve(this->loss(), data.train.y);
  Means trained(loss, metrics(loss), context.device());
  Means validated(loss, metrics(loss), context.device());
  Batches batches(data.train, batch);
  torch::optim::Optimizer& optimizer = context.optimizer();

  const auto train = [&](std::int64_t step) {
    const Split now = batches.at(step);
    optimizer.zero_grad();
    const torch::Tensor output = model->forward(now.x);
    torch::Tensor mean_loss = compute_loss(output, now.y);
    mean_loss.backward();
    optimizer.step();
    trained.add(mean_loss, output, now.y);
  };
  const std::int64_t large = std::max<std::int64_t>(batch, 1000);
  const auto validate = [&](std::int64_t step) {
    const torch::NoGradGuard no_gradients;
    const std::int64_t begin = step * large;
    const std::int64_t samples = std::min(large, data.validation.size() - begin);
    const torch::Tensor y = data.validation.y.narrow(0, begin, samples);
    const torch::Tensor output = model->forward(data.validation.x.narrow(0, begin, samples));
    validated.add(compute_loss(output, y), output, y);
  };
  // The steps of an epoch are those of training, then those of validation.
  const std::int64_t train_steps = batches.steps();
  const std::int64_t all_steps = train_steps + (data.validation.size() + large - 1) / large;
  const FitContext::Keep keep = [&] { return std::vector{trained.state(), validated.state()}; };

  for (int epoch = context.first_epoch() + 1; epoch <= context.last_epoch(); ++epoch) {
    auto [step, kept] = context.begin_epoch();
    trained.clear();
    validated.clear();
    if (!kept.empty()) {
      trained.restore(kept.at(0));
      validated.restore(kept.at(1));
    }
    batches.shuffle(context.order(data.train.size(), epoch));
    model->train();
    for (; step < train_steps; ++step) {
      if (context.cancelled(step, keep)) return;
      train(step);
    }
    model->eval();
    for (; step < all_steps; ++step) {
      if (context.cancelled(step, keep)) return;
      validate(step - train_steps);
    }
    std::vector<Metric> metrics;
    trained.append_to(metrics, "");
    if (data.validation.size() > 0) validated.append_to(metrics, "val_");
    if (!context.report(epoch, std::move(metrics))) return;
  }
}

}  // namespace sibyl
