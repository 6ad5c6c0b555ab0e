#include <torch/torch.h>

#include <functional>

#include "sibyl/training/optimizer.hpp"
#include "train/optimizers/fused_optimizers.hpp"
#include "train/optimizers/parameter_states.hpp"
// Last: LibTorch has a CHECK of its own.
#include "catch.hpp"

using namespace sibyl;
namespace optim = torch::optim;

namespace {

using Make = std::function<std::unique_ptr<optim::Optimizer>(std::vector<at::Tensor>)>;

/// The same optimizer, fused and LibTorch's own.
struct Pair {
  const char* name;
  Make fused, original;
};

template <class Fused, class Original, class Options>
Pair pair(const char* name, Options options) {
  return {name, [options](auto parameters) { return std::make_unique<Fused>(parameters, options); },
          [options](auto parameters) { return std::make_unique<Original>(parameters, options); }};
}

std::vector<Pair> pairs() {
  using optim::AdamOptions, optim::AdamWOptions, optim::SGDOptions, optim::RMSpropOptions;
  return {
      pair<FusedAdam, optim::Adam>("adam", AdamOptions(0.01)),
      pair<FusedAdam, optim::Adam>("adam with decay", AdamOptions(0.01).weight_decay(0.1).betas({0.8, 0.99})),
      pair<FusedAdam, optim::Adam>("amsgrad", AdamOptions(0.01).amsgrad(true)),
      pair<FusedAdamW, optim::AdamW>("adamw", AdamWOptions(0.01).weight_decay(0.1).eps(1e-3)),
      pair<FusedSGD, optim::SGD>("sgd", SGDOptions(0.1)),
      pair<FusedSGD, optim::SGD>("sgd with decay", SGDOptions(0.1).weight_decay(0.1)),
      pair<FusedSGD, optim::SGD>("momentum", SGDOptions(0.1).momentum(0.9).weight_decay(0.01)),
      pair<FusedSGD, optim::SGD>("nesterov", SGDOptions(0.1).momentum(0.9).nesterov(true)),
      pair<FusedSGD, optim::SGD>("dampening", SGDOptions(0.1).momentum(0.9).dampening(0.5)),
      pair<FusedRMSprop, optim::RMSprop>("rmsprop", RMSpropOptions(0.01).weight_decay(0.1)),
      pair<FusedRMSprop, optim::RMSprop>("rmsprop with momentum",
                                         RMSpropOptions(0.01).momentum(0.9).alpha(0.9)),
      pair<FusedRMSprop, optim::RMSprop>("centered", RMSpropOptions(0.01).centered(true)),
  };
}

std::vector<at::Tensor> copies(const std::vector<at::Tensor>& tensors) {
  std::vector<at::Tensor> copies;
  for (const auto& tensor : tensors) copies.push_back(tensor.detach().clone().set_requires_grad(true));
  return copies;
}

std::vector<at::Tensor> some_parameters(at::ScalarType type) {
  torch::manual_seed(1);
  return copies({torch::randn({300, 257}, type), torch::randn({1}, type), torch::randn({7, 3, 5, 5}, type),
                 torch::randn({0}, type)});
}

/// Both go the same way: gradients are given, or made by `change`.
void check_alike(const Pair& pair, const std::vector<at::Tensor>& parameters, int steps,
                 const std::function<void(std::vector<at::Tensor>&, int)>& change = {}) {
  INFO(pair.name);
  auto a = copies(parameters), b = copies(parameters);
  const auto fused = pair.fused(a), original = pair.original(b);
  for (int step = 0; step < steps; ++step) {
    std::vector<at::Tensor> gradients;
    for (const auto& parameter : parameters) gradients.push_back(torch::randn_like(parameter));
    if (change) change(gradients, step);
    for (std::size_t i = 0; i < a.size(); ++i) {
      a[i].mutable_grad() = gradients[i];
      b[i].mutable_grad() = gradients[i].defined() ? gradients[i].clone() : gradients[i];
    }
    fused->step();
    original->step();
  }
  for (std::size_t i = 0; i < a.size(); ++i) CHECK(torch::allclose(a[i], b[i], 1e-5, 1e-6));
}

}  // namespace

TEST_CASE("A fused optimizer steps as LibTorch's does") {
  for (const Pair& pair : pairs()) {
    check_alike(pair, some_parameters(at::kFloat), 5);
    check_alike(pair, some_parameters(at::kDouble), 5);  // by the kernels for lists
  }
}

TEST_CASE("A fused optimizer steps parameters and gradients that lie otherwise in memory") {
  for (const Pair& pair : pairs()) {
    check_alike(pair, some_parameters(at::kFloat), 3, [](auto& gradients, int) {
      gradients[0] = gradients[0].t().contiguous().t();
      gradients[2] = gradients[2].contiguous(at::MemoryFormat::ChannelsLast);
    });
    const auto turned = torch::randn({40, 50}).t().set_requires_grad(true);
    check_alike(pair, {torch::randn({3}).set_requires_grad(true), turned}, 3);
  }
}

TEST_CASE("A fused optimizer leaves a parameter without a gradient where it is, and counts its steps alone") {
  for (const Pair& pair : pairs()) {
    check_alike(pair, some_parameters(at::kFloat), 4, [](auto& gradients, int step) {
      if (step % 2 == 0) gradients[0].reset();
      if (step > 1) gradients[2].reset();
    });
  }
}

TEST_CASE("A fused optimizer reads its options at each step, of each group") {
  const auto parameters = some_parameters(at::kFloat);
  const auto train = [&](bool fused) {
    auto mine = copies(parameters);
    std::vector<optim::OptimizerParamGroup> groups;
    groups.emplace_back(std::vector{mine[0]});
    groups.emplace_back(std::vector{mine[1]}, std::make_unique<optim::AdamOptions>(0.5));
    std::unique_ptr<optim::Optimizer> optimizer;
    if (fused) {
      optimizer = std::make_unique<FusedAdam>(groups);
    } else {
      optimizer = std::make_unique<optim::Adam>(groups);
    }
    for (int step = 0; step < 3; ++step) {
      for (auto& parameter : mine) parameter.mutable_grad() = torch::ones_like(parameter);
      optimizer->step();
      static_cast<optim::AdamOptions&>(optimizer->param_groups()[0].options()).lr(0.1 * (step + 1));
    }
    return mine;
  };
  const auto fused = train(true), original = train(false);
  for (std::size_t i = 0; i < fused.size(); ++i) CHECK(torch::allclose(fused[i], original[i], 1e-5, 1e-6));
}

TEST_CASE("What a fused optimizer launches is its step") {
  for (const Pair& pair : pairs()) {
    INFO(pair.name);
    const auto parameters = some_parameters(at::kDouble);
    auto a = copies(parameters), b = copies(parameters);
    const auto stepped = pair.fused(a), launched = pair.fused(b);
    auto& replayable = dynamic_cast<ReplayableOptimizer&>(*launched);
    const auto give = [&](double number) {
      for (std::size_t i = 0; i < a.size(); ++i) {
        a[i].mutable_grad() = torch::full_like(a[i], number);
        b[i].mutable_grad() = a[i].grad().clone();
      }
    };
    const std::string name = pair.name;
    const bool can = has_fused_kernels && name != "amsgrad" && name != "dampening" && name != "centered";
    give(1);
    REQUIRE(replayable.prepare() == can);
    if (!can) continue;
    for (int step = 1; step < 5; ++step) {
      give(step);
      for (auto* optimizer : {stepped.get(), launched.get()}) {
        auto& options = optimizer->param_groups()[0].options();
        options.set_lr(options.get_lr() / step);
      }
      if (step == 4) launched->step();  // goes on from what was launched
      if (step < 4) {
        replayable.prepare();
        replayable.launch();
        replayable.count();
      }
      stepped->step();
    }
    for (std::size_t i = 0; i < a.size(); ++i) CHECK(torch::equal(a[i], b[i]));
  }
}

TEST_CASE("A fused optimizer goes on where LibTorch's was saved, and the other way round") {
  const auto archived = [](const optim::Optimizer& from, optim::Optimizer& to) {
    torch::serialize::OutputArchive out;
    from.save(out);
    std::stringstream stream;
    out.save_to(stream);
    torch::serialize::InputArchive in;
    in.load_from(stream);
    to.load(in);
  };
  const auto step = [](optim::Optimizer& optimizer, int number) {
    for (auto& parameter : optimizer.param_groups()[0].params())
      parameter.mutable_grad() = torch::full_like(parameter, number);
    optimizer.step();
  };
  for (const Pair& pair : pairs()) {
    INFO(pair.name);
    auto parameters = some_parameters(at::kFloat);
    const auto before = pair.fused(parameters);
    step(*before, 1);
    step(*before, -2);
    auto a = copies(parameters), b = copies(parameters);
    const auto fused = pair.fused(a), original = pair.original(b);
    archived(*before, *original);
    archived(*original, *fused);
    step(*before, 3);
    step(*fused, 3);
    step(*original, 3);
    for (std::size_t i = 0; i < a.size(); ++i) {
      CHECK(torch::equal(a[i], parameters[i]));
      CHECK(torch::allclose(a[i], b[i], 1e-5, 1e-6));
    }
  }
}

TEST_CASE("A fused optimizer gives the same bits with any number of threads") {
  const auto train = [](int threads) {
    at::set_num_threads(threads);
    auto parameters = some_parameters(at::kFloat);
    const auto optimizer = Optimizer{.kind = "adam", .weight_decay = 0.1}.make(parameters);
    for (auto& parameter : parameters) parameter.mutable_grad() = parameter.detach().sin();
    for (int i = 0; i < 3; ++i) optimizer->step();
    at::set_num_threads(1);
    return parameters;
  };
  const auto one = train(1), three = train(3);
  for (std::size_t i = 0; i < one.size(); ++i) CHECK(torch::equal(one[i], three[i]));
}

TEST_CASE("Sparse gradients are LibTorch's own affair") {
  auto a = torch::ones({4, 2}).set_requires_grad(true), b = torch::ones({4, 2}).set_requires_grad(true);
  const auto gradient = torch::eye(4).narrow(1, 0, 2).to_sparse();
  a.mutable_grad() = gradient;
  b.mutable_grad() = gradient;
  FusedSGD({a}, optim::SGDOptions(0.5)).step();
  optim::SGD({b}, optim::SGDOptions(0.5)).step();
  CHECK(torch::equal(a, b));
  CHECK_FALSE(torch::equal(a, torch::ones({4, 2})));
}
