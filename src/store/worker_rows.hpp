#pragma once

#include <string>
#include <vector>

#include "core/work_times.hpp"
#include "store/table.hpp"

namespace sibyl {

/// The rows of /workers, one for each time that a worker joined: which device it had, and how busy it was;
/// and those of /work, one for each piece of work.
class WorkerRows {
 public:
  void tell(const Event& event);

  Table workers(double now) const;
  Table work() const;

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
