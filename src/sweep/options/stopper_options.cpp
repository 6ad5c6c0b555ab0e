#include "sweep/options/option_rows.hpp"

#include <cmath>

#include "sweep/options/option_types.hpp"

namespace sibyl {

namespace {

using OfStoppers = OptionTypes<Stoppers>;

constexpr const char* none = "none";

void read_target(Stoppers& stoppers, const std::string& option, const std::string& text) {
  const auto value = text == none ? std::nan("") : read_number<double>(text);
  if (!value || std::isinf(*value) || (std::isnan(*value) && text != none))
    throw UsageError("--" + option + " takes a score such as 0.95, or the word none, not '" + text + "'");
  stoppers.target = *value;
}

// A number, or the word that takes it back at a resume; recorded as that text, since JSON has no NaN.
OptionType<Stoppers> target() {
  OptionType<Stoppers> type;
  type.read = read_target;
  type.shown = [](const Stoppers& stoppers) {
    return std::isnan(stoppers.target) ? std::string(none) : to_text(stoppers.target);
  };
  type.fields = {{"", type.shown, [](Stoppers& stoppers, const OptionValue& value) {
                    read_target(stoppers, "target", value_as<std::string>(value));
                  }}};
  return type;
}

// 0 takes it back at a resume.
OptionType<Stoppers> seconds() {
  OptionType<Stoppers> type = OfStoppers::duration(&Stoppers::seconds);
  type.read = [](Stoppers& stoppers, const std::string& option, const std::string& text) {
    stoppers.seconds = text == "0" ? 0 : parse_duration(option, text);
  };
  return type;
}

OptionTable<Stoppers> rows() {
  return {
      {.name = "target",
       .value = "SCORE",
       .help = "End the sweep for good once a trial reaches this score of the objective",
       .type = target()},
      {.name = "budget-epochs",
       .value = "N",
       .help = "End it for good once so many epochs are trained, of all trials and executions; 0: never",
       .type = OfStoppers::number(&Stoppers::epochs, 0)},
      {.name = "budget-time",
       .value = "TIME",
       .help = "End it for good once all its launches together have lasted so long; 0: never",
       .default_help = "0",
       .type = seconds()},
      {.name = "stop-without-improvement",
       .value = "N",
       .help = "End it for good once so many trials after the best one, by their numbers, were no better; 0: "
               "never. Of these four only this one decides the same on any number of workers, but for the "
               "trials that are begun meanwhile",
       .type = OfStoppers::number(&Stoppers::trials_without_improvement, 0)},
  };
}

}  // namespace

OptionTable<SweepOptions> stopper_options() {
  OptionTable<SweepOptions> all;
  for (const Option<Stoppers>& row : rows()) {
    all.push_back(as_part(&SweepOptions::stoppers, row));
    all.back().group = OptionGroup::search;
    all.back().commands = {Command::search, Command::space, Command::plan};
    all.back().recorded = Recorded::kept;
  }
  return all;
}

}  // namespace sibyl
