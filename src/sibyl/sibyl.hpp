#pragma once

// The one header that a job with LibTorch includes.

#include "sibyl/hyper_model.hpp"
#include "sibyl/initialise.hpp"
#include "sibyl/job.hpp"

namespace sibyl {

/// A HyperModel as what `sibyl::run` runs.
std::unique_ptr<Job> make_job(std::shared_ptr<HyperModel> model);

/// The whole main of a job: `int main(int argc, char** argv) { return sibyl::run<MyModel>(argc, argv); }`
template <class Model>
int run(int argc, char** argv, const std::vector<SamplerKind>& samplers = {}) {
  return run(
      argc, argv, [] { return make_job(std::make_shared<Model>()); }, samplers);
}

}  // namespace sibyl
