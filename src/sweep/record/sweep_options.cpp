#include "sweep/record/sweep_options.hpp"

#include <nlohmann/json.hpp>

#include "core/samplers/registry.hpp"

namespace sibyl {

namespace {

nlohmann::ordered_json as_json(const SweepOptions& options) {
  return {{"seed", options.seed},
          {"sampler", options.sampler},
          {"scheduler", options.scheduler},
          {"max-trials", options.max_trials},
          {"max-epochs", options.max_epochs},
          {"eta", options.eta},
          {"iterations", options.iterations},
          {"objective", options.objective},
          {"executions-per-trial", options.executions_per_trial},
          {"patience", options.patience},
          {"min-delta", options.min_delta},
          {"max-retries", options.max_retries},
          {"max-consecutive-failures", options.max_consecutive_failures},
          {"deterministic", options.deterministic},
          {"set", options.set},
          {"inject", options.inject},
          {"threads", options.threads},
          {"data", options.data}};
}

bool same_objective(const std::string& there, const std::string& here) {
  return there.empty() || here.empty() || Objective::parse(there) == Objective::parse(here);
}

// As people would say it.
std::string said(const std::string& name, const nlohmann::ordered_json& value) {
  if (name == "max-trials" && value == 0) return "the plan";
  if (value.is_string()) return value.get<std::string>();
  return value.dump();
}

std::vector<std::string> differences_of_settings(const nlohmann::ordered_json& there,
                                                 const nlohmann::ordered_json& here) {
  std::vector<std::string> lines;
  const auto add = [&](const std::string& name) {
    const std::string before = there.value(name, "not set"), now = here.value(name, "not set");
    if (before != now) lines.push_back("--set " + name + ": " + before + " there, " + now + " here");
  };
  for (const auto& each : there.items()) add(each.key());
  for (const auto& each : here.items())
    if (!there.contains(each.key())) add(each.key());
  return lines;
}

}  // namespace

std::string to_json(const SweepOptions& options) {
  return as_json(options).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

namespace {

SweepOptions from(const nlohmann::ordered_json& json) {
  SweepOptions options;
  json.at("seed").get_to(options.seed);
  json.at("sampler").get_to(options.sampler);
  json.at("scheduler").get_to(options.scheduler);
  json.at("max-trials").get_to(options.max_trials);
  json.at("max-epochs").get_to(options.max_epochs);
  json.at("eta").get_to(options.eta);
  json.at("iterations").get_to(options.iterations);
  json.at("objective").get_to(options.objective);
  json.at("executions-per-trial").get_to(options.executions_per_trial);
  json.at("patience").get_to(options.patience);
  json.at("min-delta").get_to(options.min_delta);
  json.at("max-retries").get_to(options.max_retries);
  json.at("max-consecutive-failures").get_to(options.max_consecutive_failures);
  json.at("deterministic").get_to(options.deterministic);
  json.at("set").get_to(options.set);
  // Not in all journals:
  options.inject = json.value("inject", options.inject);
  options.threads = json.value("threads", options.threads);
  options.data = json.value("data", options.data);
  return options;
}

}  // namespace

SweepOptions sweep_options_from_json(const std::string& text) {
  return from(nlohmann::ordered_json::parse(text));
}

SweepOptions with_recorded(const SweepOptions& recorded, const SweepOptions& typed,
                           const std::set<std::string>& names) {
  auto merged = as_json(recorded);
  const auto given = as_json(typed);
  for (const auto& [name, value] : given.items()) {
    if (!names.contains(name)) continue;
    if (name == "set")
      merged[name].update(value);
    else
      merged[name] = value;
  }
  return from(merged);
}

std::vector<std::string> differences(const SweepOptions& there, const SweepOptions& here) {
  std::vector<std::string> lines;
  const auto recorded = as_json(there), given = as_json(here);
  for (const auto& [name, value] : recorded.items()) {
    const auto& now = given.at(name);
    if (name == "set") {
      const auto settings = differences_of_settings(value, now);
      lines.insert(lines.end(), settings.begin(), settings.end());
      continue;
    }
    const bool more_trials = name == "max-trials" && value != 0 && (now == 0 || now >= value);  // 0: no limit
    const bool extends = more_trials || (name == "iterations" && now >= value);
    const bool defines_no_trial = name == "max-consecutive-failures" || name == "data";
    const bool not_recorded = name == "threads" && (value == 0 || now == 0);
    const bool same = name == "objective" && same_objective(there.objective, here.objective);
    if (now == value || extends || defines_no_trial || not_recorded || same) continue;
    lines.push_back("--" + name + ": " + said(name, value) + " there, " + said(name, now) + " here");
  }
  return lines;
}

SchedulerSettings scheduler_settings(const SweepOptions& options) {
  return {options.max_trials, options.max_epochs, options.eta, options.iterations};
}

std::string no_search(const SweepOptions& options) {
  return scheduler_kind(options.scheduler).no_search(scheduler_settings(options));
}

Oracle make_oracle(const SweepOptions& options, const SearchSpace& space, const Objective& objective,
                   std::unique_ptr<Sampler> sampler) {
  // Also where a sampler is given: no sweep is replayed by another sampler or scheduler than its own.
  const SamplerKind& kind = sampler_kind(options.sampler);
  if (!sampler) sampler = kind.make(space, options.seed);
  auto scheduler = scheduler_kind(options.scheduler).make(scheduler_settings(options), objective);
  return Oracle(space,
                {objective, options.max_trials, options.executions_per_trial, options.max_retries,
                 options.max_consecutive_failures},
                std::move(sampler), std::move(scheduler));
}

}  // namespace sibyl
