#include "cli/run.hpp"

#include <iostream>

#include "cli/options.hpp"
#include "cli/plan.hpp"
#include "cli/search.hpp"
#include "cli/space.hpp"
#include "cli/sweep.hpp"
#include "core/error.hpp"
#include "mpi/environment.hpp"

namespace sibyl {

namespace {

constexpr int failed = 1;
constexpr int bad_usage = 64;  // EX_USAGE of sysexits.h

int execute(int argc, char** argv, const std::string& name,
            const std::function<std::unique_ptr<Job>()>& make_job) {
  const Options options = parse_options(argc, argv);
  if (options.command == Command::search) return search(argc, argv, options, *make_job());
  if (rank_by_launcher() != 0) return 0;  // the other commands are for one process
  switch (options.command) {
    case Command::help:
      std::cout << help(name);
      break;
    case Command::version:
      std::cout << "sibyl " SIBYL_VERSION << std::endl;
      break;
    case Command::space:
      print_space(std::cout, search_space(options, *make_job()));
      break;
    case Command::plan: {
      const auto job = make_job();
      print_plan(std::cout, options, search_space(options, *job), objective(options, *job));
      break;
    }
    case Command::summary:
      summarize(std::cout, options);
      break;
    case Command::search:
      break;
  }
  return 0;
}

}  // namespace

int run(int argc, char** argv, const std::function<std::unique_ptr<Job>()>& make_job) {
  const std::string name = std::filesystem::path(argv[0]).filename();
  const auto report = [&](const std::exception& problem, int code) {
    if (rank_by_launcher() == 0) std::cerr << name << ": " << problem.what() << std::endl;
    return code;
  };
  try {
    return execute(argc, argv, name, make_job);
  } catch (const UsageError& problem) {
    return report(problem, bad_usage);
  } catch (const std::exception& problem) {
    return report(problem, failed);
  }
}

}  // namespace sibyl
