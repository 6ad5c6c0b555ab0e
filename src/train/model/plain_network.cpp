#include "train/model/plain_network.hpp"

#include <torch/torch.h>

#include <optional>
#include <typeinfo>

#include "sibyl/error.hpp"
#include "sibyl/training/precision.hpp"

namespace sibyl {

namespace {

namespace nn = torch::nn;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

enum Layer : std::int64_t { linear, linear_without_bias, relu, tanh, sigmoid, flatten };

bool is_linear(std::int64_t layer) {
  return layer == linear || layer == linear_without_bias;
}

struct Network {
  std::vector<std::int64_t> layers;
  variable_list parameters;  ///< weight and bias of each linear layer
};

/// The exact type: a class derived from one of these has a forward of its own.
template <class Module>
const Module* as(const nn::Module& module) {
  return typeid(module) == typeid(Module) ? dynamic_cast<const Module*>(&module) : nullptr;
}

/// Appends the layer; false: it is none of these.
bool append(Network& network, const nn::Module& module) {
  if (const auto* its = as<nn::LinearImpl>(module)) {
    network.layers.push_back(its->bias.defined() ? linear : linear_without_bias);
    network.parameters.push_back(its->weight);
    if (its->bias.defined()) network.parameters.push_back(its->bias);
  } else if (as<nn::ReLUImpl>(module)) {
    network.layers.push_back(relu);
  } else if (as<nn::TanhImpl>(module)) {
    network.layers.push_back(tanh);
  } else if (as<nn::SigmoidImpl>(module)) {
    network.layers.push_back(sigmoid);
  } else if (const auto* its_flatten = as<nn::FlattenImpl>(module)) {
    network.layers.push_back(flatten);
    return its_flatten->options.start_dim() == 1 && its_flatten->options.end_dim() == -1;
  } else {
    return false;
  }
  return true;
}

std::optional<Network> plain(nn::Sequential& model, const at::Tensor& x) {
  if (x.requires_grad() || x.dim() < 2 || !torch::GradMode::is_enabled() || MixedPrecisionScope::is_on())
    return {};
  Network network;
  for (const nn::AnyModule& module : *model) {
    if (!append(network, *module.ptr())) return {};
    // Of more dimensions, a linear layer takes other kernels.
    if (is_linear(network.layers.back()) && x.dim() != 2 && network.layers.front() != flatten) return {};
  }
  for (const at::Tensor& parameter : network.parameters) {
    if (!parameter.requires_grad() || parameter.scalar_type() != x.scalar_type()) return {};
  }
  if (network.parameters.empty()) return {};
  return network;
}

at::Tensor forward_of(std::int64_t layer, const at::Tensor& in, const at::Tensor*& parameter) {
  switch (layer) {
    case linear:
      parameter += 2;
      return at::linear(in, parameter[-2], parameter[-1]);
    case linear_without_bias:
      return at::linear(in, *parameter++);
    case relu:
      return at::relu(in);
    case tanh:
      return at::tanh(in);
    case sigmoid:
      return at::sigmoid(in);
    default:
      return at::flatten(in, 1);
  }
}

/// From the gradient of what a layer without parameters gave, that of what it took.
at::Tensor backward_of(std::int64_t layer, const at::Tensor& gradient, const at::Tensor& in,
                       const at::Tensor& out) {
  switch (layer) {
    case relu:
      return at::threshold_backward(gradient, out, 0);
    case tanh:
      return at::tanh_backward(gradient, out);
    case sigmoid:
      return at::sigmoid_backward(gradient, out);
    default:
      return gradient.reshape(in.sizes());
  }
}

struct Node : torch::autograd::Function<Node> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, at::TensorList parameters,
                            const std::vector<std::int64_t>& layers) {
    const at::AutoDispatchBelowADInplaceOrView below_autograd;
    variable_list saved = parameters.vec();  // then what each layer takes, and what the last one gives
    saved.push_back(x);
    const at::Tensor* parameter = parameters.data();
    for (const std::int64_t layer : layers) saved.push_back(forward_of(layer, saved.back(), parameter));
    at::Tensor output = saved.back();
    context->saved_data["layers"] = layers;
    context->save_for_backward(std::move(saved));
    return output;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    if (torch::GradMode::is_enabled()) {
      throw Error(
          "Gradients of gradients want an output of model->forward(x), not of HyperModel::training_step().");
    }
    const at::AutoDispatchBelowADInplaceOrView below_autograd;
    const std::vector<std::int64_t> layers = context->saved_data["layers"].toIntVector();
    const variable_list saved = context->get_saved_variables();
    const std::size_t parameters = saved.size() - layers.size() - 1;
    variable_list result(1 + parameters + 1);  // of x, the parameters, the layers
    std::size_t parameter = parameters;
    at::Tensor gradient = gradients[0];
    for (std::size_t i = layers.size(); i-- > 0 && parameter > 0;) {
      const at::Tensor &in = saved[parameters + i], &out = saved[parameters + i + 1];
      if (!is_linear(layers[i])) {
        gradient = backward_of(layers[i], gradient, in, out);
        continue;
      }
      if (layers[i] == linear) result[1 + --parameter] = gradient.sum(0);
      result[1 + --parameter] = gradient.t().mm(in);
      if (parameter > 0) gradient = gradient.mm(saved[parameter]);
    }
    return result;
  }
};

}  // namespace

at::Tensor train_forward(nn::Sequential& model, const at::Tensor& x) {
  const auto network = plain(model, x);
  if (!network) return model->forward(x);
  return Node::apply(x, at::TensorList(network->parameters), network->layers);
}

}  // namespace sibyl
