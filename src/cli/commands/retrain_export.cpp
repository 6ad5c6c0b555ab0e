#include "cli/commands/retrain_export.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <ostream>

#include "base/file.hpp"
#include "base/numbers.hpp"
#include "cli/commands/chosen_trials.hpp"
#include "cli/commands/onnx.hpp"
#include "cli/commands/rebuild.hpp"
#include "cli/screen/confusion.hpp"
#include "cli/screen/table.hpp"
#include "cli/screen/values_json.hpp"
#include "sibyl/error.hpp"
#include "sweep/record/stored_sweep.hpp"
#include "sweep/record/sweep.hpp"

namespace sibyl {

namespace fs = std::filesystem;

namespace {

TrainerOptions trainer_options(const Options& options, const StoredSweep& sweep,
                               const fs::path& checkpoints) {
  const Options settings = with_recorded(options, sweep.record.options(options.typed.contains("data")));
  TrainerOptions trainer;
  trainer.seed = sweep.opened.seed;
  trainer.objective = sweep.oracle->options().objective;
  trainer.data = settings.sweep.data;
  if (sweep.record.data()) trainer.recorded_data = *sweep.record.data();
  if (sweep.record.data() && !options.typed.contains("data")) trainer.data = sweep.record.data()->path;
  if (!options.typed.contains("data")) require_recorded_data(trainer.data.string());
  trainer.checkpoints = checkpoints;
  trainer.device = options.device;
  trainer.cuda_graphs = options.cuda_graphs;
  trainer.data_placement = options.data_placement;
  if (options.loader_threads > 0) trainer.loader_threads = options.loader_threads;
  trainer.max_bad_samples = settings.sweep.max_bad_samples;
  trainer.threads = settings.sweep.threads;
  trainer.deterministic = settings.sweep.deterministic;
  trainer.max_epochs = settings.sweep.max_epochs;
  trainer.folds = settings.sweep.folds;
  trainer.program = settings.sweep.program;
  return trainer;
}

Suggestion whole_training(TrialId id, const Trial& trial, int epochs) {
  Suggestion suggestion;
  suggestion.slot.trial = id;
  suggestion.slot.last_epoch = epochs;
  suggestion.hyperparameters = trial.hyperparameters;
  return suggestion;
}

nlohmann::ordered_json description(const StoredSweep& sweep, TrialId id, const ExportedModel& exported) {
  const Trial& trial = sweep.oracle->trials()[id];
  nlohmann::ordered_json json = {{"job", sweep.opened.job},
                                 {"trial", id},
                                 {"epoch", exported.epoch},
                                 {"objective", sweep.opened.metric},
                                 {"score", number_or_null(trial.score)},
                                 {"seed", sweep.opened.seed},
                                 {"hyperparameters", to_json(trial.hyperparameters)}};
  if (!exported.description.empty()) json.update(nlohmann::ordered_json::parse(exported.description));
  return json;
}

void write_json(fs::path model, const nlohmann::ordered_json& object) {
  const std::string text = object.dump(2) + "\n";
  replace_file(model.replace_extension(".json"), std::as_bytes(std::span(text)));
}

fs::path make_folder(const fs::path& folder) {
  std::error_code problem;
  fs::create_directories(folder, problem);
  if (problem) throw Error("can't make the folder " + folder.string() + ": " + problem.message());
  return folder;
}

// Written beside first: the file is whole or not there, and no link of that name is followed.
ExportedModel export_whole(Job& job, const Suggestion& suggestion, const TrainerOptions& trainer,
                           Weights weights, const fs::path& file) {
  const fs::path beside = file.string() + ".tmp";
  std::error_code ignored;
  fs::remove(beside, ignored);
  try {
    ExportedModel exported = job.export_model(suggestion, trainer, weights, beside);
    move_into_place(beside, file);
    return exported;
  } catch (...) {
    fs::remove(beside, ignored);
    throw;
  }
}

std::string listed(const std::vector<Metric>& metrics) {
  std::string text;
  for (const Metric& metric : metrics)
    text += (text.empty() ? "" : ", ") + metric.name + " " + short_number(metric.value);
  return text;
}

/// Prints a line for each epoch. The val_ metrics are left out: they are of data that is trained on.
class EpochLines : public Reporter {
 public:
  EpochLines(std::ostream& out, int epochs) : out_(out), epochs_(epochs) {}
  void found(HyperparametersFound) override {}
  void epoch(EpochReported report) override {
    std::erase_if(report.metrics, [](const Metric& metric) { return metric.name.starts_with("val_"); });
    out_ << "  epoch " << report.epoch << " of " << epochs_ << ": " << listed(report.metrics) << " ("
         << short_number(report.seconds) << " s)" << std::endl;
  }
  Order order() override { return Order::go_on; }

 private:
  std::ostream& out_;
  int epochs_;
};

}  // namespace

// A descendant's training is that of its ancestors first, each with its own values: their parts, in order.
std::vector<Suggestion> parts_of(const Oracle& oracle, TrialId id, int epochs) {
  std::vector<Suggestion> parts;
  for (; id >= 0; id = oracle.trials()[id].parent) {
    const Trial& trial = oracle.trials()[id];
    Suggestion part = whole_training(id, trial, epochs);
    part.slot.first_epoch = trial.first_epoch;
    part.parent = trial.parent;
    parts.insert(parts.begin(), std::move(part));
    epochs = trial.first_epoch;
  }
  return parts;
}

void retrain_trials(std::ostream& out, const Options& options, const std::string& job_name, Job& job) {
  const StoredSweep sweep = sweep_of(options, job_name);
  const fs::path folder = make_folder(options.directory / SweepFiles::retrained);
  const TrainerOptions trainer = trainer_options(options, sweep, folder / SweepFiles::checkpoints);
  for (const TrialId id : chosen_trials(options, *sweep.oracle)) {
    const Trial& trial = sweep.oracle->trials()[id];
    const int epochs = best_epoch(trial, sweep.oracle->options().objective);
    if (epochs == 0)
      throw Error("trial " + std::to_string(id) + " has no best epoch (" + trial.cause_text() +
                  "): name another with --trial");
    out << "Trial " << id << " (" << sweep.opened.metric << " " << short_number(trial.score) << "), to epoch "
        << epochs << " on training and validation data" << std::endl;
    EpochLines lines(out, epochs);
    const std::vector<Suggestion> parts = parts_of(*sweep.oracle, id, epochs);
    Retrained retrained;
    for (const Suggestion& part : parts) {
      if (parts.size() > 1)
        out << "  from epoch " << part.slot.first_epoch + 1 << " as trial " << part.slot.trial << ": "
            << short_text(searched(part.hyperparameters, sweep.opened.space)) << std::endl;
      retrained = job.retrain(part, trainer, lines);
    }
    const fs::path file = folder / (checkpoint_folder(id) + ".pt");
    auto object = description(sweep, id, export_whole(job, parts.back(), trainer, Weights::last_epoch, file));
    for (const Metric& metric : retrained.metrics) object["metrics"][metric.name] = metric.value;
    if (!retrained.confusion.empty()) object["test"] = confusion_json(retrained);
    write_json(file, object);
    std::vector<Metric> test;
    for (const Metric& metric : retrained.metrics)
      if (metric.name.starts_with("test_")) test.push_back(metric);
    out << "  " << (test.empty() ? "the job has no test set" : listed(test)) << "; the model is "
        << file.string() << std::endl;
    print_confusion(out, retrained);
    std::error_code ignored;
    for (const Suggestion& part : parts)
      fs::remove_all(trainer.checkpoints / checkpoint_folder(part.slot.trial), ignored);
    fs::remove(trainer.checkpoints, ignored);  // unless it holds something else
    if (options.onnx) out << "  " << write_onnx(file).string() << std::endl;
  }
  try {
    publish_anew(options.directory);
  } catch (const Error& problem) {  // the models and their files are there
    out << "  (results.h5 does not have it yet: " << problem.what() << ")" << std::endl;
  }
}

void export_trials(std::ostream& out, const Options& options, const std::string& job_name, Job& job) {
  const StoredSweep sweep = sweep_of(options, job_name);
  const TrainerOptions trainer = trainer_options(options, sweep, options.directory / SweepFiles::checkpoints);
  for (const TrialId id : chosen_trials(options, *sweep.oracle)) {
    const Trial& trial = sweep.oracle->trials()[id];
    if (!fs::exists(trainer.checkpoints / checkpoint_folder(id)))
      throw Error("the weights of trial " + std::to_string(id) +
                  " were not kept: a sweep keeps those of its --keep-best trials; " + job_name + " retrain " +
                  options.directory.string() + " --trial " + std::to_string(id) + " trains it again");
    fs::path file = options.to;
    if (file.empty())
      file = make_folder(options.directory / SweepFiles::exported) / (checkpoint_folder(id) + ".pt");
    const ExportedModel exported =
        export_whole(job, whole_training(id, trial, best_epoch(trial, sweep.oracle->options().objective)),
                     trainer, Weights::best_epoch, file);
    write_json(file, description(sweep, id, exported));
    out << file.string() << ": trial " << id << ", " << sweep.opened.metric << " "
        << short_number(trial.score) << ", the weights after epoch " << exported.epoch << std::endl;
    if (options.onnx) out << write_onnx(file).string() << std::endl;
  }
}

}  // namespace sibyl
