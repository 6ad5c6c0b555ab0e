#pragma once

#include <string>
#include <vector>

#include "core/events.hpp"
#include "launch/device_users.hpp"

namespace sibyl {

/// How this process was started, and how many MPI sees.
struct LaunchFacts {
  int ranks = 1;              ///< of MPI
  std::string launcher = {};  ///< "mpirun", "srun"; empty: nobody
  int tasks = 0;              ///< that the launcher says it started, or that the Slurm job has; 0: not said
};

/// As the environment says it.
LaunchFacts launch_facts(int ranks);

/// What is odd about it, for people. Throws UsageError where a sweep can't be meant: several processes that
/// don't see one another, each of which would be a sweep of its own.
std::vector<std::string> check_launch(const LaunchFacts& facts);

/// Finds, as a sweep begins, that devices are shared and that the time limit is shorter than an epoch.
class LaunchChecks {
 public:
  /// `workers_per_gpu`: what the user allows; 0: not said. `time_limit`: seconds of each start; 0: none.
  LaunchChecks(int workers_per_gpu, double time_limit)
      : workers_per_gpu_(workers_per_gpu), time_limit_(time_limit) {}
  /// Of earlier starts, too.
  void tell(const Event& event);
  /// What is new since the last call. Throws UsageError when more workers share a device than are allowed.
  std::vector<std::string> warnings();

 private:
  void check_devices(std::vector<std::string>& lines);

  int workers_per_gpu_;
  double time_limit_;
  DeviceUsers device_users_;
  bool news_ = false;  ///< of devices
  double longest_epoch_ = 0;
  bool told_of_devices_ = false;
  bool told_of_time_ = false;
};

}  // namespace sibyl
