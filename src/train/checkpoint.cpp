#include "train/checkpoint.hpp"

#include <torch/torch.h>

#include <algorithm>

#include "core/job.hpp"
#include "train/failure.hpp"
#include "train/sealed_file.hpp"

namespace sibyl {

namespace {

/// A line for each value, with its type.
std::vector<std::string> lines(const Values& values) {
  std::vector<std::string> lines;
  for (const auto& [name, value] : values) {
    lines.push_back(name + "=" + std::to_string(value.index()) + ":" + to_string(value));
  }
  return lines;
}

// Fields of the archive. Numbers go as tensors of doubles and whole numbers, which every LibTorch reads.

void write_history(torch::serialize::OutputArchive& archive, const std::vector<EpochRecord>& history) {
  std::vector<double> times, values;
  std::vector<std::int64_t> counts;
  std::vector<std::string> names;
  for (const EpochRecord& record : history) {
    times.push_back(record.started);
    times.push_back(record.seconds);
    counts.push_back(static_cast<std::int64_t>(record.metrics.size()));
    for (const Metric& metric : record.metrics) {
      names.push_back(metric.name);
      values.push_back(metric.value);
    }
  }
  archive.write("history_times", torch::tensor(times, torch::kFloat64), true);
  archive.write("history_counts", torch::tensor(counts, torch::kLong), true);
  archive.write("history_values", torch::tensor(values, torch::kFloat64), true);
  archive.write("history_names", c10::IValue(names));
}

torch::Tensor read_tensor(torch::serialize::InputArchive& archive, const std::string& key) {
  torch::Tensor tensor;
  archive.read(key, tensor, true);
  return tensor.cpu().contiguous();
}

std::vector<std::string> read_strings(torch::serialize::InputArchive& archive, const std::string& key) {
  c10::IValue value;
  archive.read(key, value);
  std::vector<std::string> strings;
  for (const c10::IValue& string : value.toListRef()) strings.push_back(string.toStringRef());
  return strings;
}

std::vector<EpochRecord> read_history(torch::serialize::InputArchive& archive) {
  const torch::Tensor times = read_tensor(archive, "history_times");
  const torch::Tensor counts = read_tensor(archive, "history_counts");
  const torch::Tensor values = read_tensor(archive, "history_values");
  const auto names = read_strings(archive, "history_names");
  std::vector<EpochRecord> history;
  std::size_t next = 0;
  for (std::int64_t i = 0; i < counts.numel(); ++i) {
    EpochRecord record{.epoch = static_cast<int>(i) + 1,
                       .started = times.data_ptr<double>()[2 * i],
                       .seconds = times.data_ptr<double>()[2 * i + 1],
                       .metrics = {}};
    for (std::int64_t left = counts.data_ptr<std::int64_t>()[i]; left > 0; --left, ++next) {
      record.metrics.push_back({names.at(next), values.data_ptr<double>()[next]});
    }
    history.push_back(std::move(record));
  }
  return history;
}

torch::Tensor random_state(at::Device device) {
  at::Generator generator = at::globalContext().defaultGenerator(device);
  const std::lock_guard lock(generator.mutex());
  return generator.get_state();
}

void set_random_state(at::Device device, const torch::Tensor& state) {
  at::Generator generator = at::globalContext().defaultGenerator(device);
  const std::lock_guard lock(generator.mutex());
  generator.set_state(state);
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
                      const Progress& progress, const TrainingState& state) {
  torch::serialize::OutputArchive archive;
  const std::vector<std::int64_t> numbers = {static_cast<std::int64_t>(owner.seed),
                                             owner.trial,
                                             owner.execution,
                                             progress.epoch,
                                             progress.stopped,
                                             progress.early_stopping.best_epoch,
                                             progress.early_stopping.waited};
  archive.write("numbers", torch::tensor(numbers, torch::kLong), true);
  archive.write("best_value", torch::tensor({progress.early_stopping.best}, torch::kFloat64), true);
  archive.write("hyperparameters", c10::IValue(lines(owner.hyperparameters)));
  write_history(archive, progress.history);

  torch::serialize::OutputArchive model(archive.compilation_unit());
  state.model.save(model);
  archive.write("model", model);
  torch::serialize::OutputArchive optimizer(archive.compilation_unit());
  state.optimizer.save(optimizer);
  archive.write("optimizer", optimizer);
  const auto& groups = state.optimizer.param_groups();
  for (std::size_t i = 0; i < groups.size();
       ++i) {  // LibTorch 1.13 writes these with the optimizer and forgets them
    torch::serialize::OutputArchive options(archive.compilation_unit());
    groups[i].options().serialize(options);
    archive.write("optimizer_options_" + std::to_string(i), options);
  }
  archive.write("best_weights", torch::tensor(static_cast<std::int64_t>(state.best.size())), true);
  for (std::size_t i = 0; i < state.best.size(); ++i) {
    archive.write("best_weights_" + std::to_string(i), state.best[i], true);
  }
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
  try {
    Checkpoint checkpoint;
    checkpoint.path_ = path;
    checkpoint.archive_ = std::make_unique<torch::serialize::InputArchive>();
    auto& archive = *checkpoint.archive_;
    archive.load_from(bytes.data(), bytes.size(), device);

    const torch::Tensor numbers = read_tensor(archive, "numbers");
    if (numbers.numel() != 7) return unusable("is of another version");
    const auto* const number = numbers.data_ptr<std::int64_t>();
    auto saved = read_strings(archive, "hyperparameters");
    std::sort(saved.begin(), saved.end());
    auto now = lines(owner.hyperparameters);
    std::sort(now.begin(), now.end());
    if (static_cast<std::uint64_t>(number[0]) != owner.seed || number[1] != owner.trial ||
        number[2] != owner.execution || !std::includes(saved.begin(), saved.end(), now.begin(), now.end())) {
      return unusable("belongs to another trial or sweep");
    }
    Progress& progress = checkpoint.progress_;
    progress.epoch = static_cast<int>(number[3]);
    progress.stopped = number[4] != 0;
    progress.early_stopping = {.best = read_tensor(archive, "best_value").item<double>(),
                               .best_epoch = static_cast<int>(number[5]),
                               .waited = static_cast<int>(number[6])};
    progress.history = read_history(archive);
    return checkpoint;
  } catch (const std::exception&) {
    return unusable("can't be read: " + classify(std::current_exception()).message);
  }
}

void Checkpoint::restore(const TrainingState& state) {
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
    throw Error("The checkpoint " + path_.string() + " does not fit the model that build() makes (" +
                classify(std::current_exception()).message +
                "): was the job changed? Start a new sweep, or undo the change.");
  }
  if (shapes(state.model) != before) {
    throw Error(
        "The checkpoint " + path_.string() +
        " has weights of other sizes than the model that build() makes: was the job changed? Start a new "
        "sweep, or undo the change.");
  }
  state.best.resize(static_cast<std::size_t>(read_tensor(*archive_, "best_weights").item<std::int64_t>()));
  for (std::size_t i = 0; i < state.best.size(); ++i) {
    archive_->read("best_weights_" + std::to_string(i), state.best[i], true);
  }
  set_random_state(torch::kCPU, read_tensor(*archive_, "random_cpu"));
  torch::Tensor device_state;
  if (!state.device.is_cpu() && archive_->try_read("random_device", device_state, true)) {
    set_random_state(state.device, device_state.cpu());
  }
}

}  // namespace sibyl
