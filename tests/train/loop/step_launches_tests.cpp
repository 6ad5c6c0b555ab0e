// How many operators a training step runs: on a GPU each is a launch, or more, and small steps are bound by
// them.
#include <ATen/record_function.h>

#include <set>
#include <string>

#include "train/support.hpp"
// Last: LibTorch has a CHECK of its own.
#include "catch.hpp"

using namespace sibyl;

namespace {

/// Of these nothing reaches a device: they make a tensor's memory, or look at it otherwise.
const std::set<std::string> without_launch = {"aten::empty",
                                              "aten::empty_like",
                                              "aten::empty_strided",
                                              "aten::view",
                                              "aten::_unsafe_view",
                                              "aten::reshape",
                                              "aten::t",
                                              "aten::transpose",
                                              "aten::expand",
                                              "aten::as_strided",
                                              "aten::detach",
                                              "aten::slice",
                                              "aten::select",
                                              "aten::narrow",
                                              "aten::unsqueeze",
                                              "aten::squeeze",
                                              "aten::resize_",
                                              "aten::set_",
                                              "aten::result_type",
                                              "aten::_reshape_alias",
                                              "aten::alias",
                                              "aten::flatten",
                                              "aten::_has_compatible_shallow_copy_type",
                                              "aten::is_nonzero",
                                              "aten::_local_scalar_dense",
                                              "aten::item",
                                              "aten::to",
                                              "aten::contiguous",
                                              "aten::resolve_conj",
                                              "aten::resolve_neg"};

/// Operators that launch something by themselves, by name.
std::map<std::string, int> launches_by_name;

struct Running : at::ObserverContext {
  explicit Running(Running* outer) : outer(outer) {}
  Running* outer;
  bool launched = false;  ///< within it
};
thread_local Running* running = nullptr;

std::unique_ptr<at::ObserverContext> begins(const at::RecordFunction&) {
  auto context = std::make_unique<Running>(running);
  running = context.get();
  return context;
}

void ends(const at::RecordFunction& function, at::ObserverContext* context) {
  auto* ended = static_cast<Running*>(context);
  running = ended->outer;
  const std::string name = function.name();
  const bool launches = name.starts_with("aten::") && !ended->launched && !without_launch.contains(name);
  if (launches) ++launches_by_name[name];
  if (ended->outer && (launches || ended->launched)) ended->outer->launched = true;
}

/// As many layers as tests/bench/training's MLP. In double: for floats the CPU has loops of its own in place
/// of some operators, as a GPU has not.
struct Mlp : HyperModel {
  int samples = 0;
  torch::nn::Sequential build(HyperParameters&) override {
    torch::nn::Sequential model(torch::nn::Linear(20, 16), torch::nn::ReLU(), torch::nn::Linear(16, 16),
                                torch::nn::ReLU(), torch::nn::Linear(16, 10));
    model->to(torch::kDouble);
    return model;
  }
  Optimizer optimizer(HyperParameters&) override { return {.kind = "sgd"}; }
  int batch_size(HyperParameters&) override { return 64; }
  Data data(const DataOptions&) override {
    return {.train = {.x = torch::rand({samples, 20}, torch::kDouble),
                      .y = torch::randint(0, 10, {samples}, torch::kLong)},
            .validation = {.x = torch::rand({64, 20}, torch::kDouble),
                           .y = torch::randint(0, 10, {64}, torch::kLong)},
            .test = {}};
  }
};

std::map<std::string, int> operators_of(int steps) {
  const auto model = std::make_shared<Mlp>();
  model->samples = 64 * steps;
  TrialTrainer trainer(model, options());
  Recorder recorder;
  launches_by_name.clear();
  const auto handle =
      at::addGlobalCallback(at::RecordFunctionCallback(begins, ends).scopes({at::RecordScope::FUNCTION}));
  trainer.train(slot(0, 1), recorder);
  at::removeCallback(handle);
  REQUIRE(recorder.epochs.size() == 1);
  return launches_by_name;
}

}  // namespace

TEST_CASE("a step of a multi-layer perceptron runs at most 24 operators besides the optimizer's") {
  const auto few = operators_of(10), many = operators_of(30);
  int sum = 0;
  std::string list;
  for (const auto& [name, count] : many) {
    const auto before = few.find(name);
    const int more = count - (before == few.end() ? 0 : before->second);
    if (name != "aten::add_") sum += more;  // which on a GPU are one launch for all parameters
    if (more > 0) list += name + " " + std::to_string(more / 20.0) + "\n";
  }
  INFO(list);
  CHECK(sum <= 24 * 20);
  CHECK(sum >= 10 * 20);  // else they were not seen
}
