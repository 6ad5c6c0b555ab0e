#include <cmath>

#include "train/optimizers/fused_step.hpp"
#include "train/optimizers/kernels.hpp"

namespace sibyl {

namespace {

/// What a step of Adam and one of AdamW say in different types.
struct Settings {
  double rate, beta1, beta2, epsilon;
  double decay;  ///< of the weight into the gradient
  double keep;   ///< of the weight
};

Settings settings(const torch::optim::AdamOptions& options) {
  const auto [beta1, beta2] = options.betas();
  return {.rate = options.lr(),
          .beta1 = beta1,
          .beta2 = beta2,
          .epsilon = options.eps(),
          .decay = options.weight_decay(),
          .keep = 1};
}

Settings settings(const torch::optim::AdamWOptions& options) {
  const auto [beta1, beta2] = options.betas();
  return {.rate = options.lr(),
          .beta1 = beta1,
          .beta2 = beta2,
          .epsilon = options.eps(),
          .decay = 0,
          .keep = 1 - options.lr() * options.weight_decay()};
}

/// What a parameter's first steps are corrected by: its means begin at zero.
struct Corrections {
  double rate;  ///< the learning rate with that of the mean
  double root;  ///< that of the mean square, its root
};

Corrections corrections(const Settings& settings, std::int64_t step) {
  const auto count = static_cast<double>(step);
  return {.rate = settings.rate / (1 - std::pow(settings.beta1, count)),
          .root = std::sqrt(1 - std::pow(settings.beta2, count))};
}

void step_by_loop(const Settings& settings, const Corrections& corrections, const at::Tensor& parameter,
                  const at::Tensor& gradient, const at::Tensor& mean, const at::Tensor& square) {
  const AdamStep step{.beta1 = static_cast<float>(settings.beta1),
                      .beta2 = static_cast<float>(settings.beta2),
                      .rest1 = static_cast<float>(1 - settings.beta1),
                      .rest2 = static_cast<float>(1 - settings.beta2),
                      .keep = static_cast<float>(settings.keep),
                      .decay = static_cast<float>(settings.decay),
                      .rate = static_cast<float>(corrections.rate),
                      .root = static_cast<float>(corrections.root),
                      .epsilon = static_cast<float>(settings.epsilon)};
  auto* const w = parameter.data_ptr<float>();
  const auto* const g = gradient.data_ptr<float>();
  auto* const m = mean.data_ptr<float>();
  auto* const v = square.data_ptr<float>();
  in_parts(parameter.numel(), [&](std::int64_t begin, std::int64_t count) {
    adam(step, count, w + begin, g + begin, m + begin, v + begin);
  });
}

/// All states of a group, for the kernels that take lists.
struct Averages {
  std::vector<at::Tensor> means, squares;
};

template <class State>
Averages averages(const std::vector<State*>& states) {
  Averages lists;
  for (const State* state : states) {
    lists.means.push_back(state->exp_avg());
    lists.squares.push_back(state->exp_avg_sq());
  }
  return lists;
}

void step_by_lists(const Settings& settings, const Moving& moving, const Averages& lists,
                   const std::vector<Corrections>& corrections) {
  std::vector<at::Scalar> rates, divisors;
  for (const Corrections& its : corrections) {
    rates.emplace_back(-its.rate);
    divisors.emplace_back(its.root);
  }
  if (settings.keep != 1) at::_foreach_mul_(moving.parameters, settings.keep);
  std::vector<at::Tensor> gradients = moving.gradients;
  if (settings.decay != 0) gradients = at::_foreach_add(gradients, moving.parameters, settings.decay);
  at::_foreach_mul_(lists.means, settings.beta1);
  at::_foreach_add_(lists.means, gradients, 1 - settings.beta1);
  at::_foreach_mul_(lists.squares, settings.beta2);
  at::_foreach_addcmul_(lists.squares, gradients, gradients, 1 - settings.beta2);
  const std::vector<at::Tensor> roots = at::_foreach_sqrt(lists.squares);
  at::_foreach_div_(roots, divisors);
  at::_foreach_add_(roots, settings.epsilon);
  at::_foreach_addcdiv_(moving.parameters, lists.means, roots, rates);
}

#ifdef SIBYL_FUSED_KERNELS
template <class... Arguments>
void fused_kernel(const torch::optim::AdamOptions&, Arguments&&... arguments) {
  at::_fused_adam_(std::forward<Arguments>(arguments)...);
}
template <class... Arguments>
void fused_kernel(const torch::optim::AdamWOptions&, Arguments&&... arguments) {
  at::_fused_adamw_(std::forward<Arguments>(arguments)...);
}
#endif

}  // namespace

/// Adam's and AdamW's rule.
template <class ItsOptions, class ItsState>
struct AdamRule {
  using Options = ItsOptions;
  using State = ItsState;
  static constexpr bool has_loop = true;

  static bool suits(const Options& options) { return !options.amsgrad(); }
  static void begin(const Options&, const at::Tensor& parameter, State& state) {
    if (state.exp_avg().defined()) return;
    state.exp_avg(torch::zeros_like(parameter));
    state.exp_avg_sq(torch::zeros_like(parameter));
  }
  static std::vector<at::Tensor> tensors(const State& state) { return {state.exp_avg(), state.exp_avg_sq()}; }
  static std::vector<double> constants(const Options& options) {
    const auto [beta1, beta2] = options.betas();
    return {beta1, beta2, options.eps(), options.weight_decay()};
  }
  static void by_loop(const Options& options, const at::Tensor& parameter, const at::Tensor& gradient,
                      const State& state) {
    const Settings its = settings(options);
    step_by_loop(its, corrections(its, state.step()), parameter, gradient, state.exp_avg(),
                 state.exp_avg_sq());
  }
  static void by_lists(const Options& options, const Moving& moving, const std::vector<State*>& states) {
    const Settings its = settings(options);
    std::vector<Corrections> all;
    for (const State* state : states) all.push_back(corrections(its, state->step()));
    step_by_lists(its, moving, averages(states), all);
  }
#ifdef SIBYL_FUSED_KERNELS
  static void by_kernel(const Options& options, const Moving& moving, const std::vector<State*>& states,
                        const StepNumbers& numbers, std::size_t group, bool pieces) {
    const Averages its = averages(states);
    std::vector<at::Tensor> steps;
    for (const at::Tensor& parameter : moving.parameters) steps.push_back(numbers.steps(parameter));
    at::_foreach_add_(steps, 1);
    Lists lists = {moving.parameters, moving.gradients, its.means, its.squares, steps};
    if (pieces) in_pieces(lists);
    const auto [beta1, beta2] = options.betas();
    fused_kernel(options, lists[0], lists[1], lists[2], lists[3], std::vector<at::Tensor>{}, lists[4],
                 numbers.rate(group), beta1, beta2, options.weight_decay(), options.eps(), /*amsgrad=*/false,
                 /*maximize=*/false);
  }
#endif
};

template <>
struct Rule<torch::optim::Adam> : AdamRule<torch::optim::AdamOptions, torch::optim::AdamParamState> {};
template <>
struct Rule<torch::optim::AdamW> : AdamRule<torch::optim::AdamWOptions, torch::optim::AdamWParamState> {};

template class Fused<torch::optim::Adam>;
template class Fused<torch::optim::AdamW>;

}  // namespace sibyl
