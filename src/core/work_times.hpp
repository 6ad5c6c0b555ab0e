#pragma once

#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "core/events.hpp"

namespace sibyl {

/// A piece of work: a trial on its way to a rung, on one worker.
struct Piece {
  enum class End : std::uint8_t {
    under_way,
    reached,
    early_stopped,
    cancelled,
    interrupted,
    failed,
    lost  ///< with its worker or the whole sweep, which nobody told to stop
  };
  Slot slot;
  int attempt = 0;
  int worker = 0;
  double started = 0;
  double ended = std::numeric_limits<double>::quiet_NaN();  ///< while under way
  End end = End::under_way;
};
std::string_view to_string(Piece::End end);

/// One time that a worker was there. It is there from when it joins until it leaves, or the start of the
/// sweep that it belongs to ends (of one that was killed, with its last event); all that time it is either
/// busy or idle. It is busy with a piece of work for as long as it says that it took; with one that was lost,
/// or is under way, since that was given to it.
struct Presence {
  int worker = 0;
  double joined = 0;
  double left = std::numeric_limits<double>::quiet_NaN();  ///< while it is there
  double ended_work = 0;                                   ///< seconds, on pieces that are over
  double for_sampler = 0;                                  ///< seconds of idle, up to the latest event
  std::int64_t pieces = 0;                                 ///< that it was given
  Piece piece = {};                                        ///< the latest

  bool works() const { return piece.end == Piece::End::under_way && pieces > 0; }
  double there(double now) const;
  double busy(double now) const;
  double idle(double now) const { return there(now) - busy(now); }
};

/// Where the time of a sweep's workers goes, from its events. What /workers and /work say, and the shares
/// that summary, status and the reports print, all come from here.
class WorkTimes {
 public:
  /// The pieces that are over with this event. `waits_for_sampler`: see Consequences.
  std::vector<Piece> tell(const Event& event, bool waits_for_sampler = false);
  /// In the order in which they joined.
  const std::vector<Presence>& all() const { return presences_; }

  double there(double now) const;
  double busy(double now) const;
  /// 0 to 1; 0 before anybody was there.
  double busy_share(double now) const;
  /// Of all the time, that in which workers waited for the sampler: a part of idle.
  double sampler_share(double now) const;
  /// Those that are there; when the sweep is at rest, those that were at the last.
  int workers() const;
  /// Those that are there and have no work.
  int waiting() const;
  /// When the latest event happened.
  double latest() const { return latest_; }

 private:
  void learn(const WorkerJoined& event, std::vector<Piece>& over);
  void learn(const TrialStarted& event, std::vector<Piece>& over);
  void learn(const TrialEnded& event, std::vector<Piece>& over);
  void learn(const WorkerLeft& event, std::vector<Piece>& over);
  void learn(const SweepClosed& event, std::vector<Piece>& over) { close(event.time, over); }
  void learn(const SweepStopped& event, std::vector<Piece>& over) { close(event.time, over); }
  /// The start before has ended, at the latest with its last event.
  void learn(const SweepResumed&, std::vector<Piece>& over) { close(latest_, over); }
  void learn(const auto&, std::vector<Piece>&) {}

  /// The latest of that number; none if it never joined.
  Presence* find(int worker);
  void leave(Presence& presence, double time, std::vector<Piece>& over);
  void wait_until(double time);
  /// All leave.
  void close(double time, std::vector<Piece>& over);

  std::vector<Presence> presences_;
  int workers_at_rest_ = 0;
  double latest_ = 0;
  bool waits_for_sampler_ = false;  ///< since the latest event
};

}  // namespace sibyl
