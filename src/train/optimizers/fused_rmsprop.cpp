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

  static Lists lists(const Options& options, const Moving& moving, const std::vector<State*>& states) {
    Lists lists = {moving.parameters, moving.gradients, {}, {}};
    for (const State* state : states) {
      lists[2].push_back(state->square_avg());
      if (options.momentum() > 0) lists[3].push_back(state->momentum_buffer());
    }
    if (lists[3].empty()) lists.pop_back();
    return lists;
  }

  /// Where the parameters would go with a learning rate of 1.
  static std::vector<at::Tensor> directions(const Options& options, const Lists& lists) {
    const auto &parameters = lists[0], &squares = lists[2];
    std::vector<at::Tensor> gradients = lists[1];
    if (options.weight_decay() != 0)
      gradients = at::_foreach_add(gradients, parameters, options.weight_decay());
    at::_foreach_mul_(squares, options.alpha());
    at::_foreach_addcmul_(squares, gradients, gradients, 1 - options.alpha());
    const std::vector<at::Tensor> roots = at::_foreach_sqrt(squares);
    at::_foreach_add_(roots, options.eps());
    if (lists.size() == 3) return at::_foreach_div(gradients, roots);
    at::_foreach_mul_(lists[3], options.momentum());
    at::_foreach_addcdiv_(lists[3], gradients, roots);
    return lists[3];
  }

  static void by_lists(const Options& options, const Moving& moving, const std::vector<State*>& states) {
    at::_foreach_add_(moving.parameters, directions(options, lists(options, moving, states)), -options.lr());
  }

#ifdef SIBYL_FUSED_KERNELS
  static void by_kernel(const Options& options, const Moving& moving, const std::vector<State*>& states,
                        const StepNumbers& numbers, std::size_t group, bool pieces) {
    Lists its = lists(options, moving, states);
    if (pieces) in_pieces(its);
    at::_foreach_sub_(its[0], at::_foreach_mul(directions(options, its), numbers.rate(group)));
  }
#endif
};

template class Fused<torch::optim::RMSprop>;

}  // namespace sibyl
