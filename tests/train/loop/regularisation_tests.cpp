// What is added to a step besides loss and optimizer: an average of the weights, L1, batches in parts.
#include "train/optimizers/average.hpp"
#include "train/optimizers/optimizer_step.hpp"
#include "train/stopping.hpp"
#include "train/support.hpp"
// Last: LibTorch has a CHECK of its own.
#include "catch.hpp"

using namespace sibyl;

namespace {

/// Without what sees the whole batch.
struct Plain : Blobs {
  int micro_batch = 0;
  int largest = 0;  ///< batch that training has seen
  torch::nn::Sequential build(HyperParameters&) override {
    return torch::nn::Sequential(torch::nn::Linear(4, 16), torch::nn::ReLU(), torch::nn::Linear(16, 3));
  }
  int micro_batch_size(HyperParameters&) override { return micro_batch; }
  StepResult training_step(torch::nn::Sequential& model, const torch::Tensor& x,
                           const torch::Tensor& y) override {
    largest = std::max(largest, static_cast<int>(x.size(0)));
    return HyperModel::training_step(model, x, y);
  }
};

std::shared_ptr<Plain> plain(const Optimizer& how, int micro_batch = 0) {
  auto model = std::make_shared<Plain>();
  model->how = how;
  model->micro_batch = micro_batch;
  return model;
}

std::vector<EpochReported> trained(const std::shared_ptr<HyperModel>& model, int epochs = 4) {
  Recorder recorder;
  CHECK(train(model, options(), slot(0, epochs), recorder).ending == Ending::reached);
  return recorder.epochs;
}

/// Wherever it is stopped: within training, within validation, after an epoch.
void check_resumes(const std::function<std::shared_ptr<HyperModel>()>& model) {
  const auto whole = trained(model());
  for (const int question : {3, 6, 7, 9}) {
    CAPTURE(question);
    const TemporaryFolder folder;
    StopAt stop(question);
    REQUIRE(train(model(), options(folder.path()), slot(0, 4), stop).ending == Ending::interrupted);
    Recorder rest;
    train(model(), options(folder.path()), slot(0, 4), rest);
    CHECK(same_metrics(rest.epochs, whole));
  }
}

double of(const EpochReported& report, const char* metric) {
  return value_of(report.metrics, metric);
}

}  // namespace

TEST_CASE("A moving average follows the weights, and stands in for them in a scope") {
  torch::nn::Sequential model(torch::nn::Linear(2, 1));
  std::vector<at::Tensor> average;
  const Optimizer how{.ema_decay = 0.75};
  const auto parameters = model->parameters();
  const auto first = parameters[0].detach().clone();
  begin_average(how, *model, average);
  {
    const torch::NoGradGuard no_gradients;
    parameters[0].add_(8);
  }
  move_average(0.75, parameters, average);
  CHECK(torch::allclose(average[0], first + 2));
  const auto own = parameters[0].detach().clone();
  {
    const AverageScope scope(*model, average);
    CHECK(model->parameters()[0].equal(average[0]));
  }
  CHECK(model->parameters()[0].equal(own));
  begin_average({}, *model, average);
  CHECK(average.empty());
  CHECK_THROWS_AS(begin_average({.ema_decay = 1}, *model, average), Error);
}

TEST_CASE(
    "An average of the weights is validated, kept for the best epoch, and trains the weights no other way") {
  const Optimizer how{.kind = "sgd", .learning_rate = 0.2};
  Optimizer averaged = how;
  averaged.ema_decay = 0.9;
  const auto without = trained(plain(how)), with = trained(plain(averaged));
  for (std::size_t i = 0; i < with.size(); ++i) {
    CHECK(of(with[i], "loss") == of(without[i], "loss"));
    CHECK(of(with[i], "val_loss") != of(without[i], "val_loss"));
  }
  check_resumes([&] {
    auto model = std::make_shared<Blobs>();
    model->how = averaged;
    return model;
  });
}

TEST_CASE("L1 makes weights small, and leaves biases alone") {
  auto weight = torch::full({2, 2}, 0.5).set_requires_grad(true),
       bias = torch::ones({2}).set_requires_grad(true);
  const auto optimizer = Optimizer{.kind = "sgd", .learning_rate = 1}.make({weight, bias});
  weight.mutable_grad() = torch::zeros({2, 2});
  bias.mutable_grad() = torch::zeros({2});
  add_l1(*optimizer, 0.1);
  optimizer->step();
  CHECK(torch::allclose(weight.detach(), torch::full({2, 2}, 0.4)));
  CHECK(bias.detach().equal(torch::ones({2})));

  const auto sum = [](const Optimizer& how) {
    const auto model = plain(how);
    trained(model);
    return model->trained[0].abs().sum().item<double>();
  };
  CHECK(sum({.kind = "sgd", .learning_rate = 0.1, .l1 = 0.05}) <
        0.8 * sum({.kind = "sgd", .learning_rate = 0.1}));
  check_resumes([] { return plain({.kind = "sgd", .learning_rate = 0.1, .l1 = 0.02}); });
}

TEST_CASE("A batch in parts gives the gradients of the whole") {
  const Optimizer how{.kind = "sgd", .learning_rate = 0.2, .momentum = 0.9};
  const auto whole = trained(plain(how));
  for (const int micro_batch : {1, 7, 16, 32, 100}) {
    CAPTURE(micro_batch);
    const auto model = plain(how, micro_batch);
    const auto parts = trained(model);
    CHECK(model->largest == std::min(micro_batch, 32));
    for (std::size_t i = 0; i < whole.size(); ++i) {
      CHECK(of(parts[i], "loss") == Approx(of(whole[i], "loss")).epsilon(1e-4));
      CHECK(of(parts[i], "val_loss") == Approx(of(whole[i], "val_loss")).epsilon(1e-4));
      CHECK(of(parts[i], "accuracy") == Approx(of(whole[i], "accuracy")).margin(0.011));
    }
  }
  check_resumes([&] { return plain(how, 7); });
  Recorder recorder;
  CHECK(train(plain(how, -1), options(), slot(0, 1), recorder).ending == Ending::failed);
}
