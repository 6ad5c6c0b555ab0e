#include "core/sweep_end.hpp"

#include "base/exit_codes.hpp"
#include "core/events.hpp"

namespace sibyl {

std::string_view to_string(SweepEnd end) {
  switch (end) {
    case SweepEnd::none:
      return "";
    case SweepEnd::finished:
      return "finished";
    case SweepEnd::stopped:
      return "stopped";
    case SweepEnd::given_up:
      return "given_up";
    case SweepEnd::failed:
      return "failed";
  }
  return "?";
}

std::string end_text(SweepEnd end, const std::string& reason) {
  if (end == SweepEnd::none) return "";
  return (end == SweepEnd::given_up ? "given up" : std::string(to_string(end))) + ": " + reason;
}

int exit_code(SweepEnd end) {
  if (end == SweepEnd::finished) return 0;
  return came_to_nothing(end) ? exit_failed : exit_stopped;
}

void take_end_from_reason(SweepStopped& stopped) {
  stopped.end = SweepEnd::stopped;
  for (const SweepEnd end : {SweepEnd::given_up, SweepEnd::failed}) {
    const std::string first_words = end_text(end, "");
    if (!stopped.reason.starts_with(first_words)) continue;
    stopped.end = end;
    stopped.reason.erase(0, first_words.size());
    return;
  }
}

}  // namespace sibyl
