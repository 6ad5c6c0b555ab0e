#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sibyl/job.hpp"

namespace sibyl {

// Between rank 0 and its builder process, over a socket pair, with the messages of a trainer (protocol.hpp).
//
//   rank -> builder    TrainerOptions         get ready; of these the seed matters
//   builder -> rank    WorkerJoined           ready                 (or Broken: it can't begin, and why)
//   rank -> builder    Suggestion             which configuration do these hyperparameters of this trial
//                                             make? Its attempt says which redraw they are of
//   builder -> rank    HyperparametersFound   that one               (or Broken: it can't be found out)

/// The command line of a builder process of this program: what `ps` shows. `name` is the job's.
std::vector<std::string> builder_arguments(const std::string& name);
bool is_builder(int argc, char** argv);

/// The life of a builder process: answers what rank 0 asks, until the rank is gone. Exit code. Throws
/// UsageError when no rank started this process.
int serve_builder(char** argv, const std::function<std::unique_ptr<Job>()>& make_job);

}  // namespace sibyl
