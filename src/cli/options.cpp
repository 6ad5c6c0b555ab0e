#include "cli/options.hpp"

#include <charconv>
#include <cmath>
#define CXXOPTS_VECTOR_DELIMITER '\n'  // a comma belongs to the value: --inject segv=3,17
#include <cxxopts.hpp>
#include <map>
#include <vector>

#include "core/error.hpp"
#include "core/faults.hpp"

namespace sibyl {

namespace {

cxxopts::Options described(const std::string& job) {
  cxxopts::Options options(job, "Tunes the model in " + job + " on this machine or a cluster.");
  options.custom_help("[COMMAND] [OPTION...]");
  options.positional_help("");
  const auto text = [] { return cxxopts::value<std::string>(); };
  // clang-format off
  options.add_options("Sweep")
    ("output", "Directory of the sweep: journal, results.h5, checkpoints (default: runs/" + job + ")", text(), "DIR")
    ("resume", "Continue the sweep that is there, or start one; with more --max-trials or --iterations it goes on longer")
    ("overwrite", "Delete the sweep that is there, and start one")
    ("time-limit", "Stop after so long, such as 3h55m, 90m or 45s: save everything, exit 75", text(), "TIME")
    ("checkpoint-every", "What a hard kill may lose at most, such as 5m, or 2epochs (default: 60s)", text(), "TIME")
    ("keep-best", "Keep the weights of so many of the best trials, for export (default: 1)", text(), "N")
    ("tensorboard", "Write event files for TensorBoard, too: tensorboard --logdir DIR/tensorboard")
    ("seed", "Of all random numbers (default: 0)", text(), "N")
    ("objective", "Metric to improve, NAME or NAME:min or NAME:max (default: the job's)", text(), "METRIC")
    ("set", "Fix a hyperparameter; may be repeated", cxxopts::value<std::vector<std::string>>(), "NAME=VALUE");
  options.add_options("Search")
    ("sampler", "Which values: random (without duplicates)", text(), "NAME")
    ("scheduler", "Which trial, to which epoch: hyperband | full (default: hyperband)", text(), "NAME")
    ("max-trials", "At most so many trials (default: hyperband: as its plan says; full: 10)", text(), "N")
    ("max-epochs", "Epochs of a fully trained trial; Hyperband's R (default: 100)", text(), "N")
    ("eta", "Hyperband: one in eta trials of a rung goes on (default: 3)", text(), "N")
    ("iterations", "Hyperband: how often all brackets are run (default: 1)", text(), "N")
    ("executions-per-trial", "Train each trial so many times; its score is the mean (default: 1)", text(), "N")
    ("max-retries", "Give a trial out again, so many times, if it failed for a reason that may pass: out of memory, a crash, a hang, a lost device (default: 0)", text(), "N")
    ("max-consecutive-failures", "Give the sweep up after so many failed trials in a row; 0: never (default: 20)", text(), "N");
  options.add_options("Training")
    ("patience", "Stop a trial after so many epochs without improvement; 0: never (default: 0)", text(), "N")
    ("min-delta", "The least change that is an improvement (default: 0)", text(), "X")
    ("device", "auto | cpu | cuda (default: auto)", text(), "NAME")
    ("isolation", "process: each worker trains in a process of its own, so that a crash costs one trial; none: in the rank, for debuggers and profilers (default: process)", text(), "process|none")
    ("trial-timeout", "A trial that makes no step for so long hangs, and fails (default: ten times the median epoch of the sweep, at least a minute)", text(), "TIME")
    ("trainer-trials", "Replace a worker's training process after so many trials; 0: never (default: 0)", text(), "N")
    ("trainer-growth", "Replace it once its memory grew by more since its first trial, such as 500M or 2G; 0: never (default: 1G)", text(), "SIZE")
    ("inject", "Make trials fail on purpose, to try out what happens: KIND=TRIAL[@EPOCH][:once],... or KIND=PROBABILITY of each epoch, with KIND exception, nan, bad_alloc, segv, abort, exit, hang, slow, leak or exhaust; may be repeated", cxxopts::value<std::vector<std::string>>(), "KIND=WHO")
    ("threads", "CPU threads of a worker (default: the node's cores / its workers)", text(), "N")
    ("data", "The job's data: a directory, or what else the job takes (default: the job's)", text(), "PATH")
    ("deterministic", "Only deterministic algorithms, on CUDA too");
  options.add_options("Commands' own")
    ("workers", "plan: for so many workers (default: 4)", text(), "N")
    ("epoch-seconds", "plan: if an epoch takes so long", text(), "X")
    ("top", "summary, retrain, export: so many of the best trials (default: 10, 1, 1)", text(), "N")
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

template <class T>
void read(const cxxopts::ParseResult& given, const std::string& name, T least, T& value) {
  if (given.count(name) == 0) return;
  if (given.count(name) > 1) throw UsageError("--" + name + " is given twice");
  const auto text = given[name].as<std::string>();
  const char* what = std::is_floating_point_v<T> ? "a number" : "a whole number";
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  bool good = error == std::errc() && end == text.data() + text.size() && !(value < least);
  if constexpr (std::is_floating_point_v<T>) good = good && std::isfinite(value);
  if (!good)
    throw UsageError("--" + name + " takes " + what + ", at least " +
                     std::to_string(static_cast<std::int64_t>(least)) + ", not '" + text + "'");
}

void read(const cxxopts::ParseResult& given, const std::string& name, std::string& value) {
  if (given.count(name) == 0) return;
  if (given.count(name) > 1) throw UsageError("--" + name + " is given twice");
  value = given[name].as<std::string>();
  if (value.empty()) throw UsageError("--" + name + " is empty");
}

// "3h55m", "90m", "45s", "1d2h30m"; a bare number is of seconds.
double parse_duration(const std::string& name, const std::string& text) {
  const std::map<char, double> units{{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}};
  double seconds = 0, last_unit = 1e9;
  const char* at = text.data();
  const char* const end = at + text.size();
  bool good = true;
  while (good && at < end) {
    double count = 0;
    const auto [next, error] = std::from_chars(at, end, count);
    good = error == std::errc() && std::isfinite(count) && count >= 0;
    if (!good) break;
    const auto unit = next < end ? units.find(*next) : units.find('s');
    good = unit != units.end() && unit->second < last_unit;
    if (!good) break;
    last_unit = unit->second;
    seconds += count * unit->second;
    at = next < end ? next + 1 : end;
  }
  if (!good || !(seconds > 0))
    throw UsageError("--" + name + " takes a time such as 3h55m, 90m or 45s, not '" + text + "'");
  return seconds;
}

// "500M", "2G"; a bare number is of bytes.
std::int64_t parse_size(const std::string& name, const std::string& text) {
  double count = 0;
  const auto [next, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  const std::map<std::string, int> shifts{{"", 0}, {"K", 10}, {"M", 20}, {"G", 30}, {"T", 40}};
  const auto shift = shifts.find(std::string(next, text.data() + text.size()));
  const double bytes = shift == shifts.end() ? -1 : std::ldexp(count, shift->second);
  if (error != std::errc() || !(bytes >= 0 && bytes < 1e18))
    throw UsageError("--" + name + " takes a size such as 500M or 2G, not '" + text + "'");
  return static_cast<std::int64_t>(bytes);
}

void check_word(const std::string& name, const std::string& word, const std::vector<std::string>& known) {
  std::string list;
  for (const auto& each : known) {
    if (each == word) return;
    list += (list.empty() ? "" : ", ") + each;
  }
  throw UsageError("--" + name + " " + word + ": there is " + list);
}

}  // namespace

Options parse_options(int argc, char** argv) {
  Options options;
  const std::string job = std::filesystem::path(argv[0]).filename();
  cxxopts::ParseResult given;
  try {
    given = described(job).parse(argc, argv);
  } catch (const cxxopts::exceptions::exception& wrong) {
    throw UsageError(std::string(wrong.what()) + "; see " + job + " --help");
  }
  if (given.count("help")) options.command = Command::help;
  if (given.count("version")) options.command = Command::version;

  std::vector<std::string> words;
  if (given.count("words")) words = given["words"].as<std::vector<std::string>>();
  const std::map<std::string, Command> commands = {
      {"search", Command::search},   {"space", Command::space},         {"plan", Command::plan},
      {"summary", Command::summary}, {"status", Command::status},       {"rebuild", Command::rebuild},
      {"retrain", Command::retrain}, {"export", Command::export_model}, {"help", Command::help}};
  if (!words.empty()) {
    const auto command = commands.find(words[0]);
    if (command == commands.end())
      throw UsageError("'" + words[0] +
                       "' is no command: there are search (the default), space, plan, summary, status, "
                       "rebuild, retrain, export");
    if (options.command == Command::search) options.command = command->second;
    words.erase(words.begin());
  }
  std::string directory = "runs/" + job;
  read(given, "output", directory);
  const bool takes_directory = options.command == Command::summary || options.command == Command::status ||
                               options.command == Command::rebuild || options.command == Command::retrain ||
                               options.command == Command::export_model;
  if (takes_directory && !words.empty()) {
    directory = words[0];
    words.erase(words.begin());
  }
  if (!words.empty()) throw UsageError("'" + words[0] + "' is one word too many; see " + job + " --help");
  options.directory = directory;

  SweepOptions& sweep = options.sweep;
  options.resume = given.count("resume") > 0;
  options.overwrite = given.count("overwrite") > 0;
  if (options.resume && options.overwrite) throw UsageError("--resume and --overwrite exclude each other");
  read<std::uint64_t>(given, "seed", 0, sweep.seed);
  read(given, "sampler", sweep.sampler);
  read(given, "scheduler", sweep.scheduler);
  check_word("sampler", sweep.sampler, {"random"});
  check_word("scheduler", sweep.scheduler, {"hyperband", "full"});
  read<std::int64_t>(given, "max-trials", 1, sweep.max_trials);
  if (sweep.max_trials == 0 && sweep.scheduler == "full") sweep.max_trials = 10;
  read(given, "max-epochs", 1, sweep.max_epochs);
  read(given, "eta", 2, sweep.eta);
  read(given, "iterations", 1, sweep.iterations);
  read(given, "objective", sweep.objective);
  read(given, "executions-per-trial", 1, sweep.executions_per_trial);
  read(given, "patience", 0, sweep.patience);
  read(given, "min-delta", 0.0, sweep.min_delta);
  read(given, "max-retries", 0, sweep.max_retries);
  read(given, "max-consecutive-failures", 0, sweep.max_consecutive_failures);
  sweep.deterministic = given.count("deterministic") > 0;
  if (given.count("inject")) {
    sweep.inject = given["inject"].as<std::vector<std::string>>();
    Faults faults;
    for (const std::string& each : sweep.inject) faults.add(each);  // says what is wrong with it
  }
  if (given.count("set")) {
    for (const auto& pair : given["set"].as<std::vector<std::string>>()) {
      const auto equals = pair.find('=');
      if (equals == std::string::npos || equals == 0)
        throw UsageError("--set takes NAME=VALUE, not '" + pair + "'");
      sweep.set[pair.substr(0, equals)] = pair.substr(equals + 1);
    }
  }
  std::string time;
  read(given, "time-limit", time);
  if (!time.empty()) options.time_limit = parse_duration("time-limit", time);
  std::string every;
  read(given, "checkpoint-every", every);
  if (every.ends_with("epochs") || every.ends_with("epoch")) {
    const std::string count = every.substr(0, every.find("epoch"));
    const auto [end, error] =
        std::from_chars(count.data(), count.data() + count.size(), options.checkpoint_epochs);
    if (error != std::errc() || end != count.data() + count.size() || options.checkpoint_epochs < 1)
      throw UsageError(
          "--checkpoint-every takes a time such as 5m, or a number of epochs such as 2epochs, not '" + every +
          "'");
  } else if (!every.empty()) {
    options.checkpoint_seconds = parse_duration("checkpoint-every", every);
  }
  std::string isolation = "process";
  read(given, "isolation", isolation);
  check_word("isolation", isolation, {"process", "none"});
  options.isolated = isolation == "process";
  std::string timeout;
  read(given, "trial-timeout", timeout);
  if (!timeout.empty()) options.trial_timeout = parse_duration("trial-timeout", timeout);
  read<std::int64_t>(given, "trainer-trials", 0, options.trainer_trials);
  std::string growth;
  read(given, "trainer-growth", growth);
  if (!growth.empty()) options.memory_growth = parse_size("trainer-growth", growth);
  read(given, "device", options.device);
  check_word("device", options.device, {"auto", "cpu", "cuda"});
  read(given, "threads", 1, options.threads);
  std::string data;
  read(given, "data", data);
  options.data = data;
  read(given, "workers", 1, options.workers);
  read(given, "epoch-seconds", 0.0, options.epoch_seconds);
  read(given, "top", 1, options.top);
  options.json = given.count("json") > 0;
  read<std::int64_t>(given, "trial", 0, options.trial);
  std::string to;
  read(given, "to", to);
  options.to = to;
  if (options.trial >= 0 && options.top > 0) throw UsageError("--trial and --top exclude each other");
  if (!to.empty() && options.top > 1) throw UsageError("--to is one file, for one trial: leave --top out");
  read(given, "keep-best", 0, options.keep_best);
  options.tensorboard = given.count("tensorboard") > 0;
  return options;
}

std::string help(const std::string& job) {
  return described(job).help({"Sweep", "Search", "Training", "Commands' own"}) + R"(
Commands:
  search            run the sweep (the default): mpirun -n 5 )" +
         job + R"( ..., or without mpirun in one process
  space             print the search space
  plan              print what a sweep would train, and how long that takes
  summary [DIR]     print the best trials of a sweep
  status [DIR]      print where a sweep runs, how far it is and each of its starts; exit code 0: it is finished, 75: it is
                    not, and --resume helps, 1: it was given up, or its last three starts trained nothing
  rebuild [DIR]     write results.h5 anew from the journal alone
  retrain [DIR]     train the best trial (or --trial N, --top K) anew on training and validation data, for as many epochs as
                    were best, and score it once on the test set
  export [DIR]      write the best trial's model (or --trial N, --top K) as TorchScript, which Python's torch.jit.load opens

SIGUSR1, SIGUSR2, SIGTERM, SIGINT and --time-limit stop a sweep: workers save what they train, in mid-epoch, and the exit
code is 75. A second signal leaves at once. With --resume it goes on as if nothing had happened. (mpirun passes SIGUSR1 and
SIGUSR2 on; after SIGTERM or Ctrl-C it gives its ranks one second, or OMPI_MCA_odls_base_sigkill_timeout seconds.)

Hyperband follows Algorithm 1 of Li et al. 2018: bracket s starts ceil((s_max + 1) eta^s / (s + 1)) trials. For
R = 81 and eta = 3 that is 81, 34, 15, 8, 5; the paper's Table 1 prints 81, 27, 9, 6, 5, which is its authors' code.

Exit codes: 0 finished; 64 bad usage; 75 stopped on request, resume me; 1 failed.
)";
}

}  // namespace sibyl
