#pragma once

#include <stdexcept>

#include "train/support.hpp"

/// Three batches of validation besides the five of training, and room for what an interruption could lose.
struct Interruptible : Blobs {
  Interruptible() { validation = 2500; }
};

/// Says `what` to question `number` (from 0) and all later ones.
struct StopAt : Recorder {
  StopAt(int number, sibyl::Order what = sibyl::Order::interrupt) {
    say = [this, number, what] { return asked++ >= number ? what : sibyl::Order::go_on; };
  }
  int asked = 0;
};

/// What a finished execution leaves on the disk: weights, buffers, best weights, random numbers, and, by
/// where it goes next, the optimizer.
inline std::vector<at::Tensor> left_on_disk(Blobs& model, const std::filesystem::path& checkpoints,
                                            int execution = 0) {
  sibyl::HyperParameters hp;
  auto net = model.build(hp);
  auto optimizer = model.make_optimizer(hp, net);
  std::vector<at::Tensor> best, average;
  std::string note;
  auto checkpoint = sibyl::Checkpoint::read(
      sibyl::checkpoint_path(checkpoints, 3, execution),
      {.seed = 7, .trial = 3, .execution = execution, .hyperparameters = {}}, at::kCPU, note);
  if (!checkpoint) throw std::runtime_error(note);
  if (checkpoint->progress().part) throw std::runtime_error("it stands within an epoch");
  checkpoint->restore(
      {.model = *net, .optimizer = *optimizer, .device = at::kCPU, .best = best, .average = average});
  std::vector<at::Tensor> all = best;
  for (const auto& tensor : net->parameters()) all.push_back(tensor.detach().clone());
  for (const auto& tensor : net->buffers()) all.push_back(tensor.clone());
  all.push_back(torch::rand({4}));
  for (auto& tensor : net->parameters()) tensor.mutable_grad() = torch::ones_like(tensor);
  optimizer->step();
  for (const auto& tensor : net->parameters()) all.push_back(tensor.detach().clone());
  return all;
}

/// What is on the disk now: epochs, and steps of the next one (-1: it stands between two); {-1, -1}: nothing.
inline std::pair<int, int> saved_at(const std::filesystem::path& checkpoints, int execution = 0) {
  std::string note;
  const auto checkpoint = sibyl::Checkpoint::read(
      sibyl::checkpoint_path(checkpoints, 3, execution),
      {.seed = 7, .trial = 3, .execution = execution, .hyperparameters = {}}, at::kCPU, note);
  if (!checkpoint) return {-1, -1};
  const auto& progress = checkpoint->progress();
  return {progress.epoch, progress.part ? static_cast<int>(progress.part->place.step) : -1};
}
