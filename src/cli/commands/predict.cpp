#include "cli/commands/predict.hpp"

#include <ostream>

#include "cli/commands/chosen_trials.hpp"
#include "cli/commands/retrain_export.hpp"
#include "sibyl/error.hpp"
#include "sweep/record/sweep.hpp"

namespace sibyl {

namespace fs = std::filesystem;

namespace {

/// Exports it anew where its weights are there: the sweep may have gone on since.
fs::path model_of(std::ostream& out, const Options& options, TrialId id, const std::string& job_name,
                  Job& job) {
  const std::string name = checkpoint_folder(id);
  const fs::path retrained = options.directory / SweepFiles::retrained / (name + ".pt");
  const fs::path exported = options.directory / SweepFiles::exported / (name + ".pt");
  if (fs::exists(retrained)) return retrained;
  if (fs::exists(options.directory / SweepFiles::checkpoints / name)) {
    Options this_one = options;
    this_one.trial = id;
    this_one.to.clear();
    export_trials(out, this_one, job_name, job);
  }
  if (fs::exists(exported)) return exported;
  throw Error("there is no model of trial " + std::to_string(id) +
              ", and its weights were not kept: " + job_name + " retrain " + options.directory.string() +
              " --trial " + std::to_string(id) + " trains it again");
}

}  // namespace

void predict(std::ostream& out, const Options& options, const std::string& job_name, Job& job) {
  if (options.inputs.empty()) throw UsageError("predict what? Say it with --input FILE");
  TrialId id = 0;
  {
    const StoredSweep sweep = sweep_of(options, job_name);
    id = chosen_trials(options, *sweep.oracle).front();
  }
  const fs::path model = model_of(out, options, id, job_name, job);
  const fs::path to = options.to.empty() ? options.directory / "predictions.csv" : options.to;
  out << "model: " << model.string() << std::endl;
  for (const std::string& line : job.predict(model, options.inputs, to)) out << line << std::endl;
}

}  // namespace sibyl
