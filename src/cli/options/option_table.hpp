#pragma once

#include "cli/options/options.hpp"

namespace sibyl {

/// Every option of the program, in the order of `--help`. A name may have several rows, of different
/// commands.
const OptionTable<Options>& option_table();
/// From now on this program is a job of programs: there are `--space` and its like. To be called first.
void have_options_of_programs();
/// Is it one?
bool runs_programs();
/// The row that a command has of that name; nullptr: it has none.
const Option<Options>* find_option(Command command, const std::string& name);
/// The names of a command's options.
std::vector<std::string> option_names(Command command);
/// The commands that have an option of that name.
Commands owners(const std::string& name);

/// Rows of option_table(): those of how a sweep is run, of commands that look at one, and of `submit`.
OptionTable<Options> run_options();
OptionTable<Options> looking_options();
OptionTable<Options> batch_options();

}  // namespace sibyl
