#include "cli/submit.hpp"

#include <array>
#include <cstdio>
#include <filesystem>
#include <ostream>
#include <span>
#include <sstream>

#include "cli/common_sh.hpp"
#include "cli/option_values.hpp"
#include "cli/options.hpp"
#include "core/text.hpp"
#include "store/file.hpp"

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
        "say how many workers there are to be: --gpus-per-node N, or, to train on CPUs, --workers-per-node "
        "N");
  if (settings.gpus_per_node > 0 && settings.workers_per_node > 0)
    throw UsageError(
        "--gpus-per-node and --workers-per-node exclude each other; for more than one worker a GPU there is "
        "--workers-per-gpu");
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
        "--overwrite would delete, in each life of the job, what the one before has done: delete the "
        "directory yourself, or name another with --output");
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

// What a command prints; and does it end well?
std::pair<std::string, bool> output_of(const std::string& command) {
  FILE* pipe = popen(command.c_str(), "r");
  if (!pipe) return {"", false};
  std::string text;
  std::array<char, 4096> piece{};
  while (const std::size_t size = std::fread(piece.data(), 1, piece.size(), pipe))
    text.append(piece.data(), size);
  return {text, pclose(pipe) == 0};
}

}  // namespace

std::string slurm_time(double seconds) {
  const auto whole = static_cast<long long>(seconds);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%lld-%02lld:%02lld:%02lld", whole / 86400, whole / 3600 % 24,
                whole / 60 % 60, whole % 60);
  return text.data();
}

std::string shell_word(const std::string& text) {
  constexpr const char* plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%";
  if (!text.empty() && text.find_first_not_of(plain) == std::string::npos) return text;
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

// sbatch ends a word at a blank outside quotes, and a line at its end. A # outside quotes begins a comment. A
// backslash takes the meaning of what follows, but not of blanks.
std::string sbatch_word(const std::string& option, const std::string& text) {
  if (text.find_first_of(std::string("\n\r\0", 3)) != std::string::npos)
    throw UsageError(option + " '" + one_line(text) +
                     "': a line break has no place in a line #SBATCH: take another name");
  if (text.find_first_of(" \t\"'#\\") == std::string::npos) return text;
  std::string word = "\"";
  for (const char c : text) word += c == '"' || c == '\\' ? std::string{'\\', c} : std::string(1, c);
  return word + '"';
}

namespace {

// In a path of Slurm's, % begins a pattern, and a \ would turn all of them off.
std::string slurm_path(const std::string& path) {
  if (path.find('\\') != std::string::npos)
    throw UsageError("--output '" + one_line(path) +
                     "': Slurm takes the \\ for a sign of its own: name another directory");
  std::string text;
  for (const char c : path) text += c == '%' ? "%%" : std::string(1, c);
  return text;
}

}  // namespace

std::string batch_script(const BatchSettings& settings, const BatchSweep& sweep) {
  std::ostringstream script;
  const auto ask = [&](const std::string& option) { script << "#SBATCH " << option << '\n'; };
  if (settings.name.find('/') != std::string::npos)
    throw UsageError(
        "--job-name '" + one_line(settings.name) +
        "': it becomes part of the name of the file with what the job says, so it can't hold a /");
  script << "#!/bin/bash\n";
  ask("--job-name=" + sbatch_word("--job-name", settings.name));
  if (!settings.account.empty()) ask("--account=" + sbatch_word("--account", settings.account));
  if (!settings.partition.empty()) ask("--partition=" + sbatch_word("--partition", settings.partition));
  ask("--nodes=" + std::to_string(settings.nodes));
  if (settings.gpus_per_node > 0) ask("--gpus-per-node=" + std::to_string(settings.gpus_per_node));
  if (settings.cpus_per_node > 0) {
    ask("--ntasks=" + std::to_string(settings.nodes));
    ask("--cpus-per-task=" + std::to_string(settings.cpus_per_node));
  } else {
    ask("--exclusive");
  }
  ask("--time=" + slurm_time(settings.time));
  ask("--signal=B:USR1@" + std::to_string(static_cast<long long>(settings.warning)));
  ask("--requeue");
  ask("--open-mode=append");
  ask("--output=" + sbatch_word("--output", slurm_path(sweep.output) + "/%x-%j.out"));
  for (const std::string& option : settings.sbatch) {
    const auto value = option.find('=') == std::string::npos ? option.size() : option.find('=') + 1;
    ask(sbatch_word("--sbatch", option.substr(0, value)) +
        (value < option.size() ? sbatch_word("--sbatch", option.substr(value)) : ""));
  }
  script << "set -euo pipefail\n";
  for (const std::string& line : settings.setup) script << line << '\n';
  std::vector<std::string> options = sweep.options;
  if (settings.gpus_per_node > 0 && settings.workers_per_gpu > 1)
    options.push_back("--workers-per-gpu=" + std::to_string(settings.workers_per_gpu));
  script << "job=" << shell_word(sweep.program) << "\noptions=(";
  for (const std::string& option : options)
    script << (&option == &options[0] ? "" : " ") << shell_word(option);
  script << ")\noutput=" << shell_word(sweep.output) << "\n\n# -- slurm/common.sh\n"
         << common_sh << "# -- end of slurm/common.sh\n\n";
  const std::string ranks = std::to_string(settings.workers() + 1);
  if (settings.launcher == "srun") {
    // One task a node was asked for, with all its cores; the step's ranks share them.
    script << "sweep srun --mpi=pmix --ntasks=" << ranks
           << " --cpus-per-task=1 --overcommit --distribution=cyclic --cpu-bind=none";
  } else {
    script << "sweep \"${in_mpirun[@]}\" -n " << ranks;
  }
  script << " \"${search[@]}\"\n";
  return script.str();
}

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
  out << one_line(file.string()) << ": " << settings.workers()
      << (settings.workers() == 1 ? " worker on " : " workers on ") << settings.nodes
      << (settings.nodes == 1 ? " node" : " nodes") << ", by " << settings.launcher << ", "
      << slurm_time(settings.time) << " each time" << std::endl;
  auto [number, good] = output_of("sbatch --parsable " + shell_word(file.string()));
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
