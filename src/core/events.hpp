#pragma once

#include <map>
#include <string>
#include <variant>
#include <vector>

#include "core/data_part.hpp"
#include "core/trial.hpp"

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

/// A rank reported for work. Several with the same number: one for each start of the sweep.
struct WorkerJoined {
  double time = 0;
  int worker = 0;  ///< its MPI rank; 1 where there is no mpirun
  std::string host;
  std::string device;  ///< "cpu", "cuda:0"
  std::string device_name;
  std::string uuid;  ///< of a CUDA device, else empty
  int threads = 1;
  std::int64_t pid = 0;
  std::string warning;    ///< something slow or odd about it, for people; empty if all is well
  std::string data = {};  ///< what it trains on, in lines for people; empty: as the others of its node
  /// What decides the last bits of a metric: "processor", "blas", "libtorch", ... with their names.
  std::map<std::string, std::string> platform = {};
  std::vector<DataPart> data_parts = {};  ///< what it trains on; empty: it does not say
};

/// A slot was given to a worker.
struct TrialStarted {
  double time = 0;
  int worker = 0;
  Suggestion suggestion;
};

/// `build` or `fit` asked for hyperparameters that the oracle had not given.
struct HyperparametersFound {
  TrialId trial = 0;
  int attempt = 0;
  std::vector<Hyperparameter> hyperparameters;
  Values values;
};

/// One epoch of one execution is done.
struct EpochReported {
  TrialId trial = 0;
  int attempt = 0;
  int execution = 0;
  int epoch = 0;  ///< from 1
  double started = 0;
  double seconds = 0;
  int worker = 0;
  std::vector<Metric> metrics;
};

/// The work of a suggestion is over.
struct TrialEnded {
  double time = 0;
  TrialId trial = 0;
  int attempt = 0;
  int worker = 0;
  Ending ending = Ending::reached;
  Cause cause = Cause::none;
  std::string message;
  double seconds = 0;       ///< that the worker spent on the suggestion
  std::string detail = {};  ///< of the cause: "SIGSEGV", an exit code
  std::string output = {};  ///< the last lines that its process printed, of a failure
};

/// The sweep came to its end (a stopped or killed one has no such event).
struct SweepClosed {
  double time = 0;
  std::string reason;
};

/// A sweep was told to stop, and did; it can be resumed.
struct SweepStopped {
  double time = 0;
  std::string reason;
};

/// A sweep was taken up again, perhaps with more to do.
struct SweepResumed {
  double time = 0;
  std::string command_line;
  std::int64_t max_trials = 0;
  int iterations = 1;
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
  std::string slurm_job = {};  ///< "4711", of an array "4711_3"; empty outside Slurm
  int slurm_restarts = -1;     ///< how often Slurm had requeued that job before; -1 outside Slurm
  std::string command = {};    ///< the whole of it, with mpirun or srun, as a shell takes it
  std::string options = {};    ///< JSON object: every option of this start, resolved
  std::string versions = {};   ///< JSON object: as SweepOpened's
};

/// What the sweep trains on, when the first worker said so, and again when that lies elsewhere.
struct DataDescribed {
  double time = 0;
  std::string path = {};  ///< `--data`, absolute where it is a path; empty: the job's own default
  std::vector<DataPart> parts = {};
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
};

}  // namespace sibyl
