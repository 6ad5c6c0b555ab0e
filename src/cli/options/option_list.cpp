#include "cli/options/option_list.hpp"

#include "cli/options/options.hpp"
#include "core/samplers/registry.hpp"
#include "core/schedulers/registry.hpp"

namespace sibyl {

namespace {

// "hyperband (...) | full (...) (default: hyperband)"
template <class Kind>
std::string kinds(const std::vector<Kind>& all) {
  std::string text;
  for (const Kind& kind : all) text += (text.empty() ? "" : " | ") + kind.name + " (" + kind.help + ")";
  return text + (all.size() > 1 ? " (default: " + all.front().name + ")" : "");
}

}  // namespace

cxxopts::Options option_list(const std::string& job) {
  cxxopts::Options options(job, "Tunes the model in " + job + " on this machine or a cluster.");
  options.custom_help("[COMMAND] [OPTION...]");
  options.positional_help("");
  const auto text = [] { return cxxopts::value<std::string>(); };
  // clang-format off
  options.add_options("Sweep")
    ("output", "Directory of the sweep: journal, results.h5, checkpoints (default: runs/" + job + ")", text(), "DIR")
    ("resume", "Continue the sweep that is there, or start one. What is not typed comes from its record; with more --max-trials or --iterations it goes on longer")
    ("overwrite", "Delete the sweep that is there, with what was exported, retrained and reported from it, and start one")
    ("time-limit", "Stop after so long, such as 3h55m, 90m or 45s: save everything, exit 75", text(), "TIME")
    ("checkpoint-every", "What a hard kill may lose at most, such as 5m, or 2epochs (default: 60s)", text(), "TIME")
    ("dry-run", "Only show which rank is on which node with which device; nothing is trained")
    ("keep-best", "Keep the weights of so many of the best trials, for export (default: 1)", text(), "N")
    ("tensorboard", "Write event files for TensorBoard, too: tensorboard --logdir DIR/tensorboard")
    ("seed", "Of all random numbers (default: 0)", text(), "N")
    ("objective", "Metric to improve, NAME or NAME:min or NAME:max (default: the job's)", text(), "METRIC")
    ("set", "Fix a hyperparameter; may be repeated", cxxopts::value<std::vector<std::string>>(), "NAME=VALUE");
  options.add_options("Search")
    ("sampler", "Which values: " + kinds(sampler_kinds()), text(), "NAME")
    ("scheduler", "Which trial, to which epoch: " + kinds(scheduler_kinds()), text(), "NAME")
    ("max-trials", "At most so many trials (default: hyperband: as its plan says; full: 10)", text(), "N")
    ("max-epochs", "Epochs of a fully trained trial; Hyperband's R (default: 100)", text(), "N")
    ("eta", "Hyperband: one in eta trials of a rung goes on (default: 3)", text(), "N")
    ("iterations", "Hyperband: how often all brackets are run (default: 1)", text(), "N")
    ("executions-per-trial", "Train each trial so many times; its score is the mean (default: 1)", text(), "N")
    ("max-retries", "Give a trial out again, so many times, if it failed for a reason that may pass: out of memory, a crash, a hang, a lost device (default: 0)", text(), "N")
    ("max-consecutive-failures", "Give the sweep up when so many trials in a row, by their numbers, failed without any score; 0: never (default: 20)", text(), "N");
  options.add_options("Training")
    ("patience", "Stop a trial after so many epochs without improvement; 0: never (default: 0)", text(), "N")
    ("min-delta", "The least change that is an improvement (default: 0)", text(), "X")
    ("device", "auto | cpu | cuda (default: auto)", text(), "NAME")
    ("workers-per-gpu", "So many workers may share a GPU; more are refused (default: any number, with a warning)", text(), "N")
    ("isolation", "process: each worker trains in a process of its own, so that a crash costs one trial; none: in the rank, for debuggers and profilers (default: process)", text(), "process|none")
    ("trial-timeout", "A trial that makes no step for so long hangs, and fails (default: ten times the median epoch of the sweep, at least a minute)", text(), "TIME")
    ("trainer-trials", "Replace a worker's training process after so many trials; 0: never (default: 0)", text(), "N")
    ("trainer-growth", "Replace it once its memory grew by more since its first trial, such as 500M or 2G; 0: never (default: 1G)", text(), "SIZE")
    ("inject", "Make trials fail on purpose, to try out what happens: KIND=TRIAL[@EPOCH][:once],... or KIND=PROBABILITY of each epoch, with KIND exception, nan, bad_alloc, segv, abort, exit, hang, slow, leak or exhaust; may be repeated", cxxopts::value<std::vector<std::string>>(), "KIND=WHO")
    ("threads", "CPU threads of a trial, which decide the last bits of its metrics (default: at the first start the cores / workers of the node that has the fewest; recorded, and kept)", text(), "N")
    ("data", "The job's data: a directory, or what else the job takes (default: the sweep's, at first the job's). It may lie elsewhere at a resume, but has to be the same", text(), "PATH")
    ("deterministic", "Only deterministic algorithms, on CUDA too");
  options.add_options("Commands' own")
    ("workers", "plan: for so many workers (default: 4)", text(), "N")
    ("epoch-seconds", "plan: if an epoch takes so long", text(), "X")
    ("top", "summary, retrain, export: so many of the best trials (default: 10, or all with --json; 1; 1)", text(), "N")
    ("trial", "retrain, export: this trial (default: the best)", text(), "N")
    ("to", "export: into this file (default: DIR/exported/trial_N.pt)", text(), "FILE")
    ("json", "plan, summary, status: print JSON, for programs")
    ("h,help", "This text")
    ("version", "The version");
  options.add_options("positional")
    ("words", "", cxxopts::value<std::vector<std::string>>());
  // clang-format on
  options.parse_positional({"words"});
  return options;
}

std::string help(const std::string& job) {
  return option_list(job).help({"Sweep", "Search", "Training", "Commands' own"}) + R"(
Commands:
  search            run the sweep (the default): mpirun -n 5 )" +
         job + R"( ..., or without mpirun in one process
  space             print the search space
  plan              print what a sweep would train, and how long that takes
  summary [DIR]     print the best trials of a sweep
  status [DIR...]   print where a sweep runs, how far it is and each of its starts; of several, a line each. Exit code 0:
                    finished, 75: not, and --resume helps, 1: given up, failed, or its last three starts trained
                    nothing; of several, the worst
  rebuild [DIR]     write results.h5 anew from the journal alone
  submit            write a Slurm batch script for a sweep and submit it (--dry-run: show it): )" +
         job + R"( submit --nodes 4
                    --gpus-per-node 8 --time 4h -- --max-epochs 81 (see submit --help)
  retrain [DIR]     train the best trial (or --trial N, --top K) anew on training and validation data, for as many epochs as
                    were best, and score it once on the test set
  export [DIR]      write the best trial's model (or --trial N, --top K) as TorchScript, which Python's torch.jit.load opens

SIGUSR1, SIGUSR2, SIGTERM, SIGINT and --time-limit stop a sweep: workers save what they train, in mid-epoch, and the exit
code is 75. A second signal leaves at once. With --resume it goes on as if nothing had happened: the last line is the command.
What is not typed then comes from the sweep's record. What says which trials there are has to be as recorded (seed, objective, set,
sampler, scheduler, eta, max-epochs, executions-per-trial, patience, min-delta, max-retries, inject, threads, the contents of data;
more max-trials and iterations are welcome); what says how they are run may be typed anew (the others). time-limit, isolation,
trainer-trials and trainer-growth hold for one start only. (mpirun passes SIGUSR1 and
SIGUSR2 on; after SIGTERM or Ctrl-C it gives its ranks one second, or OMPI_MCA_odls_base_sigkill_timeout seconds; Open
MPI 5 gives them a quarter of a second, whatever is set: send it SIGUSR1.)

Hyperband follows Algorithm 1 of Li et al. 2018: bracket s starts ceil((s_max + 1) eta^s / (s + 1)) trials. For
R = 81 and eta = 3 that is 81, 34, 15, 8, 5; the paper's Table 1 prints 81, 27, 9, 6, 5, which is its authors' code.

Exit codes: 0 finished; 64 bad usage; 75 stopped on request, resume me; 1 failed.
)";
}

}  // namespace sibyl
