#include "sibyl/job.hpp"

#include "sibyl/error.hpp"

namespace sibyl {

WorkerJoined Job::describe_worker(const TrainerOptions& options) {
  WorkerJoined worker;
  worker.device = "cpu";
  worker.threads = options.threads;
  return worker;
}

Retrained Job::retrain(const Suggestion&, const TrainerOptions&, Reporter&) {
  throw UsageError("this job has no models to train again: it is no HyperModel");
}

ExportedModel Job::export_model(const Suggestion&, const TrainerOptions&, Weights,
                                const std::filesystem::path&) {
  throw UsageError("this job has no models to export: it is no HyperModel");
}

std::vector<std::string> Job::predict(const std::filesystem::path&, const std::vector<std::string>&,
                                      const std::filesystem::path&) {
  throw UsageError("this job has no models to predict with: it is no HyperModel");
}

}  // namespace sibyl
