#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "external/trial/trial_folder.hpp"
#include "sibyl/job.hpp"

namespace sibyl {

/// What a program is told of the work that it is started for, in words and in the environment.
struct ProgramTask {
  const TrainerOptions& options;
  const Suggestion& suggestion;
  int execution = 0;
  const TrialFolder& folder;
  std::string visible_devices;  ///< CUDA_VISIBLE_DEVICES; "-": as it is
};

/// A seed for the program's random numbers: the same whenever this execution is trained, and no other's.
std::int64_t program_seed(const TrainerOptions& options, TrialId trial, int execution);
/// Which fold it is to validate with, from 0.
int fold_of(const TrainerOptions& options, int execution);

/// The program's command line: {NAME} is the value of that hyperparameter, or of what else there is ({trial},
/// {seed}, {epochs}, {execution}, {fold}, {folds}, {threads}, {data}, {folder}); {{NAME}} is {NAME}; the word
/// {} is
/// --NAME VALUE of each hyperparameter. A word with the name of a hyperparameter that the trial does not have
/// is left out, with the option before it.
std::vector<std::string> program_command(const ProgramTask& task);

/// Throws UsageError for a placeholder that is none of these. `names`: the space's hyperparameters.
void check_placeholders(const std::vector<std::string>& command, const std::vector<std::string>& names);
/// Does a hyperparameter, or something else of a single trial, stand in the command line?
bool names_a_trial(const std::vector<std::string>& command);

/// The program's environment: this process's own, without what is MPI's, and SIBYL_...
std::vector<std::string> program_environment(const ProgramTask& task);
/// The same without a task, for a program that is to say which hyperparameters it has.
std::vector<std::string> describing_environment();

}  // namespace sibyl
