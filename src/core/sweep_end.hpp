#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sibyl {

struct SweepStopped;

/// How a launch of a sweep ended, and with its latest one the sweep. The numbers are those of the journal.
enum class SweepEnd : std::uint8_t {
  none = 0,      ///< it runs, or it was killed
  finished = 1,  ///< its plan is done, or a stopper has ended it
  stopped = 2,   ///< on request; a resume goes on
  given_up = 3,  ///< too much failed, no worker is left, or the objective is never reported
  failed = 4     ///< the same, and no trial has a model to show for it
};

/// In one word, that of results.h5, `status --json` and `summary --json`; empty for none.
std::string_view to_string(SweepEnd end);
/// For people: "given up: WHY"; empty for none.
std::string end_text(SweepEnd end, const std::string& reason);

/// What a program returns for it: 0, or exit_stopped where a resume goes on, or exit_failed.
int exit_code(SweepEnd end);
/// Does a resume help only once the reason is mended?
inline bool came_to_nothing(SweepEnd end) {
  return end == SweepEnd::given_up || end == SweepEnd::failed;
}

/// Up to version 3 a journal said how a sweep ended only in the first words of the reason. Takes them from
/// there into the event's field.
void take_end_from_reason(SweepStopped& stopped);

}  // namespace sibyl
