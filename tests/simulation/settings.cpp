#include "simulation/settings.hpp"

#include <set>

#include "core/samplers/registry.hpp"
#include "sweep/options/auto_sampler.hpp"
#include "sweep/options/option_types.hpp"

namespace sibyl::simulation {

namespace {

using Of = OptionTypes<Settings>;

constexpr int max_workers = 1'000'000;
constexpr int max_seeds = 100'000;

OptionTable<Settings> own_options() {
  return {
      {.name = "workers",
       .value = "N",
       .help = "So many",
       .type = Of::number(&Settings::workers, 1, max_workers)},
      {.name = "table",
       .value = "FILE",
       .help =
           "Learning curves: a CSV, or CSV.gz, of config_id, eight hyperparameters, e0, e1, ... (else a formula's)",
       .type = Of::text(&Settings::table)},
      {.name = "stragglers",
       .value = "SIGMA",
       .help = "Workers are slower and faster from slot to slot, by lognormal factors",
       .type = Of::number(&Settings::stragglers, 0, 10)},
      {.name = "costs",
       .value = "SIGMA",
       .help = "Epochs of different trials take different times, by lognormal factors",
       .type = Of::number(&Settings::costs, 0, 10)},
      {.name = "failures",
       .value = "SHARE",
       .help = "So many of the trials fail, in some epoch",
       .type = Of::number(&Settings::failures, 0, 1)},
      {.name = "dispatch",
       .value = "EPOCHS",
       .help = "What passes until a slot's first step",
       .type = Of::number(&Settings::dispatch, 0)},
      {.name = "checkpoint",
       .value = "EPOCHS",
       .help = "What it takes to save a checkpoint, or to load one",
       .type = Of::number(&Settings::checkpoint, 0)},
      {.name = "event",
       .value = "EPOCHS",
       .help = "What the oracle takes for an event",
       .type = Of::number(&Settings::event, 0)},
      {.name = "barrier",
       .help = "Hyperband with a strict barrier after each rung, instead of --scheduler",
       .type = Of::flag(&Settings::barrier)},
      {.name = "quick", .help = "Only a slot's last epoch is reported", .type = Of::flag(&Settings::quick)},
      {.name = "seeds",
       .value = "N",
       .help = "So many sweeps, with --seed and those after it",
       .type = Of::number(&Settings::seeds, 1, max_seeds)},
      {.name = "format",
       .value = "NAME",
       .help =
           "text (quartiles over the seeds) | json (an object a seed) | csv (seed,epochs,seconds,regret: a "
           "row for each improvement)",
       .type = Of::word(&Settings::format, {"text", "json", "csv"})},
  };
}

// Of those of a sweep the ones that mean something where nothing is trained.
OptionTable<SweepOptions> sweep_options() {
  static const std::set<std::string> of_training{
      "objective", "space",   "program",  "keep-alive",   "warm-start",       "executions-per-trial",
      "folds",     "monitor", "patience", "min-delta",    "start-from-epoch", "max-bad-samples",
      "inject",    "threads", "data",     "deterministic"};
  OptionTable<SweepOptions> rows;
  for (const Option<SweepOptions>& row : sweep_option_table())
    if (!of_training.contains(row.name)) rows.push_back(row);
  return rows;
}

const OptionTable<Settings>& all_options() {
  static const OptionTable<Settings> table = [] {
    OptionTable<Settings> all = own_options();
    for (const Option<SweepOptions>& row : sweep_options()) all.push_back(as_part(&Settings::sweep, row));
    return all;
  }();
  return table;
}

const Option<Settings>& option(const std::string& name) {
  for (const Option<Settings>& row : all_options())
    if (row.name == name) return row;
  throw UsageError("there is no --" + name + "; see --help");
}

}  // namespace

std::string help() {
  std::string text =
      "Runs whole sweeps through the oracle in virtual time.\n\n  simulate [--NAME=VALUE | --NAME VALUE]...\n\n";
  for (const Option<Settings>& row : own_options()) {
    const std::string names = "  --" + row.name + " " + row.value;
    text += names + std::string(names.size() < 24 ? 24 - names.size() : 1, ' ') + row.help + '\n';
  }
  text += "\nand what a sweep takes:";
  for (const Option<SweepOptions>& row : sweep_options()) text += " --" + row.name;
  return text + '\n';
}

Settings parse_settings(int argc, char** argv) {
  Settings settings;
  settings.sweep.max_consecutive_failures = 0;
  for (int i = 1; i < argc; ++i) {
    std::string name = argv[i];
    if (!name.starts_with("--")) throw UsageError("'" + name + "' is no option; see --help");
    const std::size_t equals = name.find('=');
    std::string value = equals == std::string::npos ? "" : name.substr(equals + 1);
    name = name.substr(2, equals == std::string::npos ? equals : equals - 2);
    const Option<Settings>& row = option(name);
    if (equals == std::string::npos && row.type.is_flag) value = "true";
    if (equals == std::string::npos && !row.type.is_flag) {
      if (++i == argc) throw UsageError("--" + name + " takes a value");
      value = argv[i];
    }
    row.type.read(settings, name, value);
  }
  SweepOptions& sweep = settings.sweep;
  if (settings.barrier && sweep.sampler != "random") throw UsageError("--barrier is for --sampler random");
  const bool ends_by_itself = sweep.sampler != auto_sampler && sampler_kind(sweep.sampler).exhausts;
  if (sweep.max_trials == 0 && !ends_by_itself)
    sweep.max_trials = scheduler_kind(sweep.scheduler).default_max_trials;
  return settings;
}

}  // namespace sibyl::simulation
