#include "train/loop/load_data.hpp"

#include <torch/torch.h>

#include <sstream>

#include "core/same_data.hpp"
#include "sibyl/error.hpp"
#include "sibyl/training/hyper_model.hpp"
#include "train/loop/data_parts.hpp"

namespace sibyl {

namespace {

void check(const Split& split, const char* name) {
  if (!split.x.defined() && !split.y.defined()) return;
  std::ostringstream text;
  if (!split.x.defined() || !split.y.defined()) {
    text << "The job's data has " << (split.x.defined() ? "x but no y" : "y but no x") << " in " << name
         << ".";
  } else if (split.x.dim() == 0 || split.y.dim() == 0 || split.x.size(0) != split.y.size(0)) {
    text << "The job's data has x of shape " << split.x.sizes() << " and y of shape " << split.y.sizes()
         << " in " << name << ": the first dimension of both counts the samples, and must be the same.";
  }
  if (!text.str().empty()) throw Error(text.str());
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

Split on_device(const Split& split, c10::Device device) {
  if (split.size() == 0) return {};
  const at::ScalarType real = split.x.is_floating_point() ? split.x.scalar_type() : torch::kFloat32;
  return {.x = split.x.to(device).contiguous(), .y = prepare_targets(split.y, real).to(device)};
}

Data load_data(HyperModel& model, const TrainerOptions& options, c10::Device device,
               std::vector<DataPart>* parts) {
  Data data = model.data({.directory = options.data, .seed = options.seed});
  check(data.train, "train");
  check(data.validation, "validation");
  check(data.test, "test");
  if (data.train.size() == 0) throw Error("The job's data has no training samples.");
  if (parts != nullptr) *parts = data_parts(data);
  if (!options.recorded_data.parts.empty()) require_recorded(data, options);
  data.train = on_device(data.train, device);
  data.validation = on_device(data.validation, device);
  return data;
}

}  // namespace sibyl
