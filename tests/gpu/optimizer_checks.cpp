// Do optimizers step on the device as LibTorch's do?
#include "checking.hpp"
#include "train/optimizers/fused_optimizers.hpp"

namespace check {

void optimizers(c10::Device where) {
  namespace optim = torch::optim;
  using Parameters = std::vector<at::Tensor>;
  using Make = std::function<std::unique_ptr<optim::Optimizer>(Parameters)>;
  const auto of = [](auto fused, auto original, auto options) {
    using Fused = typename decltype(fused)::type;
    using Original = typename decltype(original)::type;
    return std::pair<Make, Make>{[=](Parameters p) { return std::make_unique<Fused>(p, options); },
                                 [=](Parameters p) { return std::make_unique<Original>(p, options); }};
  };
  const std::map<std::string, std::pair<Make, Make>> all = {
      {"adam", of(std::type_identity<FusedAdam>(), std::type_identity<optim::Adam>(),
                  optim::AdamOptions(0.01).weight_decay(0.1))},
      {"adamw", of(std::type_identity<FusedAdamW>(), std::type_identity<optim::AdamW>(),
                   optim::AdamWOptions(0.01).weight_decay(0.1))},
      {"sgd", of(std::type_identity<FusedSGD>(), std::type_identity<optim::SGD>(),
                 optim::SGDOptions(0.1).weight_decay(0.1))},
      {"nesterov", of(std::type_identity<FusedSGD>(), std::type_identity<optim::SGD>(),
                      optim::SGDOptions(0.1).momentum(0.9).nesterov(true))},
      {"rmsprop", of(std::type_identity<FusedRMSprop>(), std::type_identity<optim::RMSprop>(),
                     optim::RMSpropOptions(0.01).momentum(0.9))},
  };
  for (const auto& [name, make] : all) {
    attempt(name + " on the device", [&, &name = name, &make = make] {
      torch::manual_seed(1);
      Parameters begin = {torch::randn({300, 257}), torch::randn({1}), torch::randn({7, 3, 5, 5}),
                          torch::randn({200000})};
      const auto copies = [&] {
        Parameters copies;
        for (const auto& tensor : begin) copies.push_back(tensor.to(where).clone().set_requires_grad(true));
        return copies;
      };
      Parameters a = copies(), b = copies(), c = copies();
      const auto fused = make.first(a), original = make.second(b), launched = make.first(c);
      auto& replayable = dynamic_cast<ReplayableOptimizer&>(*launched);
      bool prepared = true;
      for (int step = 0; step < 5; ++step) {
        for (std::size_t i = 0; i < a.size(); ++i) {
          a[i].mutable_grad() = torch::randn_like(begin[i]).to(where);
          b[i].mutable_grad() = a[i].grad().clone();
          c[i].mutable_grad() = a[i].grad().clone();
        }
        fused->step();
        original->step();
        prepared = prepared && replayable.prepare();
        if (!prepared) continue;
        replayable.launch();
        replayable.count();
      }
      double worst = 0;
      bool same = prepared;
      for (std::size_t i = 0; i < a.size(); ++i) {
        worst = std::max(worst, (a[i] - b[i]).abs().max().item<double>());
        same = same && torch::equal(a[i], c[i]);
      }
      say(worst < 2e-5, name + ": fused as LibTorch's own", std::to_string(worst));
      say(same || where.is_cpu(), name + ": launched in pieces as stepped");
    });
  }
}

}  // namespace check
