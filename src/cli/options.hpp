#pragma once

#include <filesystem>
#include <string>

#include "cli/sweep_options.hpp"

namespace sibyl {

enum class Command { help, version, search, space, plan, summary, rebuild };

struct Options {
  Command command = Command::search;
  SweepOptions sweep;
  std::filesystem::path directory;  ///< `--output`, or the one that a command looks at
  bool resume = false;
  bool overwrite = false;
  std::string device = "auto";
  double time_limit = 0;  ///< seconds; 0: none
  double checkpoint_seconds = 60;
  int checkpoint_epochs = 0;  ///< 0: the seconds alone decide
  int threads = 0;            ///< 0: the node's cores / its workers
  std::filesystem::path data;
  int workers = 4;           ///< of `plan`
  double epoch_seconds = 0;  ///< of `plan`; 0: not given
  bool json = false;
  int top = 10;  ///< trials in the table of `summary`
};

/// Reads the command line. Throws UsageError that says what is wrong with which option.
Options parse_options(int argc, char** argv);
std::string help(const std::string& job);

}  // namespace sibyl
