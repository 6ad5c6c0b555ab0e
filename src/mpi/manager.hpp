#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/oracle.hpp"
#include "mpi/link.hpp"

namespace sibyl {

/// What the manager's owner does along the way; all are called from the manager's loop.
struct ManagerHooks {
  std::function<double()> now;  ///< seconds since 1970
  /// Put the event into the journal. Called before the oracle learns of it; durable after the next `commit`.
  std::function<void(const Event&)> record = [](const Event&) {};
  /// Make what was recorded durable. Nothing is acknowledged and nothing is handed out before this returned.
  std::function<void()> commit = [] {};
  /// The oracle has learned of the event, with these consequences.
  std::function<void(const Event&, const Consequences&)> learned = [](const Event&, const Consequences&) {};
  /// A worker can't train; the sweep goes on with the others.
  std::function<void(int worker, const std::string& reason)> unfit = [](int, const std::string&) {};
  /// Why the sweep is to stop now (a signal, a time limit); empty while it is to go on.
  std::function<std::string()> stop_reason = [] { return std::string(); };
  /// Several times a second.
  std::function<void()> tick = [] {};
};

/// Rank 0's loop: hands the oracle's suggestions to free workers and its workers' reports to the oracle,
/// until the search is over or the sweep is told to stop; then the workers save what they train, and it waits
/// for them for half a minute. Throws Error when no worker can train, and whatever a hook throws.
Stopped manage(Link& link, const std::vector<int>& workers, Oracle& oracle, const ManagerHooks& hooks);

/// Tells the workers to quit when it goes, whatever happened before.
class Dismissal {
 public:
  Dismissal(Link& link, std::vector<int> workers) : link_(link), workers_(std::move(workers)) {}
  ~Dismissal();
  Dismissal(const Dismissal&) = delete;
  Dismissal& operator=(const Dismissal&) = delete;

 private:
  Link& link_;
  std::vector<int> workers_;
};

}  // namespace sibyl
