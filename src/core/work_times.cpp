#include "core/work_times.hpp"

#include <algorithm>
#include <cmath>

namespace sibyl {

namespace {

Piece::End how(const TrialEnded& event) {
  switch (event.ending) {
    case Ending::reached:
      return Piece::End::reached;
    case Ending::early_stopped:
      return Piece::End::early_stopped;
    case Ending::cancelled:
      return Piece::End::cancelled;
    case Ending::failed:
      return Piece::End::failed;
    case Ending::interrupted:
      break;
  }
  // Who was interrupted says how long it had worked; of who is gone, nobody knows.
  return event.seconds > 0 ? Piece::End::interrupted : Piece::End::lost;
}

}  // namespace

std::string_view to_string(Piece::End end) {
  switch (end) {
    case Piece::End::under_way:
      return "under way";
    case Piece::End::reached:
      return "reached";
    case Piece::End::early_stopped:
      return "early stopped";
    case Piece::End::cancelled:
      return "cancelled";
    case Piece::End::interrupted:
      return "interrupted";
    case Piece::End::failed:
      return "failed";
    case Piece::End::lost:
      return "lost";
  }
  return "?";
}

double Presence::there(double now) const {
  return std::max(0.0, (std::isnan(left) ? now : left) - joined);
}

double Presence::busy(double now) const {
  const double at_it = works() ? std::max(0.0, now - piece.started) : 0.0;
  return std::min(ended_work + at_it, there(now));  // clocks of two nodes may differ by a little
}

std::vector<Piece> WorkTimes::tell(const Event& event, bool waits_for_sampler) {
  if (!std::holds_alternative<SweepResumed>(event)) wait_until(time_of(event));
  waits_for_sampler_ = waits_for_sampler;
  std::vector<Piece> over;
  std::visit([&](const auto& each) { learn(each, over); }, event);
  if (const double time = time_of(event); time > latest_) latest_ = time;
  return over;
}

void WorkTimes::wait_until(double time) {
  if (!waits_for_sampler_ || !(time > latest_)) return;
  for (Presence& each : presences_)
    if (std::isnan(each.left) && !each.works()) each.for_sampler += time - std::max(latest_, each.joined);
}

Presence* WorkTimes::find(int worker) {
  const auto found = std::find_if(presences_.rbegin(), presences_.rend(),
                                  [&](const Presence& each) { return each.worker == worker; });
  return found == presences_.rend() ? nullptr : &*found;
}

void WorkTimes::learn(const WorkerJoined& event, std::vector<Piece>& over) {
  if (Presence* before = find(event.worker); before && std::isnan(before->left))
    leave(*before, event.time, over);  // it was lost, and is back
  presences_.push_back({.worker = event.worker, .joined = event.time});
}

void WorkTimes::learn(const TrialStarted& event, std::vector<Piece>& over) {
  Presence* presence = find(event.worker);
  if (!presence) return;
  if (presence->works()) {  // what it had before was given up without a word
    presence->piece.end = Piece::End::lost;
    presence->piece.ended = event.time;
    presence->ended_work += event.time - presence->piece.started;
    over.push_back(presence->piece);
  }
  ++presence->pieces;
  presence->piece = {.slot = event.suggestion.slot,
                     .attempt = event.suggestion.attempt,
                     .worker = event.worker,
                     .started = event.time};
}

void WorkTimes::learn(const TrialEnded& event, std::vector<Piece>& over) {
  Presence* presence = find(event.worker);
  if (!presence || !presence->works()) return;
  Piece& piece = presence->piece;
  if (piece.slot.trial != event.trial || piece.attempt != event.attempt) return;  // late: it has another
  piece.end = how(event);
  piece.ended = event.time;
  if (piece.end != Piece::End::lost) piece.started = event.time - event.seconds;
  presence->ended_work += piece.ended - piece.started;
  over.push_back(piece);
}

void WorkTimes::learn(const WorkerLeft& event, std::vector<Piece>& over) {
  // It may never have joined, or in an earlier start of the sweep.
  if (Presence* presence = find(event.worker); presence && std::isnan(presence->left))
    leave(*presence, event.time, over);
}

void WorkTimes::leave(Presence& presence, double time, std::vector<Piece>& over) {
  presence.left = time;
  if (!presence.works()) return;
  Piece& piece = presence.piece;
  piece.end = Piece::End::lost;
  piece.ended = time;
  presence.ended_work += std::max(0.0, time - piece.started);
  over.push_back(piece);
}

void WorkTimes::close(double time, std::vector<Piece>& over) {
  const int there = workers();
  for (Presence& each : presences_)
    if (std::isnan(each.left)) leave(each, time, over);
  workers_at_rest_ = there;
}

int WorkTimes::workers() const {
  const auto there = std::count_if(presences_.begin(), presences_.end(),
                                   [](const Presence& each) { return std::isnan(each.left); });
  return there > 0 ? static_cast<int>(there) : workers_at_rest_;
}

int WorkTimes::waiting() const {
  return static_cast<int>(std::count_if(presences_.begin(), presences_.end(), [](const Presence& each) {
    return std::isnan(each.left) && !each.works();
  }));
}

double WorkTimes::there(double now) const {
  double seconds = 0;
  for (const Presence& each : presences_) seconds += each.there(now);
  return seconds;
}

double WorkTimes::busy(double now) const {
  double seconds = 0;
  for (const Presence& each : presences_) seconds += each.busy(now);
  return seconds;
}

double WorkTimes::busy_share(double now) const {
  const double whole = there(now);
  return whole > 0 ? busy(now) / whole : 0;
}

double WorkTimes::sampler_share(double now) const {
  double seconds = 0;
  for (const Presence& each : presences_) seconds += std::min(each.for_sampler, each.idle(now));
  const double whole = there(now);
  return whole > 0 ? seconds / whole : 0;
}

}  // namespace sibyl
