#include <ATen/ATen.h>

#include "sibyl/data.hpp"
#include "sibyl/data/preparation.hpp"
#include "sibyl/data/split.hpp"
#include "sibyl/error.hpp"
#include "train/streaming/split_tensors.hpp"
#include "train/streaming/views.hpp"

namespace sibyl {

namespace {

ArrayStep standardising(const at::Tensor& x, const std::vector<std::int64_t>& over) {
  const at::Tensor mean = x.mean(over, /*keepdim=*/true);
  const at::Tensor deviation = x.std(over, /*unbiased=*/false, /*keepdim=*/true);
  // Rounding makes a column of equal numbers vary a little.
  return {.shift = mean,
          .scale = at::where(deviation > 1e-6 * mean.abs(), deviation, at::ones_like(deviation))};
}

ArrayStep normalising(const at::Tensor& x, const std::vector<std::int64_t>& over) {
  const at::Tensor lowest = x.amin(over, /*keepdim=*/true);
  const at::Tensor width = x.amax(over, /*keepdim=*/true) - lowest;
  return {.shift = lowest, .scale = at::where(width > 0, width, at::ones_like(width))};
}

}  // namespace

std::vector<ArrayStep> fit_steps(const InputPreparation& how, const at::Tensor& training_x) {
  std::vector<ArrayStep> steps;
  if (!how.resize.empty()) {
    if (how.resize.size() != 2 || training_x.dim() != 4)
      throw Error("Pictures (samples, channels, height, width) are resized to {height, width}.");
    steps.push_back({.kind = ArrayStep::Kind::resize, .sizes = how.resize});
  }
  if (how.scaling == Scaling::none) return steps;
  const at::Tensor x = apply_steps(steps, training_x).to(at::kFloat);
  if (how.each_feature && x.dim() < 2)
    throw Error("To be scaled, x needs a dimension for its features besides that for the samples.");
  std::vector<std::int64_t> over;
  for (std::int64_t dimension = 0; dimension < x.dim(); ++dimension)
    if (dimension != 1 || !how.each_feature) over.push_back(dimension);
  steps.push_back(how.scaling == Scaling::standardise ? standardising(x, over) : normalising(x, over));
  return steps;
}

Data prepared(const Data& data, const InputPreparation& how) {
  const std::vector<ArrayStep> steps = fit_steps(how, look_at(data.train, samples_to_fit).x);
  const auto prepare = [steps](const at::Tensor& x) { return apply_steps(steps, x); };
  Data done = data;
  for (Split* part : {&done.train, &done.validation, &done.test})
    if (part->dataset)
      part->dataset = std::make_shared<Prepared>(part->dataset, prepare);
    else if (part->size() > 0)
      part->x = prepare(part->x);
  done.preparation.steps.insert(done.preparation.steps.end(), steps.begin(), steps.end());
  return done;
}

Data standardised(const Data& data) {
  return prepared(data, {.scaling = Scaling::standardise});
}

}  // namespace sibyl
