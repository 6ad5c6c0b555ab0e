// How a sweep is run, and the commands that look at one.
#include "cli/options/option_table.hpp"
#include "sweep/options/option_types.hpp"

namespace sibyl {

namespace {

constexpr int max_planned_workers = 100'000;
constexpr int max_shown = 1'000'000;
constexpr double max_epoch_seconds = 1e9;

// `space` and `plan` are of the sweep that `search` would run, so they take what says how it is run, too.
constexpr Commands of_a_sweep{Command::search, Command::space, Command::plan};
constexpr Commands of_models{Command::retrain, Command::export_model};

using Of = OptionTypes<Options>;

void read_checkpoint_every(Options& options, const std::string& option, const std::string& text) {
  if (!text.ends_with("epochs") && !text.ends_with("epoch")) {
    options.checkpoint_seconds = parse_duration(option, text);
    return;
  }
  try {
    options.checkpoint_epochs =
        parse_number(option, text.substr(0, text.find("epoch")), 1, std::numeric_limits<int>::max());
  } catch (const UsageError&) {
    throw UsageError("--" + option +
                     " takes a time such as 5m, or a number of epochs such as 2epochs, not '" + text + "'");
  }
}

OptionType<Options> checkpoint_every() {
  OptionType<Options> type;
  type.read = read_checkpoint_every;
  type.shown = [](const Options& options) { return duration_text(options.checkpoint_seconds); };
  type.fields = {Of::field<double>(&Options::checkpoint_seconds, "checkpoint-seconds"),
                 Of::field<int>(&Options::checkpoint_epochs, "checkpoint-epochs")};
  return type;
}

OptionTable<Options> of_the_directory() {
  return {
      {.name = "output",
       .value = "DIR",
       .help = "Directory of the sweep: journal, results.h5, checkpoints",
       .default_help = "runs/{job}",
       .group = OptionGroup::sweep,
       .commands = of_a_sweep | of_models | Commands{Command::summary, Command::status, Command::rebuild},
       .recorded = Recorded::launch_only,
       .type = Of::path(&Options::directory)},
      {.name = "resume",
       .help = "Continue the sweep that is there, or start one. What is not typed comes from its record; "
               "with more --max-trials or --iterations it goes on longer",
       .group = OptionGroup::sweep,
       .commands = {Command::search},
       .type = Of::flag(&Options::resume)},
      {.name = "overwrite",
       .help = "Delete the sweep that is there, with what was exported, retrained and reported from it, and "
               "start one",
       .group = OptionGroup::sweep,
       .commands = {Command::search},
       .type = Of::flag(&Options::overwrite)},
      {.name = "time-limit",
       .value = "TIME",
       .help = "Stop after so long, such as 3h55m, 90m or 45s: save everything, exit 75",
       .group = OptionGroup::sweep,
       .commands = of_a_sweep,
       .recorded = Recorded::launch_only,
       .type = Of::duration(&Options::time_limit)},
      {.name = "checkpoint-every",
       .value = "TIME",
       .help = "What a hard kill may lose at most, such as 5m, or 2epochs",
       .group = OptionGroup::sweep,
       .commands = of_a_sweep,
       .recorded = Recorded::kept,
       .type = checkpoint_every()},
      {.name = "dry-run",
       .help = "Only show which rank is on which node with which device; nothing is trained",
       .group = OptionGroup::sweep,
       .commands = {Command::search},
       .type = Of::flag(&Options::dry_run)},
      {.name = "keep-best",
       .value = "N",
       .help = "Keep the weights of so many of the best trials, for export",
       .group = OptionGroup::sweep,
       .commands = of_a_sweep,
       .recorded = Recorded::kept,
       .type = Of::number(&Options::keep_best, 0, max_shown)},
      {.name = "tensorboard",
       .help = "Write event files for TensorBoard, too: tensorboard --logdir DIR/tensorboard",
       .group = OptionGroup::sweep,
       .commands = of_a_sweep,
       .recorded = Recorded::kept,
       .type = Of::flag(&Options::tensorboard)},
      {.name = "on-new-best",
       .value = "COMMAND",
       .help = "Run this in a shell when a trial becomes the best, with the facts in its environment "
               "(SIBYL_TRIAL, SIBYL_SCORE, SIBYL_HP_name, ...)",
       .default_help = "",
       .group = OptionGroup::sweep,
       .commands = of_a_sweep,
       .recorded = Recorded::kept,
       .type = Of::text(&Options::on_new_best)},
      {.name = "on-end",
       .value = "COMMAND",
       .help = "The same when the sweep ends, however that is (SIBYL_END, SIBYL_REASON, ...)",
       .default_help = "",
       .group = OptionGroup::sweep,
       .commands = of_a_sweep,
       .recorded = Recorded::kept,
       .type = Of::text(&Options::on_end)},
  };
}

OptionTable<Options> of_the_workers() {
  return {
      {.name = "device",
       .value = "NAME",
       .help = "auto | cpu | cuda",
       .group = OptionGroup::training,
       .commands = of_a_sweep | of_models | Commands{Command::predict},
       .recorded = Recorded::kept,
       .type = Of::word(&Options::device, {"auto", "cpu", "cuda"})},
      {.name = "cuda-graphs",
       .value = "WHICH",
       .help =
           "Which training steps are recorded once and replayed on a GPU: auto (Sibyl's own, of a model of "
           "LibTorch's modules) | on (a training_step(), compute_loss() or module of the job's, too: what it "
           "does on the host is not repeated) | off",
       .group = OptionGroup::training,
       .commands = of_a_sweep | Commands{Command::retrain},
       .recorded = Recorded::kept,
       .type = Of::word(&Options::cuda_graphs, {"auto", "on", "off"})},
      {.name = "private-data",
       .help = "Each worker of a node has the data in its own memory, not one copy for all",
       .group = OptionGroup::training,
       .commands = of_a_sweep,
       .recorded = Recorded::kept,
       .type = Of::flag(&Options::private_data)},
      {.name = "data-placement",
       .value = "WHERE",
       .help =
           "Where tensors lie that are trained with: device | host (memory; batches are copied to the device "
           "while it is at the one before) | auto (device, if they take less than half of what is free there)",
       .group = OptionGroup::training,
       .commands = of_a_sweep | Commands{Command::retrain},
       .recorded = Recorded::kept,
       .type = Of::word(&Options::data_placement, {"auto", "device", "host"})},
      {.name = "loader-threads",
       .value = "N",
       .help =
           "So many threads of each worker read batches ahead, of a dataset or of data in the host's memory",
       .default_help = "one less than the worker's cores, 1 to 8",
       .group = OptionGroup::training,
       .commands = of_a_sweep | Commands{Command::retrain},
       .recorded = Recorded::kept,
       .type = Of::number(&Options::loader_threads, 1)},
      {.name = "workers-per-gpu",
       .value = "N",
       .help = "So many workers may share a GPU; more are refused",
       .default_help = "any number, with a warning",
       .group = OptionGroup::training,
       .commands = of_a_sweep,
       .recorded = Recorded::kept,
       .type = Of::number(&Options::workers_per_gpu, 1)},
      {.name = "isolation",
       .value = "process|none",
       .help = "process: each worker trains in a process of its own, so that a crash costs one trial; none: "
               "in the rank, for debuggers and profilers",
       .group = OptionGroup::training,
       .commands = of_a_sweep,
       .recorded = Recorded::launch_only,
       .type = Of::either(&Options::isolated, "process", "none")},
      {.name = "trial-timeout",
       .value = "TIME",
       .help = "A trial that makes no step for so long hangs, and fails",
       .default_help = "ten times the median epoch of the sweep, at least a minute",
       .group = OptionGroup::training,
       .commands = of_a_sweep,
       .recorded = Recorded::kept,
       .type = Of::duration(&Options::trial_timeout)},
      {.name = "trainer-trials",
       .value = "N",
       .help = "Replace a worker's training process after so many trials; 0: never",
       .group = OptionGroup::training,
       .commands = of_a_sweep,
       .recorded = Recorded::launch_only,
       .type = Of::number(&Options::trainer_trials, 0)},
      {.name = "trainer-growth",
       .value = "SIZE",
       .help = "Replace it once its memory grew by more since its first trial, such as 500M or 2G; 0: never",
       .group = OptionGroup::training,
       .commands = of_a_sweep,
       .recorded = Recorded::launch_only,
       .type = Of::size(&Options::memory_growth)},
  };
}

}  // namespace

OptionTable<Options> run_options() {
  OptionTable<Options> all = of_the_directory();
  const OptionTable<Options> more = of_the_workers();
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

OptionTable<Options> looking_options() {
  return {
      {.name = "workers",
       .value = "N",
       .help = "For so many workers",
       .commands = {Command::plan},
       .type = Of::number(&Options::workers, 1, max_planned_workers)},
      {.name = "epoch-seconds",
       .value = "X",
       .help = "If an epoch takes so long",
       .default_help = "",
       .commands = {Command::plan},
       .type = Of::number(&Options::epoch_seconds, 0, max_epoch_seconds)},
      {.name = "top",
       .value = "N",
       .help = "So many of the best trials",
       .default_help = "summary: 10, or all with --json; retrain, export: 1",
       .commands = of_models | Commands{Command::summary},
       .type = Of::number(&Options::top, 1, max_shown)},
      {.name = "trial",
       .value = "N",
       .help = "This trial",
       .default_help = "the best",
       .commands = of_models | Commands{Command::predict},
       .type = Of::number(&Options::trial, 0)},
      {.name = "input",
       .value = "FILE",
       .help =
           "The samples: a table like the sweep's without its label (FILE,separator=tab,... as for --data), or "
           "an array: .npy, IDX, or x of an HDF5 file. For a model of several inputs once for each, or one HDF5 "
           "file with x, more_0, ...",
       .commands = {Command::predict},
       .type = Of::list(&Options::inputs)},
      {.name = "output",
       .value = "FILE",
       .help = "Where the predictions go, as CSV, a row a sample",
       .default_help = "DIR/predictions.csv",
       .commands = {Command::predict},
       .type = Of::path(&Options::to)},
      {.name = "to",
       .value = "FILE",
       .help = "Into this file",
       .default_help = "DIR/exported/trial_N.pt",
       .commands = {Command::export_model},
       .type = Of::path(&Options::to)},
      {.name = "onnx",
       .help =
           "As ONNX, too: with Python's exporter, so PyTorch has to be there ($SIBYL_PYTHON: another python3)",
       .commands = of_models,
       .type = Of::flag(&Options::onnx)},
      {.name = "json",
       .help = "Print JSON, for programs",
       .commands = {Command::plan, Command::summary, Command::status},
       .type = Of::flag(&Options::json)},
      {.name = "options",
       .value = "FILE",
       .help =
           "Options from a file: lines NAME = VALUE (true or false for one without a value), or a JSON object, {\"NAME\": VALUE, ...}. What is typed counts more",
       .group = OptionGroup::general,
       .commands =
           of_a_sweep | of_models |
           Commands{Command::predict, Command::summary, Command::status, Command::rebuild, Command::submit},
       .type = Of::text(&Options::options_file)},
  };
}

}  // namespace sibyl
