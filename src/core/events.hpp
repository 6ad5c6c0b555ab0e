#pragma once

#include <map>
#include <string>
#include <variant>
#include <vector>

#include "core/stoppers.hpp"
#include "core/sweep_end.hpp"
#include "sibyl/reports.hpp"

namespace sibyl {

// What happens in a sweep. The journal is a list of these, in the order in which the oracle was told; told
// again, they bring back its exact state. Times are seconds since 1970.

/// A sweep began. The options stand as JSON so that a reader needs none of our code.
struct SweepOpened {
  double time = 0;
  std::string job;
  std::string command_line;
  std::string options;   ///< JSON object, resolved
  std::string versions;  ///< JSON object: sibyl, libtorch, mpi, hdf5
  std::uint64_t seed = 0;
  std::string metric;
  bool maximize = false;
  SearchSpace space;
  bool asks = false;  ///< its trials have what the job's questions (see Job) ask for, not all of the space
  std::uint64_t configurations = 0;  ///< how many there are, where it asks; 0: not known
};

/// A slot was given to a worker.
struct TrialStarted {
  double time = 0;
  int worker = 0;
  Suggestion suggestion;
};

/// The sweep came to its end (a stopped or killed one has no such event).
struct SweepClosed {
  double time = 0;
  std::string reason;
};

/// A launch ended before the sweep was finished: on request, given up or failed. It can be resumed.
struct SweepStopped {
  double time = 0;
  std::string reason;
  SweepEnd end = SweepEnd::stopped;
};

/// A sweep was taken up again, perhaps with more to do.
struct SweepResumed {
  double time = 0;
  std::string command_line;
  std::int64_t max_trials = 0;
  int iterations = 1;
  Stoppers stoppers = {};
};

/// A rank gets no more work in this start of the sweep: it died, its device failed, or it never could train.
struct WorkerLeft {
  double time = 0;
  int worker = 0;
  std::string reason;
};

/// Where and by whom the sweep was started, or taken up again: the rest of the SweepOpened or SweepResumed
/// before.
struct SweepLaunched {
  double time = 0;
  std::string host = {};      ///< of rank 0
  std::string launcher = {};  ///< "mpirun", "srun"; empty: none
  int ranks = 1;
  std::string slurm_job = {};   ///< "4711", of an array "4711_3"; empty outside Slurm
  int slurm_restarts = -1;      ///< how often Slurm had requeued that job before; -1 outside Slurm
  std::string command = {};     ///< the whole of it, with mpirun or srun, as a shell takes it
  std::string options = {};     ///< JSON object: every option of this start, resolved
  std::string versions = {};    ///< JSON object: as SweepOpened's
  std::string executable = {};  ///< XXH64 of the program, as hexadecimal digits
  std::string source = {};      ///< Git's name of the state that the job was built from; empty: none is known
  std::string directory_source = {};                    ///< the same of the directory where it was started
  std::map<std::string, std::string> environment = {};  ///< variables that decide how it runs
};

using Event =
    std::variant<SweepOpened, WorkerJoined, TrialStarted, HyperparametersFound, EpochReported, TrialEnded,
                 SweepClosed, SweepStopped, SweepResumed, WorkerLeft, SweepLaunched, DataDescribed>;

/// When it happened; NaN where an event does not say.
double time_of(const Event& event);

/// What the scheduler did with a trial at the end of a rung.
enum class RungDecision : std::uint8_t { promoted, stopped, completed, failed };
std::string_view to_string(RungDecision decision);

/// A row of /rungs.
struct RungResult {
  Slot slot;
  double score = 0;
  RungDecision decision = RungDecision::stopped;
};

/// What follows from an event; no event of its own, since a replay brings it back.
struct Consequences {
  std::vector<RungResult> decisions;
  std::vector<TrialId> cancelled;  ///< to be ended early, where they run
  /// From now on a worker without work waits for values of a new trial: to be chosen by results that are not
  /// in yet, or being chosen by a model.
  bool waits_for_sampler = false;
};

}  // namespace sibyl
