#include "sibyl/training/initialise.hpp"

#include <torch/torch.h>

#include <cmath>

#include "sibyl/error.hpp"
// Last: LibTorch has a CHECK of its own.
#include "catch.hpp"

using namespace sibyl;

namespace nn = torch::nn;

TEST_CASE("Weights begin with the variance of their initialiser, and biases with 0") {
  const auto variance = [](const char* kind, const at::Tensor& weight) {
    const double in = static_cast<double>(weight[0].numel());
    const double out = static_cast<double>(weight.numel() / weight.size(1));
    const std::string name = kind;
    if (name.starts_with("glorot")) return 2 / (in + out);
    return (name.starts_with("he") ? 2 : 1) / in;
  };
  for (const char* kind :
       {"glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun_uniform", "lecun_normal"}) {
    torch::manual_seed(1);
    nn::Sequential model(nn::Linear(300, 100), nn::ReLU(), nn::Conv2d(40, 80, 3));
    initialise(*model, kind);
    for (const auto& each : model->named_parameters()) {
      INFO(kind << " " << each.key());
      if (each.value().dim() == 1) {
        CHECK(each.value().abs().max().item<double>() == 0);
        continue;
      }
      const double expected = variance(kind, each.value());
      CHECK(each.value().var().item<double>() == Approx(expected).epsilon(0.03));
      CHECK(std::abs(each.value().mean().item<double>()) < 0.02 * std::sqrt(expected));
      const double largest = each.value().abs().max().item<double>();
      CHECK((largest <= std::sqrt(3 * expected) * 1.0001) == std::string(kind).ends_with("uniform"));
    }
  }
}

TEST_CASE("An orthogonal layer keeps lengths") {
  nn::Sequential model(nn::Linear(20, 50));
  initialise(*model, "orthogonal");
  const auto weight = model->parameters()[0];
  CHECK(torch::allclose(weight.t().mm(weight), torch::eye(20), 1e-4, 1e-5));
}

TEST_CASE("LibTorch's weights stay, and so do norms and embeddings") {
  nn::Sequential model(nn::Embedding(5, 8), nn::Linear(8, 4), nn::BatchNorm1d(4));
  const auto before = model->parameters();
  std::vector<at::Tensor> copies;
  for (const auto& parameter : before) copies.push_back(parameter.detach().clone());
  initialise(*model, "libtorch");
  for (std::size_t i = 0; i < before.size(); ++i) CHECK(before[i].equal(copies[i]));
  initialise(*model, "he_normal");
  CHECK(before[0].equal(copies[0]));
  CHECK_FALSE(before[1].equal(copies[1]));
  CHECK(before[3].equal(copies[3]));
}

TEST_CASE("A recurrent layer begins as Keras' does") {
  nn::LSTM lstm(nn::LSTMOptions(6, 10));
  glorot_uniform(*lstm);
  for (const auto& each : lstm->named_parameters()) {
    INFO(each.key());
    if (each.key() == "weight_hh_l0")
      CHECK(torch::allclose(each.value().t().mm(each.value()), torch::eye(10), 1e-4, 1e-5));
    if (each.key() == "bias_ih_l0") CHECK(each.value().sum().item<double>() == 10);
    if (each.key() == "bias_hh_l0") CHECK(each.value().abs().sum().item<double>() == 0);
  }
}

TEST_CASE("An initialiser that there is not is named with the one that was meant") {
  CHECK_THROWS_WITH(InitialiserKind("glorot_unifrom"), ContainsSubstring("did you mean 'glorot_uniform'?"));
  CHECK_THROWS_AS(InitialiserKind("zeros"), Error);
}
