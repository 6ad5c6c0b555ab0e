#include "sweep/manager/outbox.hpp"

namespace sibyl {

void Outbox::send() {
  for (const auto& [worker, reports] : unacknowledged_) link_.send(worker, Acknowledged{reports});
  for (auto& [worker, suggestion] : handed_out_) link_.send(worker, std::move(suggestion));
  unacknowledged_.clear();
  handed_out_.clear();
}

}  // namespace sibyl
