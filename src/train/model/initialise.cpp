#include "sibyl/training/initialise.hpp"

#include <torch/torch.h>

#include "base/find_kind.hpp"

namespace sibyl {

namespace {

namespace nn = torch::nn;
using Initialiser = InitialiserKind::Kind;

const NamedKinds<Initialiser>& initialisers() {
  static const NamedKinds<Initialiser> all = {
      {"libtorch", Initialiser::libtorch},           {"glorot_uniform", Initialiser::glorot_uniform},
      {"glorot_normal", Initialiser::glorot_normal}, {"he_uniform", Initialiser::he_uniform},
      {"he_normal", Initialiser::he_normal},         {"lecun_uniform", Initialiser::lecun_uniform},
      {"lecun_normal", Initialiser::lecun_normal},   {"orthogonal", Initialiser::orthogonal}};
  return all;
}

void draw(at::Tensor weight, Initialiser kind) {
  switch (kind) {
    case Initialiser::libtorch:
      return;
    case Initialiser::glorot_uniform:
      nn::init::xavier_uniform_(weight);
      return;
    case Initialiser::glorot_normal:
      nn::init::xavier_normal_(weight);
      return;
    case Initialiser::he_uniform:
      nn::init::kaiming_uniform_(weight, 0, torch::kFanIn, torch::kReLU);
      return;
    case Initialiser::he_normal:
      nn::init::kaiming_normal_(weight, 0, torch::kFanIn, torch::kReLU);
      return;
    case Initialiser::lecun_uniform:
      nn::init::kaiming_uniform_(weight, 0, torch::kFanIn, torch::kLinear);
      return;
    case Initialiser::lecun_normal:
      nn::init::kaiming_normal_(weight, 0, torch::kFanIn, torch::kLinear);
      return;
    case Initialiser::orthogonal:
      nn::init::orthogonal_(weight);
      return;
  }
}

template <class... Module>
bool is_any(const nn::Module& module) {
  return ((dynamic_cast<const Module*>(&module) != nullptr) || ...);
}

bool is_feed_forward(const nn::Module& module) {
  return is_any<nn::LinearImpl, nn::BilinearImpl, nn::Conv1dImpl, nn::Conv2dImpl, nn::Conv3dImpl,
                nn::ConvTranspose1dImpl, nn::ConvTranspose2dImpl, nn::ConvTranspose3dImpl>(module);
}

bool is_recurrent(const nn::Module& module) {
  return is_any<nn::RNNImpl, nn::LSTMImpl, nn::GRUImpl, nn::RNNCellImpl, nn::LSTMCellImpl, nn::GRUCellImpl>(
      module);
}

/// The gates of an LSTM's biases: input, forget, cell, output. There are two biases, which are added.
void open_forget_gates(const std::string& name, at::Tensor bias) {
  if (!name.starts_with("bias_ih")) return;
  const std::int64_t units = bias.size(0) / 4;
  bias.narrow(0, units, units).fill_(1);
}

}  // namespace

InitialiserKind::InitialiserKind(std::string_view name)
    : kind_(kind_named(name, "initialiser", initialisers())) {}

void initialise(nn::Module& model, InitialiserKind kind) {
  if (kind == InitialiserKind::libtorch) return;
  const torch::NoGradGuard no_gradients;
  for (const auto& module : model.modules()) {
    const bool recurrent = is_recurrent(*module);
    if (!recurrent && !is_feed_forward(*module)) continue;
    for (auto& parameter : module->named_parameters(/*recurse=*/false)) {
      if (parameter->dim() < 2) {
        parameter->zero_();
        if (is_any<nn::LSTMImpl, nn::LSTMCellImpl>(*module)) open_forget_gates(parameter.key(), *parameter);
      } else {
        draw(*parameter, recurrent && parameter.key().starts_with("weight_hh") ? Initialiser::orthogonal
                                                                               : Initialiser(kind));
      }
    }
  }
}

}  // namespace sibyl
