#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/events.hpp"

namespace sibyl {

/// Who is there: every worker's state, and when it was last heard of. Times are arguments.
class Roster {
 public:
  using Time = std::chrono::steady_clock::time_point;
  enum class State {
    awaited,   ///< has not answered yet
    free,      ///< may be given work
    busy,      ///< has work
    returned,  ///< was given up for dead and is not; may still be at work that is not its own any more
    lost,      ///< given up for dead
    left,      ///< takes no more work, but lives
  };
  /// A piece of work: which attempt of which trial.
  struct Work {
    TrialId trial = 0;
    int attempt = 0;
    bool operator==(const Work&) const = default;
  };

  Roster(const std::vector<int>& workers, Time now);

  /// Anything came from the worker. Was it given up for dead? Then it has returned.
  bool heard(int worker, Time now);
  /// A heartbeat came; only who sends them is expected to send more.
  void beats(int worker) { workers_.at(worker).beats = true; }
  /// Workers whose last sign of life is older than `longest`; they are lost from now on, but for those that
  /// had left.
  std::vector<int> newly_lost(Time now, Time::duration longest);
  /// This process itself did not listen for a while: nobody is to be blamed for that silence.
  void forgive(Time now);

  void joined(const WorkerJoined& joined);
  void gave(int worker, Work work);
  /// The worker is done with the work. Nothing, if it is not its own any more; but a returned worker is free
  /// then.
  void done(int worker, Work work);
  /// A returned worker says that it has no work.
  void idle(int worker);
  void leave(int worker);

  State state(int worker) const { return workers_.at(worker).state; }
  /// As it joined.
  const WorkerJoined& description(int worker) const { return workers_.at(worker).joined; }
  /// The lowest free worker.
  std::optional<int> next_free() const;
  bool all_answered() const { return count(State::awaited) == 0; }
  /// Those that work or may be given work, now or later.
  std::vector<int> present() const;

 private:
  struct Worker {
    State state = State::awaited;
    Time last_heard;
    bool beats = false;
    std::optional<Work> work;
    WorkerJoined joined;
  };
  int count(State state) const;
  void enter(int worker, State state);

  std::map<int, Worker> workers_;
  std::map<State, int> counts_;
  std::set<int> free_;
};

}  // namespace sibyl
