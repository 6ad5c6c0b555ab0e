#include "cli/options/options.hpp"

#include <charconv>
#include <map>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/find_kind.hpp"
#include "base/nearest.hpp"
#include "cli/options/option_list.hpp"
#include "core/samplers/registry.hpp"
#include "core/schedulers/registry.hpp"
#include "sibyl/error.hpp"
#include "sibyl/faults.hpp"

namespace sibyl {

namespace {

// More than these is a slip of the finger, and would cost time or memory before anyone notices.
constexpr int max_epochs = 1'000'000'000;
constexpr int max_iterations = 1'000'000'000;
constexpr std::int64_t max_trials = 1'000'000'000;
constexpr int max_executions = 1000;
constexpr int max_threads = 4096;
constexpr int max_planned_workers = 100'000;
constexpr int max_shown = 1'000'000;
constexpr double max_epoch_seconds = 1e9;  // seconds

std::vector<std::string> names_of(const std::map<std::string, Command>& commands) {
  std::vector<std::string> names{"submit"};
  for (const auto& [name, command] : commands) names.push_back(name);
  return names;
}

}  // namespace

Options parse_options(int argc, char** argv) {
  Options options;
  const std::string job = std::filesystem::path(argv[0]).filename();
  const cxxopts::ParseResult given = parse(option_list(job), argc, argv, "; see " + job + " --help");
  for (const auto& each : given.arguments()) options.typed.insert(each.key());
  if (given.count("help")) options.command = Command::help;
  if (given.count("version")) options.command = Command::version;

  std::vector<std::string> words;
  if (given.count("words")) words = given["words"].as<std::vector<std::string>>();
  const std::map<std::string, Command> commands = {
      {"search", Command::search},   {"space", Command::space},         {"plan", Command::plan},
      {"summary", Command::summary}, {"status", Command::status},       {"rebuild", Command::rebuild},
      {"retrain", Command::retrain}, {"export", Command::export_model}, {"help", Command::help}};
  if (!words.empty()) {
    const auto command = commands.find(words[0]);
    if (command == commands.end())
      throw UsageError(
          "'" + words[0] + "' is no command" + did_you_mean(words[0], names_of(commands)) +
          ": there are search (the default), space, plan, summary, status, rebuild, submit, retrain, export");
    if (options.command == Command::search) options.command = command->second;
    words.erase(words.begin());
  }
  std::string directory = "runs/" + job;
  read(given, "output", directory);
  const bool takes_directory = options.command == Command::summary || options.command == Command::status ||
                               options.command == Command::rebuild || options.command == Command::retrain ||
                               options.command == Command::export_model;
  if (options.command == Command::status) options.directories.assign(words.begin(), words.end());
  if (takes_directory && !words.empty()) {
    directory = words[0];
    words.erase(words.begin(), options.command == Command::status ? words.end() : words.begin() + 1);
  }
  if (!words.empty()) throw UsageError("'" + words[0] + "' is one word too many; see " + job + " --help");
  options.directory = directory;

  SweepOptions& sweep = options.sweep;
  options.resume = given.count("resume") > 0;
  options.overwrite = given.count("overwrite") > 0;
  options.dry_run = given.count("dry-run") > 0;
  if (options.resume && options.overwrite) throw UsageError("--resume and --overwrite exclude each other");
  read<std::uint64_t>(given, "seed", 0, sweep.seed);
  read(given, "sampler", sweep.sampler);
  read(given, "scheduler", sweep.scheduler);
  check_word("sampler", sweep.sampler, names_of(sampler_kinds()));
  check_word("scheduler", sweep.scheduler, names_of(scheduler_kinds()));
  read<std::int64_t>(given, "max-trials", 1, sweep.max_trials, max_trials);
  if (sweep.max_trials == 0) sweep.max_trials = scheduler_kind(sweep.scheduler).default_max_trials;
  read(given, "max-epochs", 1, sweep.max_epochs, max_epochs);
  read(given, "eta", 2, sweep.eta);
  read(given, "iterations", 1, sweep.iterations, max_iterations);
  read(given, "objective", sweep.objective);
  read(given, "executions-per-trial", 1, sweep.executions_per_trial, max_executions);
  read(given, "patience", 0, sweep.patience);
  read(given, "min-delta", 0.0, sweep.min_delta);
  read(given, "max-retries", 0, sweep.max_retries);
  read(given, "max-consecutive-failures", 0, sweep.max_consecutive_failures);
  sweep.deterministic = given.count("deterministic") > 0;
  if (given.count("inject")) {
    sweep.inject = given["inject"].as<std::vector<std::string>>();
    Faults faults;
    for (const std::string& each : sweep.inject) faults.add(each);  // says what is wrong with it
  }
  if (given.count("set")) {
    for (const auto& pair : given["set"].as<std::vector<std::string>>()) {
      const auto equals = pair.find('=');
      if (equals == std::string::npos || equals == 0)
        throw UsageError("--set takes NAME=VALUE, not '" + pair + "'");
      sweep.set[pair.substr(0, equals)] = pair.substr(equals + 1);
    }
  }
  std::string time;
  read(given, "time-limit", time);
  if (!time.empty()) options.time_limit = parse_duration("time-limit", time);
  std::string every;
  read(given, "checkpoint-every", every);
  if (every.ends_with("epochs") || every.ends_with("epoch")) {
    const std::string count = every.substr(0, every.find("epoch"));
    const auto [end, error] =
        std::from_chars(count.data(), count.data() + count.size(), options.checkpoint_epochs);
    if (error != std::errc() || end != count.data() + count.size() || options.checkpoint_epochs < 1)
      throw UsageError(
          "--checkpoint-every takes a time such as 5m, or a number of epochs such as 2epochs, not '" + every +
          "'");
  } else if (!every.empty()) {
    options.checkpoint_seconds = parse_duration("checkpoint-every", every);
  }
  std::string isolation = "process";
  read(given, "isolation", isolation);
  check_word("isolation", isolation, {"process", "none"});
  options.isolated = isolation == "process";
  std::string timeout;
  read(given, "trial-timeout", timeout);
  if (!timeout.empty()) options.trial_timeout = parse_duration("trial-timeout", timeout);
  read<std::int64_t>(given, "trainer-trials", 0, options.trainer_trials);
  std::string growth;
  read(given, "trainer-growth", growth);
  if (!growth.empty()) options.memory_growth = parse_size("trainer-growth", growth);
  read(given, "device", options.device);
  check_word("device", options.device, {"auto", "cpu", "cuda"});
  read(given, "workers-per-gpu", 1, options.workers_per_gpu);
  read(given, "threads", 1, sweep.threads, max_threads);
  read(given, "data", sweep.data);
  read(given, "workers", 1, options.workers, max_planned_workers);
  read(given, "epoch-seconds", 0.0, options.epoch_seconds, max_epoch_seconds);
  read(given, "top", 1, options.top, max_shown);
  options.json = given.count("json") > 0;
  read<std::int64_t>(given, "trial", 0, options.trial);
  std::string to;
  read(given, "to", to);
  options.to = to;
  if (options.trial >= 0 && options.top > 0) throw UsageError("--trial and --top exclude each other");
  if (!to.empty() && options.top > 1) throw UsageError("--to is one file, for one trial: leave --top out");
  read(given, "keep-best", 0, options.keep_best, max_shown);
  options.tensorboard = given.count("tensorboard") > 0;
  return options;
}

std::string every_option(const Options& options) {
  auto all = nlohmann::ordered_json::parse(to_json(options.sweep));
  all.update({{"output", options.directory.string()},
              {"time-limit", options.time_limit},
              {"checkpoint-seconds", options.checkpoint_seconds},
              {"checkpoint-epochs", options.checkpoint_epochs},
              {"keep-best", options.keep_best},
              {"tensorboard", options.tensorboard},
              {"device", options.device},
              {"workers-per-gpu", options.workers_per_gpu},
              {"isolation", options.isolated ? "process" : "none"},
              {"trial-timeout", options.trial_timeout},
              {"trainer-trials", options.trainer_trials},
              {"trainer-growth", options.memory_growth}});
  return all.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Options with_recorded(Options options, const std::string& recorded) {
  options.sweep = with_recorded(sweep_options_from_json(recorded), options.sweep, options.typed);
  const auto there = nlohmann::json::parse(recorded);
  const auto take = [&](const char* name, const char* option, auto& value) {
    if (!options.typed.contains(option) && there.contains(name)) there.at(name).get_to(value);
  };
  take("checkpoint-seconds", "checkpoint-every", options.checkpoint_seconds);
  take("checkpoint-epochs", "checkpoint-every", options.checkpoint_epochs);
  take("keep-best", "keep-best", options.keep_best);
  take("tensorboard", "tensorboard", options.tensorboard);
  take("device", "device", options.device);
  take("workers-per-gpu", "workers-per-gpu", options.workers_per_gpu);
  take("trial-timeout", "trial-timeout", options.trial_timeout);
  return options;
}

}  // namespace sibyl
