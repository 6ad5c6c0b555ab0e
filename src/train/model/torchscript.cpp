#include "train/model/torchscript.hpp"

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/frontend/tracer.h>
#include <torch/torch.h>

#include "sibyl/error.hpp"
#include "train/loop/failure.hpp"

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

}  // namespace

void save_torchscript(torch::nn::SequentialImpl& model, const at::Tensor& example,
                      const ModelDescription& description, const std::filesystem::path& file) {
  try {
    const torch::NoGradGuard no_gradients;
    model.to(torch::kCPU);
    model.eval();
    torch::jit::Module script = copy_structure(model);
    const auto forward = [&](torch::jit::Stack inputs) -> torch::jit::Stack {
      return {model.forward(inputs.at(0).toTensor())};
    };
    const auto no_names = [](const torch::autograd::Variable&) { return std::string(); };
    const auto traced = torch::jit::tracer::trace({example.cpu()}, forward, no_names, /*strict=*/true,
                                                  /*force_outplace=*/false, &script);
    auto* const function = script._ivalue()->compilation_unit()->create_function(
        c10::QualifiedName(*script.type()->name(), "forward"), traced.first->graph);
    script.type()->addMethod(function);
    torch::jit::Module whole("Model");
    whole.register_attribute("training", c10::BoolType::get(), false);
    whole.register_module("network", script);
    add_methods(whole, description, example.scalar_type());
    whole.eval();
    whole.save(file.string());
  } catch (const std::exception&) {
    throw Error("can't write the model as TorchScript to " + file.string() + ": " +
                classify(std::current_exception()).message);
  }
}

}  // namespace sibyl
