#include "cli/commands/submit.hpp"

#include <filesystem>
#include <ostream>
#include <span>

#include "base/file.hpp"
#include "base/numbers.hpp"
#include "base/run_command.hpp"
#include "base/text.hpp"
#include "sibyl/error.hpp"

namespace sibyl {

namespace fs = std::filesystem;

namespace {

// What follows from the options together. Throws UsageError for what makes no batch job.
BatchSettings complete(BatchSettings settings) {
  if (settings.launcher.empty()) settings.launcher = settings.nodes == 1 ? "mpirun" : "srun";
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
  const std::vector<std::string> all = written_out(words, options);  // the script needs no other file
  bool of_sweep = true;                                              // what stands behind -- is a program's
  for (std::size_t i = 0; i < all.size(); ++i) {
    of_sweep = of_sweep && all[i] != "--";
    if (of_sweep && all[i] == "--output")
      ++i;
    else if (!of_sweep ||
             (!all[i].starts_with("--output=") && !all[i].starts_with("--resume") && all[i] != "search"))
      sweep.options.push_back(all[i]);
  }
  return sweep;
}

}  // namespace

int submit(std::ostream& out, const Options& options, char* program) {
  const BatchSettings settings = complete(options.batch);
  const BatchSweep sweep = parse_sweep(options.behind, program);
  const std::string script = batch_script(settings, sweep);
  if (options.dry_run) {
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
      << shell_word(program) << " status " << shell_word(sweep.output) << "\n  tail -f " << shell_word(log)
      << "\n  scancel --signal=INT --batch " << number << std::endl;
  return 0;
}

}  // namespace sibyl
