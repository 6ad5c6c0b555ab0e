// Where an execution goes on from, and what it leaves to go on from.
#include <filesystem>

#include "base/text.hpp"
#include "train/loop/execution.hpp"
#include "train/loop/failure.hpp"

namespace sibyl {

void Execution::restore() {
  std::string note;
  std::optional<Checkpoint> checkpoint;
  if (!options_.checkpoints.empty()) {
    const auto path = checkpoint_path(options_.checkpoints, trial(), execution_);
    checkpoint = Checkpoint::read(path, owner(), device_, note);
    const bool is_missing = !checkpoint && !std::filesystem::exists(path);
    if (is_missing && suggestion_.slot.first_epoch == 0) note.clear();
    if (is_missing && suggestion_.parent >= 0 && take_over_parent(note)) return;
  } else if (suggestion_.slot.first_epoch > 0) {
    note = "no checkpoints are kept";
  }
  if (!checkpoint) return warn(note.empty() ? note : note + ": trained again from the start");
  checkpoint->restore(state());
  progress_ = checkpoint->progress();
  for (const auto& [name, value] : progress_.notes) reports_.note(name, value);
  early_stopping_.restore(progress_.early_stopping);
  if (progress_.epoch < suggestion_.slot.first_epoch && !progress_.stopped) {
    note = "the checkpoint is of epoch " + std::to_string(progress_.epoch) + ": trained on from there";
  }
  warn(note);
}

bool Execution::take_over_parent(std::string& note) {
  const CheckpointOwner parent{
      .seed = seed(), .trial = suggestion_.parent, .execution = execution_, .hyperparameters = {}};
  const auto path = checkpoint_path(options_.checkpoints, suggestion_.parent, execution_);
  auto checkpoint = Checkpoint::read(path, parent, device_, note);
  if (!checkpoint) return false;
  const TrainingProgress& progress = checkpoint->progress();
  if (progress.epoch != suggestion_.slot.first_epoch || progress.part) {
    note = "the checkpoint " + path.string() + " is not of epoch " +
           std::to_string(suggestion_.slot.first_epoch);
    return false;
  }
  checkpoint->hand_down(state());
  progress_.epoch = progress.epoch;
  progress_.history = progress.history;
  return true;
}

TrialFacts Execution::facts() const {
  TrialFacts facts{.parameters = parameters_};
  if (options_.checkpoints.empty()) return facts;
  std::error_code missing;
  const auto bytes =
      std::filesystem::file_size(checkpoint_path(options_.checkpoints, trial(), execution_), missing);
  if (!missing) facts.checkpoint_bytes = static_cast<std::int64_t>(bytes);
  return facts;
}

void Execution::require_begun() const {
  if (!progress_.part) return;
  throw Error(
      "The trial's checkpoint was made within epoch " + std::to_string(progress_.epoch + 1) +
      ", but fit() has not asked begin_epoch() where to go on: was the job changed? Start a new sweep, or undo the change.");
}

void Execution::save() {
  if (options_.checkpoints.empty()) return;
  const double began = now();
  seconds_before_ += began - going_since_;  // an epoch's time is its training's
  if (progress_.part) progress_.part->seconds = seconds_before_;
  try {
    write_checkpoint(checkpoint_path(options_.checkpoints, trial(), execution_), owner(), progress_, state());
  } catch (const Error&) {  // the disk; what LibTorch throws comes from the job's own modules or optimizer
    throw WorkerFailure{std::current_exception()};
  }
  going_since_ = now();
  timer_.saved(began, going_since_);
}

void Execution::save_within_epoch(std::int64_t step, const Keep& keep) {
  require_begun();
  if (options_.checkpoints.empty()) return;
  progress_.part = {.place = {.step = step, .kept = keep()},
                    .started = epoch_started_,
                    .training_seconds = training_seconds_};
  save();
  progress_.part.reset();
}

CheckpointOwner Execution::owner() const {
  return {.seed = seed(), .trial = trial(), .execution = execution_, .hyperparameters = hp_.values()};
}

TrainingState Execution::state() {
  return {.model = *model_, .optimizer = *optimizer_, .device = device_, .best = best_, .average = average_};
}

}  // namespace sibyl
