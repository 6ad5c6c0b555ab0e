#include "store/worker_rows.hpp"

#include <algorithm>
#include <cmath>

#include "store/text.hpp"

namespace sibyl {

WorkerRows::Row* WorkerRows::find(int worker) {
  const auto row = std::find_if(rows_.rbegin(), rows_.rend(),
                                [&](const Row& each) { return each.joined.worker == worker; });
  return row == rows_.rend() ? nullptr : &*row;
}

void WorkerRows::tell(const WorkerJoined& event) {
  Row row;
  row.joined = event;
  row.last_seen = event.time;
  rows_.push_back(std::move(row));
}

void WorkerRows::tell(const TrialStarted& event) {
  Row* row = find(event.worker);
  if (!row) return;
  ++row->trials;
  row->working_since = row->last_seen = event.time;
}

void WorkerRows::tell(const EpochReported& event) {
  if (Row* row = find(event.worker)) row->last_seen = std::max(row->last_seen, event.started + event.seconds);
}

void WorkerRows::tell(const TrialEnded& event) {
  // Not said by the worker: its trial was given up, since the worker or the whole sweep was killed. How long
  // it worked nobody knows; it was not idle.
  if (event.ending == Ending::interrupted && event.seconds == 0) return;
  Row* row = find(event.worker);
  if (!row) return;
  row->busy += event.seconds;
  row->working_since = none;
  row->last_seen = std::max(row->last_seen, event.time);
}

void WorkerRows::tell(const WorkerLeft& event) {
  Row* row = find(event.worker);
  if (!row || !std::isnan(row->left)) return;  // it never joined, or in an earlier start of the sweep
  row->left = event.time;
  row->reason = event.reason;
}

void WorkerRows::tell(const SweepResumed&) {
  double end = 0;
  for (const Row& row : rows_)
    if (std::isnan(row.left)) end = std::max(end, row.last_seen);
  leave(end);
}

void WorkerRows::leave(double time) {
  for (Row& row : rows_)
    if (std::isnan(row.left)) row.left = time;
}

double WorkerRows::Row::idle(double now) const {
  const double end = std::isnan(left) ? now : left;
  const double working = std::isnan(working_since) ? 0 : end - working_since;
  return std::max(0.0, end - joined.time - busy - working);
}

Table WorkerRows::table(double now) const {
  const auto text = [](auto member) {
    return [member](const Row& row) { return clean_utf8(row.joined.*member); };
  };
  Table table;
  table.add("worker", rows_, [](const Row& row) { return std::int32_t{row.joined.worker}; });
  table.add("host", rows_, text(&WorkerJoined::host));
  table.add("device", rows_, text(&WorkerJoined::device));
  table.add("device_name", rows_, text(&WorkerJoined::device_name));
  table.add("uuid", rows_, text(&WorkerJoined::uuid));
  table.add("threads", rows_, [](const Row& row) { return std::int32_t{row.joined.threads}; });
  table.add("pid", rows_, [](const Row& row) { return row.joined.pid; });
  table.add("joined", rows_, [](const Row& row) { return row.joined.time; });
  table.add("busy", rows_, [](const Row& row) { return row.busy; });
  table.add("idle", rows_, [&](const Row& row) { return row.idle(now); });
  table.add("trials", rows_, [](const Row& row) { return row.trials; });
  table.add("left", rows_, [](const Row& row) { return row.left; });
  table.add("reason", rows_, [](const Row& row) { return shorten(clean_utf8(row.reason), 500); });
  table.add("warning", rows_, text(&WorkerJoined::warning));
  return table;
}

}  // namespace sibyl
