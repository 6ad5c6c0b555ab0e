#pragma once

#include <signal.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sibyl/job.hpp"

namespace sibyl {

/// Signals that tell a rank to stop; a trainer process ignores them from its first moment (they are blocked
/// when it is started).
sigset_t signals_of_the_rank();

/// Where a trainer process finds its end of the socket pair.
constexpr int trainer_descriptor = 3;

/// Throws UsageError when no rank started this process. `command`: what people would have typed.
void require_a_rank(const std::string& command);
/// Makes this process a rank's own: it dies with the rank, leaves signals to it, is called `name` in `ps`,
/// and goes before the rank when memory runs out. `rank`: its process id; `badness`: up to 1000, who goes
/// first.
void begin_child(const char* rank, const char* name, int badness);

/// The command line of a trainer process of this program: what `ps` shows. `name` is the job's.
std::vector<std::string> trainer_arguments(const std::string& name, int worker);
/// Is this a trainer process's command line?
bool is_trainer(int argc, char** argv);

/// The life of a trainer process: makes its trainer, trains what its rank sends, until the rank is gone. Exit
/// code. Throws UsageError when no rank started this process.
int serve_trainer(char** argv,
                  const std::function<std::unique_ptr<Trainer>(const TrainerOptions&)>& make_trainer);

}  // namespace sibyl
