#include "train/checkpoint/checkpoint_fields.hpp"

#include <torch/torch.h>

#include <cstdlib>
#include <limits>

namespace sibyl {

namespace {

void write_history(torch::serialize::OutputArchive& archive, const std::vector<EpochRecord>& history) {
  std::vector<double> times, values, training, waiting;
  std::vector<std::int64_t> counts;
  std::vector<std::string> names;
  for (const EpochRecord& record : history) {
    times.push_back(record.started);
    times.push_back(record.seconds);
    training.push_back(record.validation_seconds);
    training.push_back(static_cast<double>(record.samples));
    waiting.push_back(record.waiting_seconds);
    counts.push_back(static_cast<std::int64_t>(record.metrics.size()));
    for (const Metric& metric : record.metrics) {
      names.push_back(metric.name);
      values.push_back(metric.value);
    }
  }
  archive.write("history_times", torch::tensor(times, torch::kFloat64), true);
  archive.write("history_training", torch::tensor(training, torch::kFloat64), true);
  archive.write("history_waiting", torch::tensor(waiting, torch::kFloat64), true);
  archive.write("history_counts", torch::tensor(counts, torch::kLong), true);
  archive.write("history_values", torch::tensor(values, torch::kFloat64), true);
  archive.write("history_names", c10::IValue(names));
}

std::vector<EpochRecord> read_history(torch::serialize::InputArchive& archive) {
  const torch::Tensor times = read_tensor(archive, "history_times");
  const torch::Tensor counts = read_tensor(archive, "history_counts");
  const torch::Tensor values = read_tensor(archive, "history_values");
  const auto names = read_strings(archive, "history_names");
  const auto newer = [&](const std::string& name) {  // of a checkpoint of before there was such a thing: none
    torch::Tensor tensor;
    archive.try_read(name, tensor, true);
    return tensor.defined() ? tensor.cpu().contiguous() : tensor;
  };
  const torch::Tensor training = newer("history_training"), waiting = newer("history_waiting");
  std::vector<EpochRecord> history;
  std::size_t next = 0;
  for (std::int64_t i = 0; i < counts.numel(); ++i) {
    EpochRecord record{.epoch = static_cast<int>(i) + 1,
                       .started = times.data_ptr<double>()[2 * i],
                       .seconds = times.data_ptr<double>()[2 * i + 1],
                       .metrics = {}};
    if (training.defined()) {
      record.validation_seconds = training.data_ptr<double>()[2 * i];
      record.samples = static_cast<std::int64_t>(training.data_ptr<double>()[2 * i + 1]);
    }
    if (waiting.defined()) record.waiting_seconds = waiting.data_ptr<double>()[i];
    for (std::int64_t left = counts.data_ptr<std::int64_t>()[i]; left > 0; --left, ++next) {
      record.metrics.push_back({names.at(next), values.data_ptr<double>()[next]});
    }
    history.push_back(std::move(record));
  }
  return history;
}

void write_part(torch::serialize::OutputArchive& archive, const PartOfEpoch& part) {
  archive.write("part_step", torch::tensor(part.place.step), true);
  archive.write("part_times",
                torch::tensor({part.started, part.seconds, part.training_seconds}, torch::kFloat64), true);
  write_tensors(archive, "part_kept", part.place.kept);
}

PartOfEpoch read_part(torch::serialize::InputArchive& archive) {
  const torch::Tensor times = read_tensor(archive, "part_times");
  return {.place = {.step = read_tensor(archive, "part_step").item<std::int64_t>(),
                    .kept = read_tensors(archive, "part_kept")},
          .started = times.data_ptr<double>()[0],
          .seconds = times.data_ptr<double>()[1],
          .training_seconds =
              times.numel() > 2 ? times.data_ptr<double>()[2] : std::numeric_limits<double>::quiet_NaN()};
}

// As pairs of a name and a value, which has the number of its type before it.
void write_notes(torch::serialize::OutputArchive& archive, const Values& notes) {
  std::vector<std::string> words;
  for (const auto& [name, value] : notes) {
    words.push_back(name);
    words.push_back(std::to_string(value.index()) + to_string(value));
  }
  archive.write("notes", c10::IValue(words));
}

Value read_note(const std::string& word) {
  const std::string text = word.substr(1);
  switch (word.at(0)) {
    case '0':
      return text == "true";
    case '1':
      return std::int64_t{std::stoll(text)};
    case '2':
      return std::strtod(text.c_str(), nullptr);
    default:
      return text;
  }
}

Values read_notes(torch::serialize::InputArchive& archive) {
  Values notes;
  c10::IValue words;
  if (!archive.try_read("notes", words)) return notes;
  const auto list = words.toListRef();
  for (std::size_t i = 0; i + 1 < list.size(); i += 2)
    notes[list[i].toStringRef()] = read_note(list[i + 1].toStringRef());
  return notes;
}

}  // namespace

at::Tensor read_tensor(torch::serialize::InputArchive& archive, const std::string& key) {
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

void write_tensors(torch::serialize::OutputArchive& archive, const std::string& key,
                   const std::vector<at::Tensor>& tensors) {
  archive.write(key, torch::tensor(static_cast<std::int64_t>(tensors.size())), true);
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    archive.write(key + "_" + std::to_string(i), tensors[i], true);
  }
}

std::vector<at::Tensor> read_tensors(torch::serialize::InputArchive& archive, const std::string& key) {
  torch::Tensor count;
  if (!archive.try_read(key, count, true)) return {};  // of an older Sibyl
  std::vector<at::Tensor> tensors(static_cast<std::size_t>(count.item<std::int64_t>()));
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    archive.read(key + "_" + std::to_string(i), tensors[i], true);
  }
  return tensors;
}

void write_progress(torch::serialize::OutputArchive& archive, const TrainingProgress& progress) {
  const std::vector<std::int64_t> numbers = {progress.epoch, progress.stopped,
                                             progress.early_stopping.best_epoch,
                                             progress.early_stopping.waited, progress.part.has_value()};
  archive.write("progress", torch::tensor(numbers, torch::kLong), true);
  archive.write("best_value", torch::tensor({progress.early_stopping.best}, torch::kFloat64), true);
  write_history(archive, progress.history);
  write_notes(archive, progress.notes);
  if (progress.part) write_part(archive, *progress.part);
}

TrainingProgress read_progress(torch::serialize::InputArchive& archive) {
  const torch::Tensor numbers = read_tensor(archive, "progress");
  const auto* const number = numbers.data_ptr<std::int64_t>();
  TrainingProgress progress;
  progress.epoch = static_cast<int>(number[0]);
  progress.stopped = number[1] != 0;
  progress.early_stopping = {.best = read_tensor(archive, "best_value").item<double>(),
                             .best_epoch = static_cast<int>(number[2]),
                             .waited = static_cast<int>(number[3])};
  progress.history = read_history(archive);
  progress.notes = read_notes(archive);
  if (number[4] != 0) progress.part = read_part(archive);
  return progress;
}

}  // namespace sibyl
