#include "external/trial/program_trainer.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <utility>

#include "external/program/program_file.hpp"
#include "external/space/space_file.hpp"
#include "external/trial/program_run.hpp"

namespace sibyl {

ProgramTrainer::ProgramTrainer(TrainerOptions options)
    : options_(std::move(options)),
      device_(
          choose_visible_device(options_, "/proc/driver/nvidia/gpus", std::getenv("CUDA_VISIBLE_DEVICES"))) {
  require_program(options_.program.command);
  if (!options_.program.space.empty()) score_ = read_space(options_.program.space, "--space").score;
}

WorkerJoined ProgramTrainer::describe() const {
  WorkerJoined joined;
  joined.device = device_.device;
  joined.device_name = device_.name;
  joined.uuid = device_.uuid;
  joined.threads = options_.threads;
  joined.warning = device_.warning;
  if (!device_.name.empty())
    joined.platform = {{device_.device == "cpu" ? "processor" : "GPU", device_.name}};
  return joined;
}

TrialEnded ProgramTrainer::train(const Suggestion& suggestion, Reporter& reporter) {
  const auto began = std::chrono::steady_clock::now();
  const ProgramSetting setting{options_, score_, device_.visible, device_.device == "cpu" ? "cpu" : "cuda"};
  Values values = suggestion.hyperparameters;
  TrialEnded ended;
  std::string reason;
  int stopped = 0;
  for (int execution = 0; execution < suggestion.executions; ++execution) {
    HyperParameters hp(values, options_.seed, suggestion.slot.trial);
    TrialEnded before = std::exchange(ended, {});
    ended = ProgramRun(setting, suggestion, execution, hp, reporter, kept_).run();
    ended.facts.parameters = std::max(ended.facts.parameters, before.facts.parameters);
    ended.facts.host_memory = std::max(ended.facts.host_memory, before.facts.host_memory);
    ended.facts.checkpoint_bytes += before.facts.checkpoint_bytes;
    before.notes.update(ended.notes);
    ended.notes = std::move(before.notes);
    values = hp.values();  // what the first execution found, the others have
    if (ended.ending == Ending::early_stopped) {
      ++stopped;
      reason = ended.message;
    } else if (ended.ending != Ending::reached) {
      break;
    }
  }
  // Those that were stopped early have their score; others are to go on.
  if (ended.ending == Ending::early_stopped || ended.ending == Ending::reached) {
    ended.ending = stopped == suggestion.executions ? Ending::early_stopped : Ending::reached;
    if (stopped > 0 && ended.message.empty()) ended.message = reason;
  }
  ended.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  return ended;
}

}  // namespace sibyl
