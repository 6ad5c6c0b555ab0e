#include "train/loop/load_data.hpp"

#include <torch/torch.h>

#include <algorithm>
#include <sstream>

#include "base/numbers.hpp"
#include "core/same_data.hpp"
#include "sibyl/error.hpp"
#include "sibyl/streaming/dataset.hpp"
#include "sibyl/training/hyper_model.hpp"
#include "train/device/cuda_driver.hpp"
#include "train/loop/data_parts.hpp"
#include "train/streaming/split_tensors.hpp"
#include "train/streaming/views.hpp"

namespace sibyl {

namespace {

void check(const Split& split, const char* name) {
  if (split.dataset) {
    if (split.x.defined())
      throw Error(std::string("The job's data has both x and a dataset in ") + name +
                  ": return one of them.");
    return;
  }
  if (!split.x.defined() && !split.y.defined()) return;
  std::ostringstream text;
  if (!split.x.defined() || !split.y.defined()) {
    text << "The job's data has " << (split.x.defined() ? "x but no y" : "y but no x") << " in " << name
         << ".";
  } else if (split.x.dim() == 0 || split.y.dim() == 0 || split.x.size(0) != split.y.size(0)) {
    text << "The job's data has x of shape " << split.x.sizes() << " and y of shape " << split.y.sizes()
         << " in " << name << ": the first dimension of both counts the samples, and must be the same.";
  }
  for (const at::Tensor& more : split.more)
    if (text.str().empty() && (!more.defined() || more.dim() == 0 || more.size(0) != split.size()))
      text << "The job's data has another input in " << name
           << " whose first dimension does not count the same " << split.size() << " samples as x does.";
  if (!text.str().empty()) throw Error(text.str());
}

/// As the losses take them. Of a dataset that only knows them by reading: none, of their type.
Split with_targets(Split split) {
  if (split.size() == 0) return {};
  const bool is_known = split.y.defined();
  const Split sample = shapes_of(split);
  if (!is_known) split.y = sample.y;
  const at::ScalarType real = sample.x.is_floating_point() ? sample.x.scalar_type() : torch::kFloat32;
  if (split.y.defined()) split.y = prepare_targets(split.y, real);
  return split;
}

void require_recorded(const Data& data, const TrainerOptions& options) {
  // Which machine computed the recorded data is not told here: last digits may differ.
  const DataComparison found = compare(options.recorded_data, {0, options.data.string(), data_parts(data)},
                                       /*other_platform=*/true);
  if (found.difference.empty() || found.only_digits) return;
  throw Error("The data is not what the sweep was trained on: " + found.difference +
              ". Give --data with the sweep's own.");
}

}  // namespace

Data read_data(HyperModel& model, const TrainerOptions& options, std::vector<DataPart>* parts) {
  Data data = model.data({.directory = options.data, .seed = options.seed});
  check(data.train, "train");
  check(data.validation, "validation");
  check(data.test, "test");
  if (data.train.size() == 0) throw Error("The job's data has no training samples.");
  if (parts != nullptr) *parts = data_parts(data);
  if (!options.recorded_data.parts.empty()) require_recorded(data, options);
  for (Split* part : {&data.train, &data.validation, &data.test}) *part = with_targets(*part);
  return data;
}

Data load_data(HyperModel& model, const TrainerOptions& options) {
  Data data = read_data(model, options);
  model.on_data(data);
  return data;
}

Placement choose_placement(const Data& data, const TrainerOptions& options, c10::Device device,
                           std::string& note) {
  std::int64_t bytes = 0;
  for (const Split* part : {&data.train, &data.validation})
    if (!part->dataset) bytes += bytes_of(*part);
  if (bytes == 0) return Placement::device;
  if (options.data_placement == "host" || options.data_placement == "device") {
    if (options.data_placement == "host") note = "read  from the host's memory (--data-placement)\n";
    return options.data_placement == "host" ? Placement::host : Placement::device;
  }
  const auto free = device.is_cuda() ? free_cuda_memory() : std::nullopt;
  if (!free) return Placement::device;
  // Beside the model, and the workers with which the device is shared.
  const auto devices = std::max<std::int64_t>(static_cast<std::int64_t>(torch::cuda::device_count()), 1);
  const std::int64_t workers = std::max<std::int64_t>((options.local_workers + devices - 1) / devices, 1);
  const std::int64_t room = *free / 2 / workers;
  if (bytes <= room) return Placement::device;
  note = "read  from the host's memory, batch by batch: " + mebibytes(static_cast<std::uint64_t>(bytes)) +
         " are more than the half of what is free on the device that is each worker's, " +
         mebibytes(static_cast<std::uint64_t>(room)) + " (--data-placement device: there all the same)\n";
  return Placement::host;
}

Split placed(const Split& split, Placement placement, c10::Device device) {
  if (split.size() == 0) return {};
  if (split.dataset) return split;
  const Split whole = changed(split, [](const at::Tensor& tensor) { return tensor.contiguous(); });
  if (placement == Placement::host) return streamed(std::make_shared<InMemory>(whole));
  return changed(whole, [&](const at::Tensor& tensor) { return tensor.to(device); });
}

Data placed(Data data, Placement placement, c10::Device device) {
  data.train = placed(data.train, placement, device);
  data.validation = placed(data.validation, placement, device);
  return data;
}

}  // namespace sibyl
