#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <variant>

#include "core/codec.hpp"
#include "core/events.hpp"
#include "sibyl/job.hpp"

namespace sibyl {

// The whole protocol.
//
//   manager -> worker    Begin         get ready: choose the device, load the data
//   worker -> manager    WorkerJoined  ready and free      (or CannotTrain: it can't train, and why)
//   manager -> worker    Suggestion    train this
//   worker -> manager    HyperparametersFound, EpochReported ...
//   manager -> worker    Acknowledged  so many reports are durable: they survive any crash
//   manager -> worker    Cancel        end this trial now
//   worker -> manager    TrialEnded    done with the suggestion, and free again
//   manager -> worker    StepLimit     a trial that makes no step for so long hangs
//   manager -> worker    Stop          save what you train, end it as interrupted, and take nothing more
//   worker -> manager    Leaving       this rank was told to stop (a signal), has ended what it was at, and
//                                      takes nothing more
//   manager -> worker    Quit          at any time; the worker answers nothing and leaves
//   both ways            Heartbeat     every second or two: I live. From a worker it says what it is at, so
//                                      that a worker that was given up for dead and is not can be told that
//                                      its trial is not its own any more
//
// A worker that has more than a fixed number of reports not yet acknowledged waits before it goes on.

/// What every rank must have in common with rank 0, and how it is to train.
struct Begin {
  std::string host = {};        ///< rank 0's
  std::string build = {};       ///< which build of the program it runs
  std::string owner = {};       ///< what it has written into the sweep's directory
  TrainerOptions trainer = {};  ///< but for the worker's place on its node
};
struct Quit {
  bool at_once = false;  ///< a rank was lost: MPI's own end would wait for it for ever
};
struct Stop {};
struct Leaving {
  /// What it was at, if anything: the manager gives it nothing in between.
  std::vector<TrialEnded> last = {};
};
struct CannotTrain {
  std::string reason;
};
struct Cancel {
  TrialId trial = 0;
  int attempt = 0;
};
struct StepLimit {
  double seconds = 0;
};
struct Heartbeat {
  TrialId trial = -1;  ///< -1: none
  int attempt = 0;
};
struct Acknowledged {
  std::int64_t reports = 0;
};

using Message = std::variant<Event, Suggestion, Begin, Quit, CannotTrain, Cancel, Acknowledged, Stop, Leaving,
                             StepLimit, Heartbeat>;

Bytes pack(const Message& message);
/// Throws Error for bytes that `pack` did not make.
Message unpack_message(std::span<const std::byte> bytes);

}  // namespace sibyl
