#pragma once

#include "base/archive.hpp"
#include "core/events.hpp"
#include "sibyl/job.hpp"

// The fields of what is written to the journal and sent between processes; see base/archive.hpp. A new field
// stands anywhere in its struct's list, in `since` with the version that brings it (core/codec.hpp). One that
// goes or changes its type stays in the list, for the versions that have it.
namespace sibyl {

// What version 2 brought is there if anything is left of the record: version 1's journals were gone on with
// by later programs, and part of it came when version 2 was there already.

// clang-format off
void fields(auto& io, auto& x, const IntRange*) { io(x.min, x.max, x.step, x.sampling); }
void fields(auto& io, auto& x, const FloatRange*) { io(x.min, x.max, x.step, x.sampling); }
void fields(auto& io, auto& x, const Choices*) { io(x.values, x.ordered); }
void fields(auto& io, auto& x, const Condition*) { io(x.parent, x.values); }
void fields(auto& io, auto& x, const Hyperparameter*) { io(x.name, x.domain, x.default_value, x.conditions); io.since(7, x.may_change); }
void fields(auto& io, auto& x, const Slot*) { io(x.trial, x.iteration, x.bracket, x.rung, x.first_epoch, x.last_epoch); }
void fields(auto& io, auto& x, const Origin*) { io(x.sampler, x.expected_mean, x.expected_deviation); io.since(6, x.expected_epoch); }
void fields(auto& io, auto& x, const Suggestion*) { io(x.slot, x.hyperparameters, x.executions, x.attempt); io.since(4, x.parent); io.since(5, x.origin); }
void fields(auto& io, auto& x, const Metric*) { io(x.name, x.value); }
void fields(auto& io, auto& x, const SweepOpened*) { io(x.time, x.job, x.command_line, x.options, x.versions, x.seed, x.metric, x.maximize, x.space); io.since(3, x.asks, x.configurations); }
void fields(auto& io, auto& x, const WorkerJoined*) { io(x.time, x.worker, x.host, x.device, x.device_name, x.uuid, x.threads, x.pid, x.warning); io.may_end_before(2, x.data); io.since(3, x.platform, x.data_parts); }
void fields(auto& io, auto& x, const TrialStarted*) { io(x.time, x.worker, x.suggestion); }
void fields(auto& io, auto& x, const HyperparametersFound*) { io(x.trial, x.attempt, x.hyperparameters, x.values); }
void fields(auto& io, auto& x, const EpochReported*) { io(x.trial, x.attempt, x.execution, x.epoch, x.started, x.seconds, x.worker, x.metrics); io.since(8, x.validation_seconds, x.samples, x.notes); io.since(9, x.waiting_seconds); }
void fields(auto& io, auto& x, const TrialFacts*) { io(x.parameters, x.host_memory, x.device_memory, x.checkpoint_bytes); }
void fields(auto& io, auto& x, const TrialEnded*) { io(x.time, x.trial, x.attempt, x.worker, x.ending, x.cause, x.message, x.seconds); io.may_end_before(2, x.detail, x.output); io.since(8, x.facts, x.notes); }
void fields(auto& io, auto& x, const SweepClosed*) { io(x.time, x.reason); }
void fields(auto& io, auto& x, const SweepStopped*) { io(x.time, x.reason); io.since(4, x.end); }
void fields(auto& io, auto& x, const Stoppers*) { io(x.target, x.epochs, x.seconds, x.trials_without_improvement); }
void fields(auto& io, auto& x, const SweepResumed*) { io(x.time, x.command_line, x.max_trials, x.iterations); io.since(7, x.stoppers); }
void fields(auto& io, auto& x, const WorkerLeft*) { io(x.time, x.worker, x.reason); }
void fields(auto& io, auto& x, const SweepLaunched*) { io(x.time, x.host, x.launcher, x.ranks, x.slurm_job, x.slurm_restarts); io.since(3, x.command, x.options, x.versions); io.since(8, x.executable, x.source, x.directory_source, x.environment); }
void fields(auto& io, auto& x, const DataPart*) { io(x.name, x.shape, x.type, x.hash, x.mean, x.trend); }
void fields(auto& io, auto& x, const DataDescribed*) { io(x.time, x.path, x.parts); }
void fields(auto& io, auto& x, const Objective*) { io(x.metric, x.direction); }
void fields(auto& io, auto& x, const Program*) { io(x.space, x.command, x.keep_alive); }
void fields(auto& io, auto& x, const TrainerOptions*) {
  io(x.seed, x.launch, x.worker, x.objective, x.patience, x.min_delta, x.data, x.checkpoints, x.checkpoint_seconds, x.checkpoint_epochs,
     x.device, x.threads, x.local_worker, x.local_workers, x.deterministic, x.faults, x.max_epochs, x.recorded_data, x.cuda_graphs,
     x.program, x.trial_timeout, x.folds, x.private_data, x.monitor, x.start_from_epoch, x.data_placement,
     x.loader_threads, x.max_bad_samples);
}
// clang-format on
inline void fields(Writer& out, const Faults& faults, const Faults*) {
  out(faults.texts());
}
inline void fields(Reader& in, Faults& faults, const Faults*) {
  std::vector<std::string> texts;
  in(texts);
  for (const std::string& text : texts) faults.add(text);
}
inline void fields(Writer& out, const Values& values, const Values*) {
  out(static_cast<std::uint32_t>(values.size()));
  for (const auto& [name, value] : values) out(name, value);
}
inline void fields(Reader& in, Values& values, const Values*) {
  std::uint32_t left = 0;
  for (in(left); left > 0; --left) {
    std::string name;
    in(name);
    in(values[name]);
  }
}
inline void fields(Writer& out, const SearchSpace& space, const SearchSpace*) {
  out(space.hyperparameters());
}
inline void fields(Reader& in, SearchSpace& space, const SearchSpace*) {
  std::vector<Hyperparameter> hyperparameters;
  in(hyperparameters);
  for (Hyperparameter& hyperparameter : hyperparameters) space.add(std::move(hyperparameter));
}

}  // namespace sibyl
