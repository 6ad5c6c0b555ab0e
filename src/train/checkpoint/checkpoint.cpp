#include "train/checkpoint/checkpoint.hpp"

#include <torch/torch.h>

#include <algorithm>

#include "sibyl/job.hpp"
#include "train/checkpoint/checkpoint_fields.hpp"
#include "train/checkpoint/sealed_file.hpp"
#include "train/device/random_state.hpp"
#include "train/loop/failure.hpp"

namespace sibyl {

namespace {

constexpr std::int64_t format = 2;

/// A line for each value, with its type.
std::vector<std::string> lines(const Values& values) {
  std::vector<std::string> lines;
  for (const auto& [name, value] : values) {
    lines.push_back(name + "=" + std::to_string(value.index()) + ":" + to_string(value));
  }
  return lines;
}

/// Which parameters have had a gradient. (LibTorch 1.13's zero_grad makes it zero, and momentum still moves
/// such a parameter in a step that does not use it; one without a gradient stays.)
torch::Tensor have_gradients(torch::nn::Module& model) {
  std::vector<std::int64_t> have;
  for (const auto& tensor : model.parameters()) have.push_back(tensor.grad().defined());
  return torch::tensor(have, torch::kLong);
}

void give_gradients(torch::nn::Module& model, const torch::Tensor& have) {
  const auto parameters = model.parameters();
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (have[static_cast<std::int64_t>(i)].item<std::int64_t>() == 0) continue;
    parameters[i].mutable_grad() = torch::zeros_like(parameters[i]);
  }
}

std::vector<std::vector<std::int64_t>> shapes(torch::nn::Module& model) {
  std::vector<std::vector<std::int64_t>> shapes;
  for (const auto& tensor : model.parameters()) shapes.push_back(tensor.sizes().vec());
  for (const auto& tensor : model.buffers()) shapes.push_back(tensor.sizes().vec());
  return shapes;
}

}  // namespace

std::filesystem::path checkpoint_path(const std::filesystem::path& checkpoints, TrialId trial,
                                      int execution) {
  return checkpoints / checkpoint_folder(trial) / ("execution_" + std::to_string(execution) + ".pt");
}

void write_checkpoint(const std::filesystem::path& path, const CheckpointOwner& owner,
                      const TrainingProgress& progress, const TrainingState& state) {
  torch::serialize::OutputArchive archive;
  const std::vector<std::int64_t> numbers = {format, static_cast<std::int64_t>(owner.seed), owner.trial,
                                             owner.execution};
  archive.write("numbers", torch::tensor(numbers, torch::kLong), true);
  archive.write("hyperparameters", c10::IValue(lines(owner.hyperparameters)));
  write_progress(archive, progress);

  torch::serialize::OutputArchive model(archive.compilation_unit());
  state.model.save(model);
  archive.write("model", model);
  torch::serialize::OutputArchive optimizer(archive.compilation_unit());
  state.optimizer.save(optimizer);
  archive.write("optimizer", optimizer);
  const auto& groups = state.optimizer.param_groups();
  // LibTorch 1.13 writes these with the optimizer and forgets them.
  for (std::size_t i = 0; i < groups.size(); ++i) {
    torch::serialize::OutputArchive options(archive.compilation_unit());
    groups[i].options().serialize(options);
    archive.write("optimizer_options_" + std::to_string(i), options);
  }
  archive.write("have_gradients", have_gradients(state.model), true);
  write_tensors(archive, "best_weights", state.best);
  write_tensors(archive, "average_weights", state.average);
  archive.write("random_cpu", random_state(torch::kCPU), true);
  if (!state.device.is_cpu()) archive.write("random_device", random_state(state.device), true);

  write_sealed(path, [&](const auto& write) { archive.save_to(write); });
}

Checkpoint::Checkpoint() = default;
Checkpoint::Checkpoint(Checkpoint&&) noexcept = default;
Checkpoint& Checkpoint::operator=(Checkpoint&&) noexcept = default;
Checkpoint::~Checkpoint() = default;

std::optional<Checkpoint> Checkpoint::read(const std::filesystem::path& path, const CheckpointOwner& owner,
                                           at::Device device, std::string& note) {
  const auto unusable = [&](const std::string& why) {
    note = "the checkpoint " + path.string() + " " + why;
    return std::nullopt;
  };
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return unusable("is missing");
  std::string why;
  const std::string bytes = read_sealed(path, why);
  if (!why.empty()) return unusable(why);
  std::optional<Checkpoint> loaded;
  try {
    Checkpoint checkpoint;
    checkpoint.path_ = path;
    checkpoint.archive_ = std::make_unique<torch::serialize::InputArchive>();
    auto& archive = *checkpoint.archive_;
    archive.load_from(bytes.data(), bytes.size(), at::Device(torch::kCPU));

    const torch::Tensor numbers = read_tensor(archive, "numbers");
    const auto* const number = numbers.data_ptr<std::int64_t>();
    if (numbers.numel() != 4 || number[0] != format) return unusable("is of another version");
    auto saved = read_strings(archive, "hyperparameters");
    std::sort(saved.begin(), saved.end());
    auto now = lines(owner.hyperparameters);
    std::sort(now.begin(), now.end());
    if (static_cast<std::uint64_t>(number[1]) != owner.seed || number[2] != owner.trial ||
        number[3] != owner.execution || !std::includes(saved.begin(), saved.end(), now.begin(), now.end())) {
      return unusable("belongs to another trial or sweep");
    }
    checkpoint.progress_ = read_progress(archive);
    loaded = std::move(checkpoint);
  } catch (const std::exception&) {
    if (is_of_the_machine(std::current_exception())) throw;
    return unusable("can't be read: " + classify(std::current_exception()).message);
  }
  // The file is good: what goes wrong from here on is the device's fault, and no reason to train anew.
  if (!device.is_cpu()) loaded->archive_->load_from(bytes.data(), bytes.size(), device);
  return loaded;
}

void Checkpoint::restore(const TrainingState& state) {
  restore_model(state);
  state.best = read_tensors(*archive_, "best_weights");
  set_random_state(torch::kCPU, read_tensor(*archive_, "random_cpu"));
  torch::Tensor device_state;
  if (!state.device.is_cpu() && archive_->try_read("random_device", device_state, true)) {
    set_random_state(state.device, device_state.cpu());
  }
}

void Checkpoint::hand_down(const TrainingState& state) {
  std::vector<std::unique_ptr<torch::optim::OptimizerOptions>> own;
  for (const auto& group : state.optimizer.param_groups()) own.push_back(group.options().clone());
  restore_model(state);
  auto& groups = state.optimizer.param_groups();
  for (std::size_t i = 0; i < groups.size(); ++i) groups[i].set_options(std::move(own[i]));
}

void Checkpoint::restore_model(const TrainingState& state) {
  const auto before = shapes(state.model);
  try {
    torch::serialize::InputArchive model, optimizer;
    archive_->read("model", model);
    state.model.load(model);
    archive_->read("optimizer", optimizer);
    state.optimizer.load(optimizer);
    auto& groups = state.optimizer.param_groups();
    for (std::size_t i = 0; i < groups.size(); ++i) {
      torch::serialize::InputArchive options;
      archive_->read("optimizer_options_" + std::to_string(i), options);
      groups[i].options().serialize(options);
    }
  } catch (const c10::Error&) {
    if (is_of_the_machine(std::current_exception())) throw;
    throw Error("The checkpoint " + path_.string() + " does not fit the model that build() makes (" +
                classify(std::current_exception()).message +
                "): was the job changed? Start a new sweep, or undo the change.");
  }
  if (shapes(state.model) != before) {
    throw Error(
        "The checkpoint " + path_.string() +
        " has weights of other sizes than the model that build() makes: was the job changed? Start a new sweep, or undo the change.");
  }
  give_gradients(state.model, read_tensor(*archive_, "have_gradients"));
  state.average = read_tensors(*archive_, "average_weights");
}

}  // namespace sibyl
