#include "external/program_job.hpp"

#include <cstdlib>

#include "external/describe_program.hpp"
#include "external/program/program_file.hpp"
#include "external/program/program_words.hpp"
#include "external/space/space_file.hpp"
#include "external/trial/program_trainer.hpp"
#include "external/trial/trial_folder.hpp"
#include "sibyl/error.hpp"

namespace sibyl {

namespace {

class ProgramJob : public Job {
 public:
  bool has_folds() const override { return true; }
  void take(const Program& program) override {
    if (is_known_) return;
    require_program(program.command);
    if (program.keep_alive && names_a_trial(program.command))
      throw UsageError(
          "--keep-alive: one process trains many trials, so no value of a single trial can stand in its command line");
    program_ = program;
    if (program.space.empty()) {
      description_ = describe_program(program);
    } else {
      SpaceFile file = read_space(program.space, "--space");
      description_ = {std::move(file.space), file.objective};
    }
    check_placeholders(program.command, description_.space.names());
    is_known_ = true;
  }

  Objective objective() const override {
    if (description_.objective) return *description_.objective;
    throw UsageError(
        "what is to be improved? Say it with --objective NAME:min or NAME:max, as \"objective\" of the space, or in the program");
  }
  SearchSpace search_space() override { return description_.space; }
  std::unique_ptr<Trainer> make_trainer(const TrainerOptions& options) override {
    return std::make_unique<ProgramTrainer>(options);
  }
  ExportedModel export_model(const Suggestion& suggestion, const TrainerOptions& options, Weights,
                             const std::filesystem::path& file) override {
    const auto checkpoint = TrialFolder(options, suggestion.slot.trial, 0).checkpoint();
    if (!checkpoint)
      throw Error("trial " + std::to_string(suggestion.slot.trial) +
                  " has no checkpoint: its program has kept none");
    std::filesystem::copy(checkpoint->path, file, std::filesystem::copy_options::recursive);
    return {.epoch = checkpoint->epoch, .description = {}};
  }
  WorkerJoined describe_worker(const TrainerOptions& options) override {
    return ProgramTrainer(options).describe();
  }
  std::map<std::string, std::string> versions() const override {
    std::map<std::string, std::string> all;
    for (const auto& [file, hash] : program_versions(program_.command)) all["program " + file] = hash;
    return all;
  }

 private:
  Program program_;
  ProgramDescription description_;
  bool is_known_ = false;
};

}  // namespace

std::unique_ptr<Job> make_program_job() {
  return std::make_unique<ProgramJob>();
}

}  // namespace sibyl
