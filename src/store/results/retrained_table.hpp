#pragma once

#include <string>
#include <vector>

#include "sibyl/trial.hpp"
#include "store/results/table.hpp"

namespace sibyl {

/// A model that was trained again after the sweep, on all data (`retrain`), and what it scored.
struct RetrainedModel {
  TrialId trial = 0;
  int epochs = 0;
  double time = 0;   ///< when it was written, in seconds since 1970
  std::string file;  ///< of the model, in the sweep's directory
  std::vector<Metric> metrics;
};

/// The rows of /retrained: a column a metric behind the others.
store::Table retrained_table(const std::vector<RetrainedModel>& models);

}  // namespace sibyl
