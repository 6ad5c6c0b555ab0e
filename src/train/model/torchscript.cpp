#include "train/model/torchscript.hpp"

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/frontend/tracer.h>
#include <torch/torch.h>

#include "sibyl/error.hpp"
#include "train/loop/failure.hpp"
#include "train/model/forward.hpp"

namespace sibyl {

namespace {

// The same tree of names, so that state_dict() has the keys that the model has here, over the same tensors:
// by these the tracer knows them.
torch::jit::Module copy_structure(const torch::nn::Module& module) {
  torch::jit::Module copy("Model");
  copy.register_attribute("training", c10::BoolType::get(), module.is_training());  // Python asks for it
  for (const auto& each : module.named_parameters(/*recurse=*/false))
    copy.register_parameter(each.key(), each.value(), /*is_buffer=*/false);
  for (const auto& each : module.named_buffers(/*recurse=*/false))
    copy.register_buffer(each.key(), each.value());
  for (const auto& child : module.named_children())
    copy.register_module(child.key(), copy_structure(*child.value()));
  return copy;
}

using Inputs = std::vector<at::Tensor>;

torch::jit::Stack as_stack(const Inputs& inputs) {
  return {inputs.begin(), inputs.end()};
}

torch::jit::Module traced(torch::nn::SequentialImpl& model, const Inputs& example) {
  torch::jit::Module script = copy_structure(model);
  const auto forward = [&](torch::jit::Stack inputs) -> torch::jit::Stack {
    Inputs tensors;
    for (const c10::IValue& input : inputs) tensors.push_back(input.toTensor());
    return {forward_all(model, tensors)};
  };
  const auto no_names = [](const torch::autograd::Variable&) { return std::string(); };
  const auto trace = torch::jit::tracer::trace(as_stack(example), forward, no_names, /*strict=*/true,
                                               /*force_outplace=*/false, &script);
  auto* const function = script._ivalue()->compilation_unit()->create_function(
      c10::QualifiedName(*script.type()->name(), "forward"), trace.first->graph);
  script.type()->addMethod(function);
  return script;
}

/// LibTorch records sizes as the numbers that they were: recurrent layers and attention, say, then take a
/// batch of that size only.
bool takes_other_batches(torch::jit::Module& script, torch::nn::SequentialImpl& model,
                         const Inputs& example) {
  Inputs more;
  for (const at::Tensor& each : example) more.push_back(at::cat({each, each.narrow(0, 0, 1)}));
  const at::Tensor expected = forward_all(model, more);
  try {
    const at::Tensor given = script.forward(as_stack(more)).toTensor();
    return given.sizes() == expected.sizes() &&
           given.allclose(expected, /*rtol=*/1e-4, /*atol=*/1e-5, /*equal_nan=*/true);
  } catch (const std::exception&) {
    return false;
  }
}

/// Of one that was recorded with a single sample.
torch::jit::Module one_by_one(const torch::jit::Module& of_a_sample, std::size_t inputs) {
  torch::jit::Module network("Network");
  network.register_attribute("training", c10::BoolType::get(), false);
  network.register_module("each", of_a_sample);
  std::string names, of_one;
  for (std::size_t i = 0; i < inputs; ++i) {
    const std::string name = i == 0 ? "x" : "x_" + std::to_string(i);
    names += ", " + name + ": Tensor";
    of_one += (i > 0 ? ", " : "") + name + "[i:i + 1]";
  }
  network.define("def forward(self" + names + R"() -> Tensor:
    outputs: List[Tensor] = []
    for i in range(x.size(0)):
        outputs.append(self.each.forward()" +
                 of_one + R"())
    return torch.cat(outputs)
)");
  return network;
}

}  // namespace

void save_torchscript(torch::nn::SequentialImpl& model, const std::vector<at::Tensor>& given,
                      const ModelDescription& description, const std::filesystem::path& file) {
  try {
    const torch::NoGradGuard no_gradients;
    model.to(torch::kCPU);
    model.eval();
    Inputs example, sample;
    for (const at::Tensor& each : given) {
      example.push_back(each.cpu());
      sample.push_back(example.back().narrow(0, 0, 1));
    }
    torch::jit::Module script = traced(model, example);
    if (!takes_other_batches(script, model, example)) {
      torch::jit::Module each = one_by_one(traced(model, sample), sample.size());
      if (takes_other_batches(each, model, example)) script = each;  // else it is random, say
    }
    torch::jit::Module whole("Model");
    whole.register_attribute("training", c10::BoolType::get(), false);
    whole.register_module("network", script);
    add_methods(whole, description, example[0].scalar_type());
    whole.eval();
    whole.save(file.string());
  } catch (const std::exception&) {
    throw Error("can't write the model as TorchScript to " + file.string() + ": " +
                classify(std::current_exception()).message);
  }
}

}  // namespace sibyl
