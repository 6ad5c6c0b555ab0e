#include <algorithm>
#include <sstream>

#include "cli/options/command_line.hpp"
#include "cli/options/command_table.hpp"
#include "cli/options/option_table.hpp"

namespace sibyl {

namespace {

constexpr std::size_t indent = 20;

std::string commands_help(const std::string& job) {
  std::string text = "\nCommands:\n";
  for (const CommandRow& row : command_table()) {
    std::string name = "  " + row.name + (row.words.empty() ? "" : " " + row.words);
    name.resize(std::max(indent, name.size() + 1), ' ');
    text += name + wrapped(with_job(row.help, job), name.size(), indent) + "\n";
  }
  return text;
}

std::string recorded_names(Recorded recorded, const std::string& between = ", ") {
  std::string names;
  for (const Option<Options>& row : option_table())
    if (row.recorded == recorded && row.name != "output") names += (names.empty() ? "" : between) + row.name;
  return names;
}

std::string resume_help() {
  return wrapped(
      "SIGUSR1, SIGUSR2, SIGTERM, SIGINT and --time-limit stop a sweep: workers save what they train, in "
      "mid-epoch, and the exit code is 75. A second signal leaves at once. With --resume it goes on as if "
      "nothing had happened: the last line is the command. What is not typed then comes from the sweep's "
      "record. What says which trials there are has to be as recorded (" +
          recorded_names(Recorded::fixed) + ", the contents of data; more " +
          recorded_names(Recorded::extends, " or ") +
          " is welcome); what says how they are run may be typed anew, and is kept (" +
          recorded_names(Recorded::kept) + "), but for what holds for one start only (" +
          recorded_names(Recorded::launch_only) +
          "). (mpirun passes SIGUSR1 and SIGUSR2 on; after SIGTERM or Ctrl-C it gives its ranks one second, "
          "or OMPI_MCA_odls_base_sigkill_timeout seconds; Open MPI 5 gives them a quarter of a second, "
          "whatever is set: send it SIGUSR1.)",
      0, 0);
}

}  // namespace

std::string help(const std::string& job, std::optional<Command> command) {
  if (command && *command != Command::search && *command != Command::help) return options_help(job, command);
  return options_help(job, {}) + commands_help(job) + "\n" + resume_help() + R"(

Hyperband follows Algorithm 1 of Li et al. 2018: bracket s starts ceil((s_max + 1) eta^s / (s + 1)) trials. For
R = 81 and eta = 3 that is 81, 34, 15, 8, 5; the paper's Table 1 prints 81, 27, 9, 6, 5, which is its authors' code.

Exit codes: 0 finished; 64 bad usage; 75 stopped on request, resume me; 1 failed.
)";
}

}  // namespace sibyl
