#pragma once

#include <memory>

#include "sibyl/job.hpp"
#include "sibyl/training/hyper_model.hpp"

namespace sibyl {

/// A HyperModel as what `sibyl::run` runs.
class HyperModelJob : public Job {
 public:
  /// See make_job.
  HyperModelJob(std::shared_ptr<HyperModel> model, bool own_metrics);

  Objective objective() const override;
  bool has_folds() const override { return true; }
  SearchSpace search_space() override;
  std::function<void(HyperParameters&)> questions() override;
  std::unique_ptr<Trainer> make_trainer(const TrainerOptions& options) override;
  WorkerJoined describe_worker(const TrainerOptions& options) override;
  Retrained retrain(const Suggestion& suggestion, const TrainerOptions& options, Reporter& reporter) override;
  ExportedModel export_model(const Suggestion& suggestion, const TrainerOptions& options, Weights weights,
                             const std::filesystem::path& file) override;
  std::vector<std::string> predict(const std::filesystem::path& model, const std::vector<std::string>& inputs,
                                   const std::filesystem::path& output) override;
  /// Of the default hyperparameters' model with two moments a weight, as Adam keeps them, and its best
  /// epoch's weights.
  std::int64_t checkpoint_bytes() override;
  /// Of any loss, and as if there were validation data: what there is, is known with the data.
  std::vector<std::string> possible_metrics() override;
  std::map<std::string, std::string> versions() const override;

 private:
  std::shared_ptr<HyperModel> model_;
  const bool own_metrics_;
};

}  // namespace sibyl
