#include "store/results/worker_rows.hpp"

#include <algorithm>
#include <cmath>

#include "store/results/text.hpp"

namespace sibyl {

void WorkerRows::tell(const Event& event, const Consequences& consequences) {
  if (const auto* left = std::get_if<WorkerLeft>(&event)) {
    const auto about = std::find_if(about_.rbegin(), about_.rend(),
                                    [&](const About& each) { return each.joined.worker == left->worker; });
    // It may never have joined, or in an earlier start of the sweep.
    if (about != about_.rend() && std::isnan(times_.all()[about_.rend() - about - 1].left))
      about->reason = left->reason;
  }
  if (const auto* joined = std::get_if<WorkerJoined>(&event)) about_.push_back({*joined, ""});
  const auto over = times_.tell(event, consequences.waits_for_sampler);
  pieces_.insert(pieces_.end(), over.begin(), over.end());
}

store::Table WorkerRows::workers(double now) const {
  const auto& times = times_.all();
  const auto text = [](auto member) {
    return [member](const About& about) { return clean_utf8(about.joined.*member); };
  };
  store::Table table;
  table.add("worker", times, [](const Presence& each) { return std::int32_t{each.worker}; });
  table.add("host", about_, text(&WorkerJoined::host));
  table.add("device", about_, text(&WorkerJoined::device));
  table.add("device_name", about_, text(&WorkerJoined::device_name));
  table.add("uuid", about_, text(&WorkerJoined::uuid));
  table.add("threads", about_, [](const About& about) { return std::int32_t{about.joined.threads}; });
  table.add("pid", about_, [](const About& about) { return about.joined.pid; });
  table.add("joined", times, [](const Presence& each) { return each.joined; });
  table.add("busy", times, [&](const Presence& each) { return each.busy(now); });
  table.add("idle", times, [&](const Presence& each) { return each.idle(now); });
  table.add("for_sampler", times,
            [&](const Presence& each) { return std::min(each.for_sampler, each.idle(now)); });
  table.add("trials", times, [](const Presence& each) { return each.pieces; });
  table.add("left", times, [](const Presence& each) { return each.left; });
  table.add("reason", about_, [](const About& about) { return shorten(clean_utf8(about.reason), 500); });
  table.add("warning", about_, text(&WorkerJoined::warning));
  return table;
}

std::size_t WorkerRows::pieces() const {
  return pieces_.size() +
         std::ranges::count_if(times_.all(), [](const Presence& each) { return each.works(); });
}

store::Table WorkerRows::work(std::size_t first) const {
  std::vector<Piece> pieces(pieces_.begin() + static_cast<std::ptrdiff_t>(std::min(first, pieces_.size())),
                            pieces_.end());
  for (const Presence& each : times_.all())
    if (each.works()) pieces.push_back(each.piece);
  const auto number = [](int Slot::*member) {
    return [member](const Piece& piece) { return std::int32_t{piece.slot.*member}; };
  };
  store::Table table;
  table.add("trial", pieces, [](const Piece& piece) { return piece.slot.trial; });
  table.add("attempt", pieces, [](const Piece& piece) { return std::int32_t{piece.attempt}; });
  table.add("worker", pieces, [](const Piece& piece) { return std::int32_t{piece.worker}; });
  table.add("iteration", pieces, number(&Slot::iteration));
  table.add("bracket", pieces, number(&Slot::bracket));
  table.add("rung", pieces, number(&Slot::rung));
  table.add("started", pieces, [](const Piece& piece) { return piece.started; });
  table.add("ended", pieces, [](const Piece& piece) { return piece.ended; });
  table.add("end", pieces, [](const Piece& piece) { return std::string(to_string(piece.end)); });
  return table;
}

}  // namespace sibyl
