#include "sweep/manager/roster.hpp"

namespace sibyl {

Roster::Roster(const std::vector<int>& workers, Time now) {
  for (const int worker : workers) workers_[worker].last_heard = now;
  counts_[State::awaited] = static_cast<int>(workers.size());
}

int Roster::count(State state) const {
  const auto found = counts_.find(state);
  return found == counts_.end() ? 0 : found->second;
}

void Roster::enter(int worker, State state) {
  Worker& one = workers_.at(worker);
  --counts_[one.state];
  ++counts_[state];
  one.state = state;
  if (state == State::free)
    free_.insert(worker);
  else
    free_.erase(worker);
  if (state != State::busy) one.work.reset();
}

bool Roster::heard(int worker, Time now) {
  Worker& one = workers_.at(worker);
  one.last_heard = now;
  if (one.state != State::lost) return false;
  enter(worker, one.joined.worker > 0 ? State::returned : State::awaited);
  return one.state == State::returned;
}

std::vector<int> Roster::newly_lost(Time now, Time::duration longest) {
  std::vector<int> lost;
  for (const auto& [rank, one] : workers_)
    if (one.beats && one.state != State::lost && now - one.last_heard > longest) lost.push_back(rank);
  for (const int worker : lost) {
    if (state(worker) == State::left)
      workers_.at(worker).beats = false;  // told once
    else
      enter(worker, State::lost);
  }
  return lost;
}

void Roster::forgive(Time now) {
  for (auto& [rank, one] : workers_) one.last_heard = now;
}

void Roster::joined(const WorkerJoined& joined) {
  workers_.at(joined.worker).joined = joined;
  enter(joined.worker, State::free);
}

void Roster::gave(int worker, Work work) {
  enter(worker, State::busy);
  workers_.at(worker).work = work;
}

void Roster::done(int worker, Work work) {
  const Worker& one = workers_.at(worker);
  if (one.state == State::returned || (one.state == State::busy && one.work == work))
    enter(worker, State::free);
}

void Roster::idle(int worker) {
  if (state(worker) == State::returned) enter(worker, State::free);
}

void Roster::leave(int worker) {
  enter(worker, State::left);
}

std::optional<int> Roster::next_free() const {
  return free_.empty() ? std::nullopt : std::optional(*free_.begin());
}

std::vector<int> Roster::present() const {
  std::vector<int> present;
  for (const auto& [rank, one] : workers_)
    if (one.state == State::free || one.state == State::busy || one.state == State::returned)
      present.push_back(rank);
  return present;
}

}  // namespace sibyl
