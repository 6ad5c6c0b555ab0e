#pragma once

// The one header that a job with LibTorch includes.

#include <type_traits>

#include "sibyl/job.hpp"
#include "sibyl/training/hyper_model.hpp"
#include "sibyl/training/initialise.hpp"

namespace sibyl {

/// A HyperModel as what `sibyl::run` runs. `own_metrics`: its epochs may have other metrics than those of
/// loss() and metrics().
std::unique_ptr<Job> make_job(std::shared_ptr<HyperModel> model, bool own_metrics = true);

/// Is none of the functions overridden by which a job measures something of its own? (One that can't be named
/// here may be.)
template <class Model>
constexpr bool measures_as_usual = requires {
  requires std::is_same_v<decltype(&Model::fit), decltype(&HyperModel::fit)>;
  requires std::is_same_v<decltype(&Model::epoch_metrics), decltype(&HyperModel::epoch_metrics)>;
  requires std::is_same_v<decltype(&Model::batch_metrics), decltype(&HyperModel::batch_metrics)>;
};

/// The whole main of a job: `int main(int argc, char** argv) { return sibyl::run<MyModel>(argc, argv); }`
template <class Model>
int run(int argc, char** argv, const std::vector<SamplerKind>& samplers = {}) {
  return run(
      argc, argv, [] { return make_job(std::make_shared<Model>(), !measures_as_usual<Model>); }, samplers);
}

}  // namespace sibyl
