#pragma once

#include <string>
#include <vector>

#include "core/work_times.hpp"
#include "store/results/table.hpp"

namespace sibyl {

/// The rows of /workers, one for each time that a worker joined: which device it had, and how busy it was;
/// and those of /work, one for each piece of work.
class WorkerRows {
 public:
  void tell(const Event& event, const Consequences& consequences = {});

  store::Table workers(double now) const;
  /// From a row on. The last rows are of what workers are at now; those before stay as they are.
  store::Table work(std::size_t first = 0) const;
  std::size_t pieces() const;
  std::size_t pieces_over() const { return pieces_.size(); }

 private:
  struct About {
    WorkerJoined joined;
    std::string reason;  ///< for which it left before the others
  };
  WorkTimes times_;
  std::vector<About> about_;   ///< of each of times_.all()
  std::vector<Piece> pieces_;  ///< that are over
};

}  // namespace sibyl
