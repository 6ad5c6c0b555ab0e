#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "sibyl/trial.hpp"

namespace sibyl {

// What trainers say, and what of it becomes an event of the sweep. Times are seconds since 1970.

/// One tensor of what a job trains on. Data is the same when its contents are, wherever the files lie.
struct DataPart {
  std::string name;                 ///< "train.x"
  std::vector<std::int64_t> shape;  ///< the first dimension counts the samples
  std::string type;                 ///< of its numbers, as the job's library calls it: "Float"
  std::uint64_t hash = 0;           ///< XXH64 of its bytes
  double mean = 0;                  ///< of all numbers
  double trend = 0;                 ///< mean of the samples' means, each times its place from 0 to 1
  /// By the contents. (A mean may be NaN, which equals nothing.)
  bool operator==(const DataPart& other) const {
    return name == other.name && shape == other.shape && type == other.type && hash == other.hash;
  }
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
  /// Of `seconds`, those of validation; NaN: not known.
  double validation_seconds = std::numeric_limits<double>::quiet_NaN();
  std::int64_t samples = 0;    ///< that it was trained on; 0: not known
  Values notes = {};           ///< that the job made of the trial since the last report, by name
  double waiting_seconds = 0;  ///< of those of training: the next batch was not there
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
  TrialFacts facts = {};
  Values notes = {};  ///< as EpochReported's
};

/// What the sweep trains on, when the first worker said so, and again when that lies elsewhere.
struct DataDescribed {
  double time = 0;
  std::string path = {};  ///< `--data`, absolute where it is a path; empty: the job's own default
  std::vector<DataPart> parts = {};
};

}  // namespace sibyl
