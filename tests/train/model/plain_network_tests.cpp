#include "train/model/plain_network.hpp"

#include <torch/torch.h>

#include <functional>

#include "sibyl/error.hpp"
#include "sibyl/training/precision.hpp"
#include "train/support.hpp"
// Last: LibTorch has a CHECK of its own.
#include "catch.hpp"

using namespace sibyl;
namespace nn = torch::nn;

namespace {

struct Gradients {
  at::Tensor output;
  std::vector<at::Tensor> of_parameters;
};

Gradients gradients(nn::Sequential& model, const std::function<at::Tensor()>& forward) {
  for (auto& parameter : model->parameters()) parameter.mutable_grad().reset();
  Gradients result{.output = forward(), .of_parameters = {}};
  (result.output.sin() * result.output).mean().backward();
  for (const auto& parameter : model->parameters()) {
    result.of_parameters.push_back(parameter.grad().defined() ? parameter.grad()
                                                              : torch::zeros_like(parameter));
  }
  return result;
}

void check_same(nn::Sequential model, const at::Tensor& x, bool one_node) {
  model->train();
  const auto plain = gradients(model, [&] { return train_forward(model, x); });
  const auto its_own = gradients(model, [&] { return model->forward(x); });
  CHECK(torch::equal(plain.output, its_own.output));
  CHECK(same_bits(plain.of_parameters, its_own.of_parameters));
  const auto node = train_forward(model, x).grad_fn();
  CHECK((node && node->name().find("Node") != std::string::npos) == one_node);
}

/// Its forward is not that of its base.
struct OwnLinearImpl : nn::LinearImpl {
  using LinearImpl::LinearImpl;
  at::Tensor forward(const at::Tensor& x) { return LinearImpl::forward(x) + 1; }
};
TORCH_MODULE(OwnLinear);

}  // namespace

TEST_CASE("A plain network in one node gives the bits that its layers give") {
  torch::manual_seed(1);
  check_same(nn::Sequential(nn::Linear(5, 3)), torch::randn({4, 5}), true);
  check_same(nn::Sequential(nn::Linear(60, 33), nn::ReLU(), nn::Linear(33, 17), nn::Tanh(), nn::Linear(17, 9),
                            nn::Sigmoid(), nn::Linear(9, 4)),
             torch::randn({32, 60}), true);
  check_same(nn::Sequential(nn::Flatten(), nn::ReLU(), nn::Linear(nn::LinearOptions(12, 5).bias(false)),
                            nn::ReLU(nn::ReLUOptions(true)), nn::Linear(5, 2), nn::ReLU()),
             torch::randn({7, 3, 4}), true);
  nn::Sequential twice_as_exact(nn::Linear(5, 3), nn::ReLU(), nn::Linear(3, 2));
  twice_as_exact->to(torch::kDouble);
  check_same(twice_as_exact, torch::randn({4, 5}, torch::kDouble), true);
}

TEST_CASE("A layer that a plain network uses twice has both gradients") {
  nn::Linear layer(6, 6);
  check_same(nn::Sequential(layer, nn::Tanh(), layer), torch::randn({4, 6}), true);
}

TEST_CASE("Other networks go through their own forward") {
  check_same(nn::Sequential(nn::Linear(5, 3), nn::BatchNorm1d(3)), torch::randn({4, 5}), false);
  check_same(nn::Sequential(OwnLinear(5, 3), nn::ReLU()), torch::randn({4, 5}), false);
  check_same(nn::Sequential(nn::Linear(5, 3)), torch::randn({2, 4, 5}), false);
  check_same(nn::Sequential(nn::Linear(5, 3)), torch::randn({4, 5}).set_requires_grad(true), false);
  nn::Sequential frozen(nn::Linear(5, 3), nn::Linear(3, 2));
  frozen->parameters()[0].set_requires_grad(false);
  check_same(frozen, torch::randn({4, 5}), false);

  const MixedPrecisionScope mixed(torch::kCPU, true);
  nn::Sequential model(nn::Linear(5, 3));
  CHECK(train_forward(model, torch::randn({4, 5})).scalar_type() == torch::kBFloat16);
}

TEST_CASE(
    "A plain network refuses gradients of gradients, and knows a weight that was changed before its "
    "backward") {
  nn::Sequential model(nn::Linear(5, 3), nn::ReLU(), nn::Linear(3, 1));
  const auto x = torch::randn({4, 5});
  const auto loss = train_forward(model, x).sum();
  CHECK_THROWS_AS(torch::autograd::grad({loss}, {model->parameters()[0]}, {}, true, true), Error);

  const auto late = train_forward(model, x).sum();
  {
    const torch::NoGradGuard no_gradients;
    for (auto& parameter : model->parameters()) parameter.add_(1);
  }
  CHECK_THROWS(late.backward());
}
