#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "launch/batch_script.hpp"
#include "sweep/options/sweep_options.hpp"

namespace sibyl {

/// What the command line says. The rows of its options are in option_table.cpp; a member's initializer is its
/// option's default.
struct Options {
  Command command = Command::search;
  std::optional<Command> helped;  ///< of `help`: the one that is asked about
  SweepOptions sweep;
  std::set<std::string> typed;      ///< the names of the options on the command line, or in its file
  std::filesystem::path directory;  ///< `--output`, or the one that a command looks at
  std::vector<std::filesystem::path> directories;  ///< that are named without `--output`; of `status` several
  bool resume = false;
  bool overwrite = false;
  bool dry_run = false;
  std::string device = "auto";
  int workers_per_gpu = 0;  ///< 0: any number
  double time_limit = 0;    ///< seconds; 0: none
  double checkpoint_seconds = 60;
  int checkpoint_epochs = 0;  ///< 0: the seconds alone decide
  bool private_data = false;
  std::string data_placement = "auto";
  int loader_threads = 0;  ///< 0: by the worker's cores
  std::string cuda_graphs = "auto";
  int keep_best = 1;  ///< trials whose weights are kept when they have ended
  bool tensorboard = false;
  std::string on_new_best;                 ///< a shell's command; empty: none
  std::string on_end;                      ///< the same
  bool isolated = true;                    ///< trials train in a process of their own
  std::int64_t trainer_trials = 0;         ///< that one such process trains; 0: any number
  std::int64_t memory_growth = 1LL << 30;  ///< bytes by which one such process may grow; 0: any
  double trial_timeout = 0;                ///< seconds without a step after which a trial hangs; 0: found out
  int workers = 4;                         ///< of `plan`
  double epoch_seconds = 0;                ///< of `plan`; 0: not given
  bool json = false;
  int top = 0;                       ///< trials: of `summary`, `retrain` and `export`; 0: not given
  TrialId trial = -1;                ///< of `retrain` and `export`; -1: the best
  std::filesystem::path to;          ///< of `export` and `predict`: a file; empty: in the sweep's directory
  bool onnx = false;                 ///< of `retrain` and `export`: as ONNX, too
  std::vector<std::string> inputs;   ///< of `predict`: files, and how they are written
  std::string options_file;          ///< as it is named; empty: none
  std::vector<std::string> in_file;  ///< what it says besides the command line, as words
  BatchSettings batch;               ///< of `submit`
  std::vector<std::string> behind;   ///< of `submit`: what is meant for the sweep
};

/// Reads the command line. Throws UsageError that says what is wrong with which option.
Options parse_options(int argc, char** argv);
/// The words of a command line such that they need no file of options: with what is in it in its place.
std::vector<std::string> written_out(const std::vector<std::string>& words, const Options& options);
/// A JSON object of every option that says how a sweep is run, every default filled in.
std::string every_option(const Options& options);
/// What is not typed comes from such an object: what defines the sweep, and how it was run the last time, but
/// for what holds for one launch only.
Options with_recorded(Options options, const std::string& recorded);
/// `--help`, or that of a command.
std::string help(const std::string& job, std::optional<Command> command = {});

}  // namespace sibyl
