#pragma once

#include <torch/torch.h>

#include <algorithm>

#include "train/optimizers/fused_optimizers.hpp"
#include "train/optimizers/parameter_states.hpp"

namespace sibyl {

// For the sources that have a rule alone: each instantiates Fused for its optimizer.

/// How one of LibTorch's optimizers steps; static functions, in the files named after them:
///
///     using Options, State;                  // LibTorch's
///     bool has_loop;                         // is there a loop for the CPU?
///     bool suits(options);                   // else only LibTorch's own step does what they say
///     void begin(options, parameter, state); // makes the state that a first step takes
///     at::TensorList-like tensors(state);
///     std::vector<double> constants(options);
///     void by_loop(options, parameter, gradient, state);
///     void by_lists(options, moving, states);
///     void by_kernel(options, moving, states, numbers, group, pieces);  // see in_pieces
///
/// A state's count of steps is already that of the step where a loop or lists are asked, not yet where the
/// kernel is.
template <class Original>
struct Rule;

/// Lists of tensors of the same sizes, for a kernel that goes through one list of them as another.
using Lists = std::vector<std::vector<at::Tensor>>;

/// LibTorch's kernels for lists give each 65,536 numbers of a tensor to one block of threads: where these are
/// few, most of a GPU has nothing to do (measured, of a step of 118,000 parameters on an H200: 35 of 120 us).
/// So the tensors are cut, as far as one launch takes them. Each number comes out the same. It takes the host
/// its time, and is for what is recorded.
inline void in_pieces(Lists& lists) {
  constexpr std::int64_t pieces = 24, least = 2048, most = 65536;
  std::int64_t numbers = 0;
  const std::vector<at::Tensor> whole = lists[0];
  for (const at::Tensor& tensor : whole) numbers += tensor.numel();
  const std::int64_t length = std::clamp((numbers / pieces + 63) / 64 * 64, least, most);
  for (auto& list : lists) {
    std::vector<at::Tensor> cut;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::int64_t all = whole[i].numel();
      const bool one_number = list[i].numel() < all;  // the tensor's count of steps
      const at::Tensor flat = one_number ? list[i] : list[i].as_strided({all}, {1});
      for (std::int64_t begin = 0; begin < all; begin += length)
        cut.push_back(one_number ? flat : flat.narrow(0, begin, std::min(length, all - begin)));
    }
    list = std::move(cut);
  }
}

template <class State>
void count_step(State& state) {
  if constexpr (requires { state.step(); }) state.step(state.step() + 1);
}

template <class Original>
const typename Rule<Original>::Options& options_of(const torch::optim::OptimizerParamGroup& group) {
  return static_cast<const typename Rule<Original>::Options&>(group.options());
}

/// The states of parameters, made where there are none.
template <class Original, class States>
auto states_of(const torch::optim::OptimizerParamGroup& group, const Moving& moving, States& all) {
  using State = typename Rule<Original>::State;
  std::vector<State*> states;
  for (const at::Tensor& parameter : moving.parameters) {
    states.push_back(&state_of<State>(all, parameter));
    Rule<Original>::begin(options_of<Original>(group), parameter, *states.back());
  }
  return states;
}

template <class Original>
torch::Tensor Fused<Original>::step(torch::optim::Optimizer::LossClosure closure) {
  const torch::NoGradGuard no_gradients;
  using Its = Rule<Original>;
  const auto& groups = this->param_groups();
  std::vector<Moving> all;
  for (const auto& group : groups) {
    all.push_back(moving(group));
    const bool fused = all.back().way != Way::unfused && (Its::has_loop || all.back().way != Way::by_loop) &&
                       Its::suits(options_of<Original>(group));
    if (!fused || closure) return Original::step(std::move(closure));
  }
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (all[i].parameters.empty()) continue;
    if (all[i].way == Way::by_kernel) {
      prepare_group(i);
      launch_group(i, /*pieces=*/false);
      count_group(i);
      continue;
    }
    const auto& options = options_of<Original>(groups[i]);
    if (all[i].way == Way::by_lists) {
      const auto states = states_of<Original>(groups[i], all[i], this->state());
      std::for_each(states.begin(), states.end(), [](auto* state) { count_step(*state); });
      Its::by_lists(options, all[i], states);
      continue;
    }
    for (std::size_t k = 0; k < all[i].parameters.size(); ++k) {
      const at::Tensor& parameter = all[i].parameters[k];
      auto& state = state_of<typename Its::State>(this->state(), parameter);
      Its::begin(options, parameter, state);
      count_step(state);
      Its::by_loop(options, parameter, all[i].gradients[k], state);
    }
  }
  return {};
}

template <class Original>
bool Fused<Original>::prepare() {
  const auto& groups = this->param_groups();
  for (const auto& group : groups) {
    const Moving its = moving(group);
    if (!its.parameters.empty() && its.way != Way::by_kernel) return false;
    if (!Rule<Original>::suits(options_of<Original>(group))) return false;
  }
  for (std::size_t i = 0; i < groups.size(); ++i) prepare_group(i);
  return true;
}

template <class Original>
void Fused<Original>::prepare_group(std::size_t group) {
  const torch::NoGradGuard no_gradients;
  const auto& its = this->param_groups()[group];
  const Moving moves = moving(its);
  if (moves.parameters.empty()) return;
  numbers_.set_rate(group, options_of<Original>(its).lr(), moves.parameters[0].device());
  const auto states = states_of<Original>(its, moves, this->state());
  if constexpr (requires { states[0]->step(); }) {
    for (std::size_t k = 0; k < states.size(); ++k)
      numbers_.set_steps(moves.parameters[k], states[k]->step());
  }
}

template <class Original>
void Fused<Original>::launch() {
  for (std::size_t i = 0; i < this->param_groups().size(); ++i) launch_group(i, /*pieces=*/true);
}

template <class Original>
void Fused<Original>::launch_group([[maybe_unused]] std::size_t group, [[maybe_unused]] bool pieces) {
#ifdef SIBYL_FUSED_KERNELS
  const torch::NoGradGuard no_gradients;
  const auto& its = this->param_groups()[group];
  const Moving moves = moving(its);
  if (moves.parameters.empty()) return;
  const auto states = states_of<Original>(its, moves, this->state());
  Rule<Original>::by_kernel(options_of<Original>(its), moves, states, numbers_, group, pieces);
#endif
}

template <class Original>
void Fused<Original>::count() {
  for (std::size_t i = 0; i < this->param_groups().size(); ++i) count_group(i);
}

template <class Original>
void Fused<Original>::count_group(std::size_t group) {
  const auto& its = this->param_groups()[group];
  const Moving moves = moving(its);
  const auto states = states_of<Original>(its, moves, this->state());
  for (std::size_t k = 0; k < states.size(); ++k) {
    count_step(*states[k]);
    if constexpr (requires { states[k]->step(); }) numbers_.counted(moves.parameters[k]);
  }
}

template <class Original>
std::vector<at::Tensor> Fused<Original>::tensors() {
  std::vector<at::Tensor> tensors;
  for (const auto& group : this->param_groups()) {
    const Moving moves = moving(group);
    for (auto* state : states_of<Original>(group, moves, this->state())) {
      for (const at::Tensor& tensor : Rule<Original>::tensors(*state)) {
        if (tensor.defined()) tensors.push_back(tensor);
      }
    }
    if constexpr (requires(typename Rule<Original>::State state) { state.step(); }) {
      for (const at::Tensor& parameter : moves.parameters) tensors.push_back(numbers_.steps(parameter));
    }
  }
  return tensors;
}

template <class Original>
std::vector<double> Fused<Original>::constants() {
  std::vector<double> constants;
  for (const auto& group : this->param_groups()) {
    for (const double number : Rule<Original>::constants(options_of<Original>(group)))
      constants.push_back(number);
  }
  return constants;
}

}  // namespace sibyl
