#pragma once

// The one header a job includes.

#include "cli/run.hpp"
#include "train/hyper_model.hpp"
#include "train/hyper_model_job.hpp"

namespace sibyl {

/// The whole main of a job: `int main(int argc, char** argv) { return sibyl::run<MyModel>(argc, argv); }`
template <class Model>
int run(int argc, char** argv) {
  return run(argc, argv, [] { return make_job<Model>(); });
}

}  // namespace sibyl
