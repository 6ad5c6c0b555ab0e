#include <algorithm>

#include "sweep/options/option_rows.hpp"

#include "sweep/options/given_file.hpp"
#include "sweep/options/option_types.hpp"

namespace sibyl {

namespace {

constexpr Commands of_the_sweep{Command::search, Command::space, Command::plan};

using Of = OptionTypes<SweepOptions>;

OptionType<SweepOptions> given_first() {
  OptionType<SweepOptions> type = Of::list(&SweepOptions::first);
  type.read = [](SweepOptions& options, const std::string& option, const std::string& text) {
    require_text(option, text);
    std::vector<GivenText> all{{text, "--" + option + " " + text}};
    if (names_given_file(text)) all = read_given_file(text);
    for (GivenText& each : all) {
      options.first.push_back(std::move(each.text));
      options.first_where.push_back(std::move(each.where));
    }
  };
  return type;
}

// What is taken from there is recorded, too.
OptionType<SweepOptions> warm_start() {
  OptionType<SweepOptions> type = Of::list(&SweepOptions::warm_start);
  type.read = [](SweepOptions& options, const std::string& option, const std::string& text) {
    require_text(option, text);
    const std::string directory = std::filesystem::absolute(text).lexically_normal().string();
    if (std::find(options.warm_start.begin(), options.warm_start.end(), directory) !=
        options.warm_start.end())
      throw UsageError("--" + option + " is given twice for " + text);
    options.warm_start.push_back(directory);
  };
  type.fields.push_back(Of::field<std::vector<std::string>>(&SweepOptions::earlier, "warm-start-trials"));
  return type;
}

}  // namespace

OptionTable<SweepOptions> steering_options() {
  return {
      {.name = "set",
       .value = "NAME=VALUE",
       .help = "Fix a hyperparameter; may be repeated",
       .group = OptionGroup::sweep,
       .commands = of_the_sweep,
       .recorded = Recorded::fixed,
       .type = Of::pairs(&SweepOptions::set)},
      {.name = "range",
       .value = "NAME=LO:HI",
       .help =
           "Search a part of a hyperparameter's range, with the same sampling and steps; of choices some, "
           "NAME='A|B'. A default outside moves to the nearest value in it. May be repeated",
       .group = OptionGroup::sweep,
       .commands = of_the_sweep,
       .recorded = Recorded::fixed,
       .type = Of::pairs(&SweepOptions::range),
       .is_in_all_records = false},
      {.name = "try",
       .value = "NAME=VALUE,...",
       .help = "Try this configuration first: what it does not name has its default; the word defaults: all "
               "have. Or FILE.json (a list of objects), or FILE.csv (names, and lines of values below "
               "them). May be repeated: one trial each, in that order",
       .group = OptionGroup::search,
       .commands = of_the_sweep,
       .recorded = Recorded::fixed,
       .type = given_first(),
       .is_in_all_records = false},
      {.name = "prior",
       .value = "NAME=VALUE",
       .help = "tpe, gp: good values are expected near this one; NAME=VALUE:STRENGTH with low, medium (the "
               "default), high or a number says how sure that is. May be repeated",
       .group = OptionGroup::search,
       .commands = of_the_sweep,
       .recorded = Recorded::fixed,
       .type = Of::pairs(&SweepOptions::prior),
       .is_in_all_records = false},
      {.name = "warm-start",
       .value = "DIR",
       .help = "tpe, gp: learn from the trials of another sweep, too, as far as they fit this search space. "
               "May be repeated",
       .group = OptionGroup::search,
       .commands = of_the_sweep,
       .recorded = Recorded::fixed,
       .type = warm_start(),
       .is_in_all_records = false},
  };
}

}  // namespace sibyl
