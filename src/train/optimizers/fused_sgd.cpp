#include "train/optimizers/fused_step.hpp"
#include "train/optimizers/kernels.hpp"

namespace sibyl {

template <>
struct Rule<torch::optim::SGD> {
  using Options = torch::optim::SGDOptions;
  using State = torch::optim::SGDParamState;
  static constexpr bool has_loop = true;

  static bool suits(const Options& options) { return options.dampening() == 0; }
  /// LibTorch begins the velocity with the first gradient, whole: as this one is after a step, if dampening
  /// is none.
  static void begin(const Options& options, const at::Tensor& parameter, State& state) {
    if (options.momentum() != 0 && !state.momentum_buffer().defined())
      state.momentum_buffer(torch::zeros_like(parameter));
  }
  static std::vector<at::Tensor> tensors(const State& state) { return {state.momentum_buffer()}; }
  static std::vector<double> constants(const Options& options) {
    return {options.momentum(), options.weight_decay(), options.nesterov() ? 1.0 : 0.0};
  }

  static void by_loop(const Options& options, const at::Tensor& parameter, const at::Tensor& gradient,
                      const State& state) {
    const SgdStep step{.rate = static_cast<float>(options.lr()),
                       .decay = static_cast<float>(options.weight_decay()),
                       .momentum = static_cast<float>(options.momentum()),
                       .nesterov = options.nesterov()};
    auto* const w = parameter.data_ptr<float>();
    const auto* const g = gradient.data_ptr<float>();
    auto* const v = options.momentum() != 0 ? state.momentum_buffer().data_ptr<float>() : nullptr;
    in_parts(parameter.numel(), [&](std::int64_t begin, std::int64_t count) {
      if (v) {
        sgd_with_momentum(step, count, w + begin, g + begin, v + begin);
      } else {
        sgd(step, count, w + begin, g + begin);
      }
    });
  }

  static std::vector<at::Tensor> velocities(const Options& options, const std::vector<State*>& states) {
    std::vector<at::Tensor> velocities;
    for (const State* state : states) {
      if (options.momentum() != 0) velocities.push_back(state->momentum_buffer());
    }
    return velocities;
  }

  static void by_lists(const Options& options, const Moving& moving, const std::vector<State*>& states) {
    std::vector<at::Tensor> gradients = moving.gradients;
    if (options.weight_decay() != 0) {
      gradients = at::_foreach_add(gradients, moving.parameters, options.weight_decay());
    }
    if (const auto its = velocities(options, states); !its.empty()) {
      at::_foreach_mul_(its, options.momentum());
      at::_foreach_add_(its, gradients);
      gradients = options.nesterov() ? at::_foreach_add(gradients, its, options.momentum()) : its;
    }
    at::_foreach_add_(moving.parameters, gradients, -options.lr());
  }

#ifdef SIBYL_FUSED_KERNELS
  static void by_kernel(const Options& options, const Moving& moving, const std::vector<State*>& states,
                        const StepNumbers& numbers, std::size_t group, bool pieces) {
    Lists lists = {moving.parameters, moving.gradients};
    if (options.momentum() != 0) lists.push_back(velocities(options, states));
    if (pieces) in_pieces(lists);
    at::_fused_sgd_(lists[0], lists[1], lists.size() > 2 ? lists[2] : std::vector<at::Tensor>{},
                    options.weight_decay(), options.momentum(), numbers.rate(group), /*dampening=*/0.0,
                    options.nesterov(), /*maximize=*/false, /*is_first_step=*/false);
  }
#endif
};

template class Fused<torch::optim::SGD>;

}  // namespace sibyl
