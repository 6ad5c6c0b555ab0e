#include "cli/run.hpp"

#include <unistd.h>

#include <iostream>

#include "cli/asking.hpp"
#include "cli/models.hpp"
#include "cli/options.hpp"
#include "cli/plan.hpp"
#include "cli/search.hpp"
#include "cli/space.hpp"
#include "cli/status.hpp"
#include "cli/stored_sweep.hpp"
#include "cli/submit.hpp"
#include "cli/terminal.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "mpi/environment.hpp"
#include "process/serve.hpp"
#include "process/serve_builder.hpp"

namespace sibyl {

namespace {

constexpr int failed = 1;
constexpr int bad_usage = 64;  // EX_USAGE of sysexits.h

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
  if (argc > 1 && std::string_view(argv[1]) == "submit") return submit(std::cout, argc, argv);
  const Options options = parse_options(argc, argv);
  if (options.command == Command::search) return search(argc, argv, options, *make_job());
  if (rank_by_launcher() != 0) return 0;  // the other commands are for one process
  PrintableOutput out(std::cout);
  const int width = standard_output().columns();
  switch (options.command) {
    case Command::help:
      out << help(name);
      break;
    case Command::version:
      out << "sibyl " SIBYL_VERSION << std::endl;
      break;
    case Command::space: {
      const auto job = make_job();
      const SearchSpace space = search_space(options, *job);
      print_space(out, space, counted(space, *job, name), width);
      break;
    }
    case Command::plan: {
      const auto job = make_job();
      const SearchSpace space = search_space(options, *job);
      print_plan(out, options, space, counted(space, *job, name), objective(options, *job),
                 job->checkpoint_bytes(), width);
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
    case Command::search:
      break;
  }
  return 0;
}

int guarded(int argc, char** argv, const std::function<std::unique_ptr<Job>()>& make_job) {
  const std::string name = std::filesystem::path(argv[0]).filename();
  // In one write, so that nobody else's words come between.
  const auto report = [&](const std::exception& problem) {
    std::cerr << printable(name + ": " + problem.what()) + "\n" << std::flush;
  };
  const bool speaks = rank_by_launcher() == 0;
  try {
    return execute(argc, argv, name, make_job);
  } catch (const UsageError& problem) {
    // All ranks see the same command line; a launcher that sees one of them fail may end the others at once,
    // so the one that speaks is the one that fails.
    if (!speaks) return 0;
    report(problem);
    return bad_usage;
  } catch (const std::exception& problem) {
    if (speaks) report(problem);
    return failed;
  }
}

}  // namespace

int run(int argc, char** argv, const std::function<std::unique_ptr<Job>()>& make_job) {
  const int code = guarded(argc, argv, make_job);
  if (left_mpi_at_once()) {
    std::cout << std::flush;
    _exit(code);
  }
  return code;
}

}  // namespace sibyl
