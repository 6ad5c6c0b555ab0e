#include "sibyl/training/loss.hpp"

#include <torch/torch.h>

#include <cmath>

#include "train/support.hpp"
// Last: LibTorch has a CHECK of its own.
#include "catch.hpp"

using namespace sibyl;

namespace {

double value(const at::Tensor& tensor) {
  return tensor.item<double>();
}

}  // namespace

TEST_CASE("Without a loss, whole numbers are classes and real numbers are values") {
  CHECK(resolve(Loss::automatic, torch::ones({2}, torch::kLong)) == Loss::cross_entropy);
  CHECK(resolve(Loss::automatic, torch::ones({2}, torch::kByte)) == Loss::cross_entropy);
  CHECK(resolve(Loss::automatic, torch::ones({2}, torch::kFloat)) == Loss::mse);
  CHECK(resolve(Loss::huber, torch::ones({2}, torch::kFloat)) == Loss::huber);
  CHECK(prepare_targets(torch::ones({2}, torch::kByte), torch::kFloat).scalar_type() == torch::kLong);
  CHECK(prepare_targets(torch::ones({2}, torch::kDouble), torch::kFloat).scalar_type() == torch::kFloat);
}

TEST_CASE("Losses and metrics have the values that one computes by hand") {
  const auto output = torch::tensor({{1.0, 3.0}, {2.0, 2.0}});
  const auto classes = torch::tensor({1, 0}, torch::kLong);
  CHECK(value(compute(Loss::cross_entropy, output, classes)) ==
        Approx((std::log(1 + std::exp(-2)) + std::log(2)) / 2));
  CHECK(value(compute(MetricKind::accuracy, Loss::cross_entropy, torch::tensor({{1.0, 3.0}, {1.0, 2.0}}),
                      classes)) == 0.5);

  const auto values = torch::tensor({{0.0}, {3.0}, {5.0}});
  const auto y = torch::tensor({0.5, 1.0, 5.0});  // (3) against (3, 1): element by element all the same
  CHECK(value(compute(Loss::mse, values, y)) == Approx((0.25 + 4) / 3));
  CHECK(value(compute(Loss::mae, values, y)) == Approx(2.5 / 3));
  CHECK(value(compute(Loss::huber, values, y)) == Approx((0.125 + 1.5) / 3));
  CHECK(value(compute(MetricKind::mse, Loss::huber, values, y)) == Approx(4.25 / 3));
  CHECK(value(compute(MetricKind::mae, Loss::huber, values, y)) == Approx(2.5 / 3));

  const auto logits = torch::tensor({{0.0}, {std::log(3.0)}, {-1.0}});
  const auto labels = torch::tensor({1, 1, 1}, torch::kLong);
  CHECK(value(compute(Loss::binary_cross_entropy, logits, labels)) ==
        Approx((std::log(2) + std::log(4.0 / 3) + std::log(1 + std::exp(1))) / 3));
  CHECK(value(compute(MetricKind::accuracy, Loss::binary_cross_entropy, logits, labels)) == Approx(1.0 / 3));
}

TEST_CASE("An output that does not fit y is refused instead of broadcast") {
  CHECK_THROWS_WITH(compute(Loss::mse, torch::ones({4, 2}), torch::ones({4})), ContainsSubstring("[4, 2]"));
  CHECK_THROWS_WITH(compute(Loss::cross_entropy, torch::ones({4}), torch::ones({4}, torch::kLong)),
                    ContainsSubstring("(samples, classes)"));
  CHECK_THROWS_AS(compute(Loss::cross_entropy, torch::ones({4, 2}), torch::ones({4})), Error);
}

TEST_CASE("An optimizer is known by its name") {
  CHECK(OptimizerKind("sgd") == OptimizerKind::sgd);
  CHECK(OptimizerKind(std::string("rmsprop")) == OptimizerKind::rmsprop);
  CHECK_THROWS_WITH(OptimizerKind("adagrad"), ContainsSubstring("sgd, adam, adamw, rmsprop"));
}

TEST_CASE("An epoch's means weigh every sample alike, whatever the batches") {
  // y = w x with w = 1 from the start and a step size of 0: the losses are known.
  struct Line : HyperModel {
    torch::nn::Sequential build(HyperParameters&) override {
      torch::nn::Sequential model(torch::nn::Linear(torch::nn::LinearOptions(1, 1).bias(false)));
      const torch::NoGradGuard no_gradients;
      model->parameters()[0].fill_(1);
      return model;
    }
    Optimizer optimizer(HyperParameters&) override { return {.kind = "sgd", .learning_rate = 0}; }
    int batch_size(HyperParameters&) override { return 3; }
    Data data(const DataOptions&) override {
      const auto x = torch::arange(7, torch::kFloat).unsqueeze(1);
      return {.train = {.x = x, .y = torch::zeros({7})}, .validation = {.x = x, .y = x + 2}, .test = {}};
    }
  };
  Recorder recorder;
  train(std::make_shared<Line>(), options(), slot(0, 1), recorder);
  REQUIRE(recorder.epochs.size() == 1);
  const auto& metrics = recorder.epochs[0].metrics;
  CHECK(value_of(metrics, "loss") == Approx(91.0 / 7));
  CHECK(value_of(metrics, "mse") == Approx(91.0 / 7));
  CHECK(value_of(metrics, "mae") == Approx(3));
  CHECK(value_of(metrics, "val_loss") == Approx(4));
  CHECK(value_of(metrics, "val_mae") == Approx(2));
  CHECK(value_of(metrics, "val_mse") == Approx(4));
}

TEST_CASE("Every epoch takes every sample once, in an order of its own that anyone can find again") {
  struct Orders : Blobs {
    std::vector<at::Tensor> orders;
    void fit(HyperParameters&, torch::nn::Sequential&, const Data&, FitContext& context) override {
      for (int epoch = 1; epoch <= context.last_epoch(); ++epoch) {
        orders.push_back(context.order(100, epoch));
        if (!context.report(epoch, {{"val_loss", 1}})) return;
      }
    }
  };
  auto model = std::make_shared<Orders>(), again = std::make_shared<Orders>();
  Recorder recorder;
  train(model, options(), slot(0, 2, 2), recorder);
  torch::rand({3});
  train(again, options(), slot(0, 2, 2), recorder);
  REQUIRE(model->orders.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(torch::equal(std::get<0>(model->orders[i].cpu().sort()), torch::arange(100)));
    CHECK(torch::equal(model->orders[i], again->orders[i]));
    for (std::size_t j = 0; j < i; ++j) CHECK_FALSE(torch::equal(model->orders[i], model->orders[j]));
  }
}
