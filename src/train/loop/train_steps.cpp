#include "train/loop/train_steps.hpp"

#include <c10/util/Exception.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <typeinfo>

#include "base/numbers.hpp"
#include "sibyl/error.hpp"
#include "train/device/random_state.hpp"
#include "train/optimizers/average.hpp"
#include "train/optimizers/optimizer_step.hpp"
#include "train/streaming/split_tensors.hpp"

namespace sibyl {

namespace {

/// A recording and its trial take as long as a few dozen steps that are launched.
constexpr std::int64_t worth_recording = 64;
/// cuBLAS and cuDNN choose their kernels and take their memory in the first.
constexpr int steps_to_warm_up = 2;

/// LibTorch's batch norm found one value a channel, which has no deviation.
bool is_batch_norm_of_one(const c10::Error& problem) {
  return std::string_view(problem.what_without_backtrace()).find("more than 1 value per channel") !=
         std::string_view::npos;
}

/// A module of LibTorch's own does on the device alone what changes from step to step.
bool is_of_libtorch(const torch::nn::Module& module) {
  return std::string_view(typeid(module).name()).starts_with("N5torch2nn");
}

/// The length of the difference.
double distance(const std::vector<at::Tensor>& a, const std::vector<at::Tensor>& b) {
  const torch::NoGradGuard no_gradients;
  const auto real = [](const at::Tensor& x) { return x.is_floating_point() ? x : x.to(at::kDouble); };
  std::vector<at::Tensor> lengths;
  for (std::size_t i = 0; i < a.size(); ++i)
    lengths.push_back(real(a[i]).sub(real(b[i])).norm(2, at::kDouble));
  return at::stack(lengths).norm().item<double>();
}

}  // namespace

TrainSteps::TrainSteps(HyperModel& job, torch::nn::Sequential& model, const Optimizer& how,
                       FitContext& context, Means& sums, const Sizes& sizes)
    : job_(job),
      model_(model),
      how_(how),
      context_(context),
      optimizer_(context.optimizer()),
      replayable_(dynamic_cast<ReplayableOptimizer*>(&optimizer_)),
      sums_(sums),
      mixed_(sizes.mixed),
      batch_(sizes.batch),
      micro_batch_(sizes.micro_batch),
      lengths_(how.clip_norm > 0 || how.gradient_norm, context.device()),
      parameters_(model->parameters()),
      stage_(replayable_ && sizes.steps >= worth_recording ? Stage::first : Stage::launching) {
  if (micro_batch_ < 0) throw Error("micro_batch_size() is 0, for all of a batch, or above.");
  const bool in_parts = micro_batch_ > 0 && micro_batch_ < batch_;  // which are large
  if (in_parts || !sizes.equal_samples) stage_ = Stage::launching;
}

void TrainSteps::begin_epoch() {
  lengths_.clear();
  if (stage_ != Stage::replaying) return;
  if (own_code_ || constants() != recorded_constants_) stage_ = Stage::recording;
}

void TrainSteps::take(const Split& batch, const StepPlace& place) {
  const RateScope rates(optimizer_, how_.schedule.at(place));
  const bool full = batch.size() == batch_;
  if (!full || stage_ == Stage::launching) {
    step(batch);
  } else if (stage_ == Stage::first) {
    decide(batch, step(batch));
  } else if (!replayable_->prepare()) {
    give_up("its optimizer can't be stepped so");
    step(batch);
  } else if (stage_ == Stage::warming) {
    warm_up(batch);
  } else if (stage_ == Stage::recording) {
    record(batch);
  } else {
    replay(batch);
  }
}

StepResult TrainSteps::step(const Split& batch) {
  if (is_in_parts(batch)) return step_in_parts(batch);
  drop_gradients(optimizer_);
  StepResult result = forward(batch);
  if (!result.loss.defined()) return result;
  result.loss.backward();
  finish_gradients();
  lengths_.count();
  optimizer_.step();
  finish_weights();
  sums_.add(result.loss, result.output, batch.y);
  return result;
}

bool TrainSteps::is_in_parts(const Split& batch) const {
  return micro_batch_ > 0 && micro_batch_ < batch.size();
}

StepResult TrainSteps::step_in_parts(const Split& batch) {
  drop_gradients(optimizer_);
  StepResult last;
  for (std::int64_t begin = 0; begin < batch.size(); begin += micro_batch_) {
    const std::int64_t samples = std::min(micro_batch_, batch.size() - begin);
    const Split part = rows(batch, begin, samples);
    StepResult result = forward(part);
    if (!result.loss.defined()) continue;
    result.loss.mul(static_cast<double>(samples) / static_cast<double>(batch.size())).backward();
    sums_.add(result.loss, result.output, part.y);
    last = std::move(result);
  }
  finish_gradients();
  lengths_.count();
  optimizer_.step();
  finish_weights();
  return last;
}

void TrainSteps::finish_gradients() {
  if (how_.l1 > 0) add_l1(optimizer_, how_.l1);
  if (!lengths_.measured()) return;
  const at::Tensor length = gradient_length(optimizer_);
  if (!length.defined()) return;
  if (how_.clip_norm > 0) clip_gradients(optimizer_, length, how_.clip_norm);
  lengths_.add(length);
}

void TrainSteps::finish_weights() {
  if (how_.ema_decay > 0) move_average(how_.ema_decay, parameters_, context_.average_weights());
}

void TrainSteps::launch(const Split& batch) {
  drop_gradients(optimizer_);
  const StepResult result = forward(batch);
  result.loss.backward();
  finish_gradients();
  replayable_->launch();
  finish_weights();
  sums_.sum(result.loss, result.output, batch.y);
}

void TrainSteps::count(const Split& batch) {
  replayable_->count();
  lengths_.count();
  sums_.count(batch.y);
}

StepResult TrainSteps::forward(const Split& batch) {
  try {
    const MixedPrecisionScope scope(context_.device(), mixed_);
    return job_.training_step_of_inputs(model_, inputs_of(batch), batch.y);
  } catch (const c10::Error& problem) {
    if (!is_batch_norm_of_one(problem)) throw;
    if (batch.size() > 1 || batch_ == 1)
      throw Error("Batch norm takes more than one value a channel in training, and a batch of " +
                  quantity(batch.size(), "sample") +
                  " has one: take a larger batch_size(), or no batch norm.");
    context_.warn("the last batch of an epoch has one sample, which batch norm can't take: it is left out");
    return {};
  }
}

void TrainSteps::decide(const Split& batch, const StepResult& result) {
  own_code_ = !job_.took_own_step(batch.x, result) || sums_.has_own();
  for (const auto& module : model_->modules(/*include_self=*/false))
    own_code_ = own_code_ || !is_of_libtorch(*module);
  if (replayable_->prepare()) graph_ = context_.step_graph(own_code_);
  stage_ = graph_ ? Stage::warming : Stage::launching;
}

void TrainSteps::warm_up(const Split& batch) {
  const bool waits = graph_->waits([&] { launch(batch); });
  count(batch);
  if (waits) return give_up("the host waits for the device in it");
  if (++warm_steps_ >= steps_to_warm_up) stage_ = Stage::recording;
}

void TrainSteps::record(const Split& batch) {
  std::optional<State> before;
  try {
    read(batch);
    before = copy();
    (void)at::rand({1});  // so that what the recording draws on the host is not what the step will draw
    graph_->record([this] { launch(input_); });
  } catch (const c10::Error& problem) {
    if (before) restore_random(*before);
    before.reset();  // the step may want the memory
    give_up(problem.what_without_backtrace());
    step(batch);
    return;
  }
  restore_random(*before);
  launch(input_);
  try {
    const bool right = replay_is_right(*before);
    count(batch);
    if (!right)
      return give_up("replayed, it gives other numbers than launched: it does something on the host");
  } catch (const c10::OutOfMemoryError&) {
    count(batch);
    return give_up("there is no memory to try it");
  }
  recorded_constants_ = constants();
  stage_ = Stage::replaying;
}

bool TrainSteps::replay_is_right(const State& before) {
  const State launched = copy();
  bool right = false;
  try {
    restore(before);
    graph_->replay();
    const double of_replay = distance(live(), launched.tensors);
    if (of_replay == 0) return true;
    // Sums of cuDNN's convolutions, say, are taken in any order.
    restore(before);
    launch(input_);
    const double of_launch = distance(live(), launched.tensors);
    const double noise = 1e-3 * distance(launched.tensors, before.tensors);
    right = of_launch > 0 && of_replay <= std::max(noise, 4 * of_launch);
  } catch (const c10::OutOfMemoryError&) {
    restore(launched);
    throw;
  }
  restore(launched);
  return right;
}

void TrainSteps::replay(const Split& batch) {
  read(batch);
  graph_->replay();
  count(batch);
}

void TrainSteps::read(const Split& batch) {
  if (!input_.x.defined())
    input_ = changed(batch, [](const at::Tensor& tensor) { return at::empty_like(tensor); });
  sibyl::copy(batch, input_, /*non_blocking=*/true);
}

void TrainSteps::give_up(const std::string& why) {
  graph_.reset();
  input_ = {};
  stage_ = Stage::launching;
  context_.warn("its steps are not replayed as CUDA graphs: " + why);
}

std::vector<at::Tensor> TrainSteps::live() const {
  std::vector<at::Tensor> tensors = model_->parameters();
  for (const at::Tensor& buffer : model_->buffers()) tensors.push_back(buffer);
  for (const at::Tensor& tensor : replayable_->tensors()) tensors.push_back(tensor);
  for (const at::Tensor& tensor : context_.average_weights()) tensors.push_back(tensor);
  for (const at::Tensor& tensor : sums_.tensors()) tensors.push_back(tensor);
  tensors.push_back(lengths_.sum());
  for (at::Tensor& tensor : tensors) tensor = tensor.detach();
  return tensors;
}

TrainSteps::State TrainSteps::copy() const {
  State state{.tensors = live(), .random_here = random_state(at::kCPU), .random_there = {}};
  for (at::Tensor& tensor : state.tensors) tensor = tensor.clone();
  if (!context_.device().is_cpu()) state.random_there = random_state(context_.device());
  return state;
}

void TrainSteps::restore(const State& state) {
  const std::vector<at::Tensor> now = live();
  for (std::size_t i = 0; i < now.size(); ++i) now[i].copy_(state.tensors[i]);
  restore_random(state);
}

void TrainSteps::restore_random(const State& state) {
  set_random_state(at::kCPU, state.random_here);
  if (state.random_there.defined()) set_random_state(context_.device(), state.random_there);
}

std::vector<double> TrainSteps::constants() const {
  std::vector<double> constants = replayable_->constants();
  for (const at::Tensor& parameter : model_->parameters())
    constants.push_back(parameter.requires_grad() ? 1 : 0);
  return constants;
}

}  // namespace sibyl
