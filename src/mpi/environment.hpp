#pragma once

#include <string>
#include <vector>

namespace sibyl {

/// MPI, from its start to its end. Everything that is collective happens in the constructor; after it, ranks
/// only send messages from one to another, so that one that dies blocks nobody.
class Environment {
 public:
  Environment(int& argc, char**& argv);
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  /// Everybody's text, by rank, at rank 0; elsewhere nothing. Collective, too: for `--dry-run`, where nobody
  /// trains.
  std::vector<std::string> gather(const std::string& text) const;

  int rank() const { return rank_; }
  int size() const { return size_; }
  bool alone() const { return size_ == 1; }
  /// A rank was lost: MPI's own end, which is collective, would wait for it for ever, and is left out. Not
  /// where the launcher ends all ranks when one dies: there it lives, and was only stopped for a while; MPI's
  /// end then waits for it, but not for ever.
  void lost_a_rank();
  /// None is lost any more.
  void all_ranks_live();
  /// Leaves MPI's own end out, whatever happens.
  void leave_at_once() { leaves_at_once_ = true; }
  bool leaves_at_once() const { return leaves_at_once_; }
  /// This worker's place among the workers of its node that see the same CUDA_VISIBLE_DEVICES, and how many
  /// workers the node has. Rank 0 counts only when alone.
  int local_worker() const { return local_worker_; }
  int local_workers() const { return local_workers_; }
  /// The cores that a worker may use, divided by the workers that it shares them with; at least 1. Of all
  /// workers the fewest, and on every rank the same.
  int cores() const { return cores_; }

 private:
  int rank_ = 0;
  int size_ = 1;
  int local_worker_ = 0;
  int local_workers_ = 1;
  int cores_ = 1;
  bool leaves_at_once_ = false;
  bool waits_for_a_rank_ = false;  ///< in MPI's own end, a limited time
};

/// Was MPI started and left without its own end? Then the process must end by _exit: MPI's threads still run.
bool left_mpi_at_once();

/// "Open MPI v4.1.4, ..." in one line.
std::string mpi_library();

}  // namespace sibyl
