#include "train/optimizers/fused_step.hpp"

namespace sibyl {

template <>
struct Rule<torch::optim::RMSprop> {
  using Options = torch::optim::RMSpropOptions;
  using State = torch::optim::RMSpropParamState;
  static constexpr bool has_loop = false;

  static bool suits(const Options& options) { return !options.centered(); }
  static void begin(const Options& options, const at::Tensor& parameter, State& state) {
    if (!state.square_avg().defined()) state.square_avg(torch::zeros_like(parameter));
    if (options.momentum() > 0 && !state.momentum_buffer().defined())
      state.momentum_buffer(torch::zeros_like(parameter));
  }
  static std::vector<at::Tensor> tensors(const State& state) {
    return {state.square_avg(), state.momentum_buffer()};
  }
  static std::vector<double> constants(const Options& options) {
    return {options.alpha(), options.eps(), options.momentum(), options.weight_decay()};
  }
  static void by_loop(const Options&, const at::Tensor&, const at::Tensor&, const State&) {}

  /// Where the parameters would go with a learning rate of 1.
  static std::vector<at::Tensor> directions(const Options& options, const Moving& moving,
                                            const std::vector<State*>& states) {
    std::vector<at::Tensor> squares, velocities;
    for (const State* state : states) {
      squares.push_back(state->square_avg());
      if (options.momentum() > 0) velocities.push_back(state->momentum_buffer());
    }
    std::vector<at::Tensor> gradients = moving.gradients;
    if (options.weight_decay() != 0)
      gradients = at::_foreach_add(gradients, moving.parameters, options.weight_decay());
    at::_foreach_mul_(squares, options.alpha());
    at::_foreach_addcmul_(squares, gradients, gradients, 1 - options.alpha());
    const std::vector<at::Tensor> roots = at::_foreach_sqrt(squares);
    at::_foreach_add_(roots, options.eps());
    if (velocities.empty()) return at::_foreach_div(gradients, roots);
    at::_foreach_mul_(velocities, options.momentum());
    at::_foreach_addcdiv_(velocities, gradients, roots);
    return velocities;
  }

  static void by_lists(const Options& options, const Moving& moving, const std::vector<State*>& states) {
    at::_foreach_add_(moving.parameters, directions(options, moving, states), -options.lr());
  }

#ifdef SIBYL_FUSED_KERNELS
  static void by_kernel(const Options& options, const Moving& moving, const std::vector<State*>& states,
                        const StepNumbers& numbers, std::size_t group) {
    const auto moves = at::_foreach_mul(directions(options, moving, states), numbers.rate(group));
    at::_foreach_sub_(moving.parameters, moves);
  }
#endif
};

template class Fused<torch::optim::RMSprop>;

}  // namespace sibyl
