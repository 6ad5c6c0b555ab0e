#include "sweep/options/option_rows.hpp"
#include "sweep/options/option_types.hpp"

namespace sibyl {

OptionTable<SweepOptions> program_options() {
  using Of = OptionTypes<Program>;
  const OptionTable<Program> rows = {
      {.name = "space",
       .value = "FILE",
       .help = "The search space, the objective and defaults of options, as JSON",
       .default_help = "the program says it",
       .group = OptionGroup::program,
       .commands = of_a_sweep,
       .recorded = Recorded::fixed,
       .type = Of::text(&Program::space),
       .is_in_all_records = false},
      {.name = "program",
       .value = "WORD",
       .help = "A word of the program's command line; shorter: all of them behind --. {NAME} in a word is a "
               "hyperparameter's value, the word {} all of them as --NAME VALUE",
       .default_help = "",
       .group = OptionGroup::program,
       .commands = of_a_sweep,
       .recorded = Recorded::fixed,
       .type = Of::list(&Program::command),
       .is_in_all_records = false},
      {.name = "keep-alive",
       .help = "One process of the program trains trial after trial; it has to ask for them",
       .group = OptionGroup::program,
       .commands = of_a_sweep,
       .recorded = Recorded::kept,
       .type = Of::flag(&Program::keep_alive),
       .is_in_all_records = false},
  };
  OptionTable<SweepOptions> all;
  for (const Option<Program>& row : rows) all.push_back(as_part(&SweepOptions::program, row));
  return all;
}

}  // namespace sibyl
