#include "cli/options/option_table.hpp"

namespace sibyl {

namespace {
bool of_programs = false;
}

void have_options_of_programs() {
  of_programs = true;
}

bool runs_programs() {
  return of_programs;
}

const OptionTable<Options>& option_table() {
  static const OptionTable<Options> table = [] {
    OptionTable<Options> all = run_options();
    for (const Option<SweepOptions>& row : sweep_option_table()) all.push_back(as_part(&Options::sweep, row));
    for (const auto& rows : {looking_options(), batch_options()})
      all.insert(all.end(), rows.begin(), rows.end());
    if (!of_programs) std::erase_if(all, [](const auto& row) { return row.group == OptionGroup::program; });
    return all;
  }();
  return table;
}

const Option<Options>* find_option(Command command, const std::string& name) {
  for (const Option<Options>& row : option_table())
    if (row.name == name && row.commands.contains(command)) return &row;
  return nullptr;
}

std::vector<std::string> option_names(Command command) {
  std::vector<std::string> names{"help", "version"};
  for (const Option<Options>& row : option_table())
    if (row.commands.contains(command)) names.push_back(row.name);
  return names;
}

Commands owners(const std::string& name) {
  Commands all{};
  for (const Option<Options>& row : option_table())
    if (row.name == name) all = all | row.commands;
  return all;
}

}  // namespace sibyl
