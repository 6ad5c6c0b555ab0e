#include <unistd.h>

#include <chrono>
#include <iostream>
#include <thread>

#include "base/exit_codes.hpp"
#include "base/launcher.hpp"
#include "base/text.hpp"
#include "cli/commands/plan.hpp"
#include "cli/commands/predict.hpp"
#include "cli/commands/rebuild.hpp"
#include "cli/commands/retrain_export.hpp"
#include "cli/commands/search.hpp"
#include "cli/commands/space.hpp"
#include "cli/commands/status.hpp"
#include "cli/commands/steered.hpp"
#include "cli/commands/submit.hpp"
#include "cli/commands/summary.hpp"
#include "cli/options/option_table.hpp"
#include "cli/options/options.hpp"
#include "cli/screen/terminal.hpp"
#include "core/samplers/registry.hpp"
#include "external/program_job.hpp"
#include "mpi/environment.hpp"
#include "process/builder_main.hpp"
#include "process/trainer_main.hpp"
#include "sibyl/error.hpp"
#include "sibyl/job.hpp"
#include "sweep/options/named_file.hpp"
#include "sweep/record/asking.hpp"

namespace sibyl {

namespace {

int execute(int argc, char** argv, const std::string& name,
            const std::function<std::unique_ptr<Job>()>& make_job) {
  if (is_trainer(argc, argv)) {
    std::unique_ptr<Job> job;  // outlives its trainer
    return serve_trainer(argv, [&](const TrainerOptions& options) {
      job = make_job();
      return job->make_trainer(options);
    });
  }
  if (is_builder(argc, argv)) return serve_builder(argv, make_job);
  const Options options = parse_options(argc, argv);
  if (options.command == Command::search) return search(argc, argv, options, *make_job());
  if (rank_by_launcher() != 0) return 0;  // the other commands are for one process
  PrintableOutput out(std::cout);
  const int width = standard_output().columns();
  switch (options.command) {
    case Command::help:
      out << help(name, options.helped);
      break;
    case Command::version:
      out << "sibyl " SIBYL_VERSION << std::endl;
      break;
    case Command::space: {
      const auto job = make_job();
      const SearchSpace space = search_space(options, *job);
      print_space(out, space, counted(space, *job, name, options.sweep), width);
      break;
    }
    case Command::plan: {
      const auto job = make_job();
      const Steered found = steered(options, *job);
      const SearchSpace space = searched_space(found.options.sweep, found.space);
      if (!options.json)
        for (const std::string& line : found.lines) out << line << "\n\n";
      print_plan(out, found.options, space, counted(space, *job, name, options.sweep),
                 objective(options, *job), job->checkpoint_bytes(), width);
      break;
    }
    case Command::summary:
      summarize(out, options, width);
      break;
    case Command::status:
      return print_status(out, options, width);
    case Command::rebuild:
      rebuild(out, options);
      break;
    case Command::retrain:
      retrain_trials(out, options, name, *make_job());
      break;
    case Command::export_model:
      export_trials(out, options, name, *make_job());
      break;
    case Command::predict:
      predict(out, options, name, *make_job());
      break;
    case Command::submit:
      return submit(std::cout, options, argv[0]);
    case Command::search:
      break;
  }
  return 0;
}

int guarded(int argc, char** argv, const std::function<std::unique_ptr<Job>()>& make_job,
            const std::vector<SamplerKind>& samplers) {
  const std::string name = std::filesystem::path(argv[0]).filename();
  // In one write, so that nobody else's words come between.
  const auto report = [&](const std::exception& problem) {
    const std::string what = problem.what();
    const auto trace = what.find("\nException raised from ");  // LibTorch's own, for who debugs it
    std::cerr << printable(name + ": " + what.substr(0, trace)) + "\n" << std::flush;
  };
  const bool speaks = rank_by_launcher() == 0;
  try {
    for (const SamplerKind& each : samplers) add_sampler(each);
    return execute(argc, argv, name, make_job);
  } catch (const UnreadableFile& problem) {
    if (speaks) {
      report(problem);
      return exit_usage;
    }
    // Perhaps on this node alone. Where it is on rank 0's, too, the launcher ends all soon.
    std::this_thread::sleep_for(std::chrono::seconds(3));
    report(Error("rank " + std::to_string(rank_by_launcher()) + " on " + host_name() + ": " + problem.what() +
                 "; put it where every node sees it"));
    return exit_failed;
  } catch (const UsageError& problem) {
    // All ranks see the same command line; a launcher that sees one of them fail may end the others at once,
    // so the one that speaks is the one that fails.
    if (!speaks) return 0;
    report(problem);
    return exit_usage;
  } catch (const std::exception& problem) {
    if (speaks) report(problem);
    return exit_failed;
  }
}

}  // namespace

int run(int argc, char** argv, const std::function<std::unique_ptr<Job>()>& make_job,
        const std::vector<SamplerKind>& samplers) {
  const int code = guarded(argc, argv, make_job, samplers);
  if (left_mpi_at_once()) {
    std::cout << std::flush;
    _exit(code);
  }
  return code;
}

int run_programs(int argc, char** argv, const std::vector<SamplerKind>& samplers) {
  have_options_of_programs();
  return run(argc, argv, make_program_job, samplers);
}

}  // namespace sibyl
