#include "cli/commands/submit.hpp"

#include <filesystem>
#include <ostream>
#include <span>

#include "base/file.hpp"
#include "base/numbers.hpp"
#include "base/run_command.hpp"
#include "base/text.hpp"
#include "cli/options/option_values.hpp"
#include "cli/options/options.hpp"
#include "launch/batch_script.hpp"

namespace sibyl {

namespace fs = std::filesystem;

namespace {

cxxopts::Options submit_options(const std::string& job) {
  cxxopts::Options options(job + " submit", "Writes a batch script for a sweep, and submits it to Slurm.");
  options.custom_help("[OPTION...] -- [OPTION OF search...]");
  options.positional_help("");
  const auto text = [] { return cxxopts::value<std::string>(); };
  const auto list = [] { return cxxopts::value<std::vector<std::string>>(); };
  // clang-format off
  options.add_options()
    ("nodes", "So many nodes (default: 1)", text(), "N")
    ("gpus-per-node", "GPUs of each node, with a worker each (default: 0, train on CPUs)", text(), "N")
    ("workers-per-gpu", "So many workers share each GPU (default: 1)", text(), "N")
    ("workers-per-node", "Without GPUs: so many workers on each node", text(), "N")
    ("cpus-per-node", "Take so many cores of each node, and leave the rest to others (default: whole nodes)", text(), "N")
    ("time", "Time limit of each life of the job, such as 4h or 90m; at its end the sweep is saved, requeued and goes on (default: 1h)", text(), "TIME")
    ("save-time", "So long before the limit the sweep is told to save everything (default: 2m)", text(), "TIME")
    ("account", "To be charged", text(), "NAME")
    ("partition", "To run in", text(), "NAME")
    ("job-name", "In squeue (default: " + job + ")", text(), "NAME")
    ("launcher", "srun | mpirun (default: mpirun on one node, srun on several)", text(), "NAME")
    ("sbatch", "A further option for sbatch, such as --sbatch=--constraint=a100; may be repeated", list(), "OPTION")
    ("setup", "A line to be run first, such as 'module load openmpi'; may be repeated", list(), "LINE")
    ("dry-run", "Only show the whole script: nothing is written or submitted")
    ("h,help", "This text")
    ("words", "", list());
  // clang-format on
  options.parse_positional({"words"});
  return options;
}

BatchSettings parse_settings(const cxxopts::ParseResult& given, const std::string& job) {
  BatchSettings settings;
  settings.name = job;
  read(given, "nodes", 1, settings.nodes);
  read(given, "gpus-per-node", 0, settings.gpus_per_node);
  read(given, "workers-per-gpu", 1, settings.workers_per_gpu);
  read(given, "workers-per-node", 1, settings.workers_per_node);
  read(given, "cpus-per-node", 1, settings.cpus_per_node);
  const auto duration = [&](const char* name, double& seconds) {
    std::string text;
    read(given, name, text);
    if (!text.empty()) seconds = parse_duration(name, text);
  };
  duration("time", settings.time);
  duration("save-time", settings.warning);
  read(given, "account", settings.account);
  read(given, "partition", settings.partition);
  read(given, "job-name", settings.name);
  settings.launcher = settings.nodes == 1 ? "mpirun" : "srun";
  read(given, "launcher", settings.launcher);
  check_word("launcher", settings.launcher, {"srun", "mpirun"});
  if (given.count("sbatch")) settings.sbatch = given["sbatch"].as<std::vector<std::string>>();
  if (given.count("setup")) settings.setup = given["setup"].as<std::vector<std::string>>();
  if (given.count("words"))
    throw UsageError("'" + given["words"].as<std::vector<std::string>>()[0] +
                     "' is one word too many: what is meant for the sweep stands behind --");
  if (settings.gpus_per_node == 0 && settings.workers_per_node == 0)
    throw UsageError(
        "say how many workers there are to be: --gpus-per-node N, or, to train on CPUs, --workers-per-node N");
  if (settings.gpus_per_node > 0 && settings.workers_per_node > 0)
    throw UsageError(
        "--gpus-per-node and --workers-per-node exclude each other; for more than one worker a GPU there is --workers-per-gpu");
  if (settings.time < 2 * settings.warning)
    throw UsageError("--time " + slurm_time(settings.time) + " is too short: " +
                     slurm_time(settings.warning) + " of it are for saving (--save-time)");
  return settings;
}

// What stands behind `--`, checked as `search` would.
BatchSweep parse_sweep(const std::vector<std::string>& words, char* program) {
  std::vector<std::string> texts = words;
  std::vector<char*> argv{program};
  for (std::string& text : texts) argv.push_back(text.data());
  const Options options = parse_options(static_cast<int>(argv.size()), argv.data());
  if (options.command != Command::search)
    throw UsageError("behind -- stand the options of search, not another command");
  if (options.overwrite)
    throw UsageError(
        "--overwrite would delete, in each life of the job, what the one before has done: delete the directory yourself, or name another with --output");
  std::string output = options.directory.string();
  if (output.starts_with('-')) output.insert(0, "./");  // else tail and sbatch would take it for an option
  BatchSweep sweep{fs::read_symlink("/proc/self/exe").string(), output, {}};
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--output")
      ++i;
    else if (!words[i].starts_with("--output=") && words[i] != "--resume" && words[i] != "search")
      sweep.options.push_back(words[i]);
  }
  return sweep;
}

}  // namespace

int submit(std::ostream& out, int argc, char** argv) {
  const std::string job = fs::path(argv[0]).filename();
  std::vector<char*> own{argv[0]};
  std::vector<std::string> words;
  bool behind = false;
  for (int i = 2; i < argc; ++i) {
    if (behind)
      words.emplace_back(argv[i]);
    else if (std::string(argv[i]) == "--")
      behind = true;
    else
      own.push_back(argv[i]);
  }
  const cxxopts::ParseResult given =
      parse(submit_options(job), static_cast<int>(own.size()), own.data(),
            "; see " + job + " submit --help. What is meant for the sweep stands behind --");
  if (given.count("help")) {
    out << submit_options(job).help({""});
    return 0;
  }
  const BatchSettings settings = parse_settings(given, job);
  const BatchSweep sweep = parse_sweep(words, argv[0]);
  const std::string script = batch_script(settings, sweep);
  if (given.count("dry-run")) {
    out << script << std::flush;
    return 0;
  }
  const fs::path file = fs::path(sweep.output) / "submit.sbatch";
  fs::create_directories(sweep.output);
  replace_file(file, std::as_bytes(std::span(script)));
  out << one_line(file.string()) << ": " << quantity(settings.workers(), "worker") << " on "
      << quantity(settings.nodes, "node") << ", by " << settings.launcher << ", " << slurm_time(settings.time)
      << " each time" << std::endl;
  auto [number, good] = run_command("sbatch --parsable " + shell_word(file.string()));
  number = number.substr(0, number.find_first_of(";\n"));
  if (!good || number.empty())
    throw Error("sbatch has not taken the script " + file.string() +
                " (it says why above; if there is no sbatch here, submit the script where there is one)");
  const std::string log = (fs::path(sweep.output) / (settings.name + "-" + number + ".out")).string();
  out << "Submitted as job " << number << ". How it stands, what it says, and how to stop it for good:\n  "
      << shell_word(argv[0]) << " status " << shell_word(sweep.output) << "\n  tail -f " << shell_word(log)
      << "\n  scancel --signal=INT --batch " << number << std::endl;
  return 0;
}

}  // namespace sibyl
