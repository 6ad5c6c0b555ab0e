#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sibyl/faults.hpp"
#include "sibyl/objective.hpp"
#include "sibyl/sampler.hpp"
#include "sibyl/trainer.hpp"

namespace sibyl {

/// What a job of programs is to run (see run_programs).
struct Program {
  std::string space;                 ///< what `--space` is, as JSON; empty: the program says it itself
  std::vector<std::string> command;  ///< its command line, with placeholders in it
  bool keep_alive = false;           ///< one process trains trial after trial
};

/// What a worker's trainer has to know; the same on every worker but for its place on the node.
struct TrainerOptions {
  std::uint64_t seed = 0;
  std::string launch = {};  ///< which start of which sweep, unlike any other
  int worker = 1;           ///< its number in the sweep
  Objective objective;
  Objective monitor = {};             ///< what early stopping goes by; without a metric: the objective
  int patience = 0;                   ///< epochs without improvement of that; 0: no early stopping
  double min_delta = 0;               ///< what counts as an improvement
  int start_from_epoch = 0;           ///< so many epochs at the beginning don't count for it
  int folds = 0;                      ///< execution e validates on fold e % folds of the samples; 0: no folds
  int max_epochs = 0;                 ///< the furthest that any trial is trained; 0: not known
  std::filesystem::path data;         ///< `--data`; empty: the job's own default
  std::filesystem::path checkpoints;  ///< a folder; empty: keep none
  double checkpoint_seconds = 60;  ///< the most that a hard kill may lose; 0: save at the end of a slot only
  int checkpoint_epochs = 0;       ///< also after so many epochs; 0: the seconds alone decide
  std::string device = "auto";     ///< "auto", "cpu" or "cuda"
  int threads = 1;                 ///< for one trial's CPU work
  int local_worker = 0;            ///< 0, 1, ... among the node's workers that see the same devices
  int local_workers = 1;           ///< of this node
  bool private_data = false;       ///< each worker of a node has its own copy in memory
  std::string data_placement =
      "auto";                        ///< "device"; "host": batches are copied to the device; "auto": by room
  int loader_threads = 1;            ///< that read batches ahead, where they are not on the device
  std::int64_t max_bad_samples = 0;  ///< see LoadingOptions
  bool deterministic = false;        ///< only deterministic algorithms, on CUDA too
  /// Which training steps are recorded once and replayed on a GPU: "off"; "auto": Sibyl's own, of a model of
  /// LibTorch's modules; "on": the job's own too.
  std::string cuda_graphs = "auto";
  Faults faults;                ///< to be injected (`--inject`)
  Program program;              ///< of a job of programs
  double trial_timeout = 0;     ///< seconds without a step after which a trial hangs; 0: found out
  DataDescribed recorded_data;  ///< for `retrain` and `export`: any other is refused; no parts: any will do

  const Objective& monitored() const { return monitor.metric.empty() ? objective : monitor; }
};

class HyperParameters;

/// Of a trial: those of its best epoch (where they were kept), or of its last, as retrain() leaves them.
enum class Weights : std::uint8_t { best_epoch, last_epoch };

/// What training a trial again gave.
struct Retrained {
  std::vector<Metric> metrics;           ///< those of the test set with `test_` before their names
  ConfusionMatrix confusion;             ///< of the test set; empty without one, or without classes
  std::vector<std::string> class_names;  ///< may be empty
};

/// What was written.
struct ExportedModel {
  int epoch = 0;            ///< of its weights
  std::string description;  ///< a JSON object of what goes in and what comes out; may be empty
};

/// What `sibyl::run` runs. A LibTorch job is a HyperModel, which train/ makes into one of these; a job
/// without LibTorch (an analytic function, another library) implements it directly.
class Job {
 public:
  virtual ~Job() = default;

  /// What it is to run, of a job of programs: called before anything else is asked, where it is known. Throws
  /// UsageError for a program that is not there.
  virtual void take(const Program& /*program*/) {}
  virtual Objective objective() const = 0;
  /// Does its trainer go by TrainerOptions::folds?
  virtual bool has_folds() const { return false; }
  /// What the job asks for, without data and without training.
  virtual SearchSpace search_space() = 0;
  /// What asks for everything that a trial asks for before it trains, a function of the answers alone. With
  /// it Sibyl knows which hyperparameters a configuration really has, before it is trained: it counts those,
  /// tries no configuration twice and records no hyperparameter that a trial does not have. None: each trial
  /// is taken to have all of the search space whose conditions hold. It is called in a process of its own.
  virtual std::function<void(HyperParameters&)> questions() { return {}; }
  /// Called once on each worker. Chooses the device, loads the data; throws Error when there is none.
  virtual std::unique_ptr<Trainer> make_trainer(const TrainerOptions& options) = 0;
  /// What a worker's trainer would say of itself (see Trainer::describe), without loading any data.
  virtual WorkerJoined describe_worker(const TrainerOptions& options);
  /// Trains the suggestion's trial anew, to its last epoch, on training and validation data together, and
  /// scores it once on the test set. The trained model's checkpoint is in `options.checkpoints`. Throws
  /// UsageError for a job that has no models.
  virtual Retrained retrain(const Suggestion& suggestion, const TrainerOptions& options, Reporter& reporter);
  /// Writes the model in the checkpoint of the suggestion's trial (of several executions, the first one's) to
  /// a file that Python opens. Throws Error when there is no such checkpoint, UsageError for a job that has
  /// no models.
  virtual ExportedModel export_model(const Suggestion& suggestion, const TrainerOptions& options,
                                     Weights weights, const std::filesystem::path& file);
  /// What such a model says of the samples in files, one for each of its inputs (which may say how the file
  /// is written): written to `output`, a row each in the same order. Returns what people should know of it,
  /// line by line. Throws Error for a file that the model can't be asked about, UsageError for a job that has
  /// no models.
  virtual std::vector<std::string> predict(const std::filesystem::path& model,
                                           const std::vector<std::string>& inputs,
                                           const std::filesystem::path& output);
  /// About how much a checkpoint of a trial takes, for `plan`; 0: not known.
  virtual std::int64_t checkpoint_bytes() { return 0; }
  /// What the epochs of some trial may be measured by, as far as that is known without data; empty: nobody
  /// knows.
  virtual std::vector<std::string> possible_metrics() { return {}; }
  /// Names and versions of the libraries behind it, for the record.
  virtual std::map<std::string, std::string> versions() const { return {}; }
};

/// A job's whole main: reads the command line, runs the command, reports what went wrong. Returns the exit
/// code: 0 finished, 64 bad usage, 75 stopped on request, 1 failed.
/// `samplers`: of one's own, for `--sampler`. Every program that opens the sweep's directory has to pass
/// them.
int run(int argc, char** argv, const std::function<std::unique_ptr<Job>()>& make_job,
        const std::vector<SamplerKind>& samplers = {});

/// The same for the job whose trials are another program's: it has `--space`, and that program's command line
/// behind `--`.
int run_programs(int argc, char** argv, const std::vector<SamplerKind>& samplers = {});

/// The folder of a trial's checkpoints, below TrainerOptions::checkpoints: one file an execution in it.
inline std::string checkpoint_folder(TrialId trial) {
  std::string digits = std::to_string(trial);
  return "trial_" + std::string(digits.size() < 6 ? 6 - digits.size() : 0, '0') + digits;
}

}  // namespace sibyl
