#include <torch/torch.h>

#include <cmath>

#include "train/optimizers/fused_optimizers.hpp"
#include "train/optimizers/kernels.hpp"
#include "train/optimizers/parameter_states.hpp"

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

/// All parameters of a group, for the kernels that take lists.
struct Lists {
  std::vector<at::Tensor> means, squares;
  std::vector<at::Scalar> rates, roots;
};

void step_by_kernel(const Settings& settings, const Moving& moving, const Lists& lists) {
  if (settings.keep != 1) at::_foreach_mul_(moving.parameters, settings.keep);
  std::vector<at::Tensor> gradients = moving.gradients;
  if (settings.decay != 0) gradients = at::_foreach_add(gradients, moving.parameters, settings.decay);
  at::_foreach_mul_(lists.means, settings.beta1);
  at::_foreach_add_(lists.means, gradients, 1 - settings.beta1);
  at::_foreach_mul_(lists.squares, settings.beta2);
  at::_foreach_addcmul_(lists.squares, gradients, gradients, 1 - settings.beta2);
  const std::vector<at::Tensor> roots = at::_foreach_sqrt(lists.squares);
  at::_foreach_div_(roots, lists.roots);
  at::_foreach_add_(roots, settings.epsilon);
  at::_foreach_addcdiv_(moving.parameters, lists.means, roots, lists.rates);
}

template <class Options, class State, class States>
void step_group(const torch::optim::OptimizerParamGroup& group, const Moving& moving, States& states) {
  const Settings settings = sibyl::settings(static_cast<const Options&>(group.options()));
  Lists lists;
  for (std::size_t i = 0; i < moving.parameters.size(); ++i) {
    const at::Tensor& parameter = moving.parameters[i];
    auto& state = state_of<State>(states, parameter);
    if (!state.exp_avg().defined()) {
      state.exp_avg(torch::zeros_like(parameter));
      state.exp_avg_sq(torch::zeros_like(parameter));
    }
    state.step(state.step() + 1);
    const Corrections corrections = sibyl::corrections(settings, state.step());
    if (moving.way == Way::by_loop) {
      step_by_loop(settings, corrections, parameter, moving.gradients[i], state.exp_avg(),
                   state.exp_avg_sq());
    } else {
      lists.means.push_back(state.exp_avg());
      lists.squares.push_back(state.exp_avg_sq());
      lists.rates.emplace_back(-corrections.rate);
      lists.roots.emplace_back(corrections.root);
    }
  }
  if (!lists.means.empty()) step_by_kernel(settings, moving, lists);
}

/// False: some group can't be stepped here, and none was.
template <class Options, class State, class States>
bool step_groups(const std::vector<torch::optim::OptimizerParamGroup>& groups, States& states) {
  const torch::NoGradGuard no_gradients;
  std::vector<Moving> all;
  for (const auto& group : groups) {
    all.push_back(moving(group));
    if (all.back().way == Way::unfused || static_cast<const Options&>(group.options()).amsgrad())
      return false;
  }
  for (std::size_t i = 0; i < groups.size(); ++i) step_group<Options, State>(groups[i], all[i], states);
  return true;
}

}  // namespace

torch::Tensor FusedAdam::step(LossClosure closure) {
  using namespace torch::optim;
  if (!closure && step_groups<AdamOptions, AdamParamState>(param_groups(), state())) return {};
  return Adam::step(std::move(closure));
}

torch::Tensor FusedAdamW::step(LossClosure closure) {
  using namespace torch::optim;
  if (!closure && step_groups<AdamWOptions, AdamWParamState>(param_groups(), state())) return {};
  return AdamW::step(std::move(closure));
}

}  // namespace sibyl
