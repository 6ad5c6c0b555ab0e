#pragma once

#include <span>
#include <string>
#include <variant>

#include "core/codec.hpp"
#include "sibyl/job.hpp"

namespace sibyl {

// Between a worker's rank and its trainer process, over a socket pair.
//
//   rank -> trainer    TrainerOptions   get ready: choose the device, load the data
//   trainer -> rank    WorkerJoined     ready                    (or Broken: it can't train, and why)
//   rank -> trainer    Suggestion       train this
//   trainer -> rank    HyperparametersFound, EpochReported ...
//   trainer -> rank    Alive            a step was made, since the last message, a fraction of a second ago
//   rank -> trainer    Order            cancel or interrupt what you train
//   trainer -> rank    TrialEnded       done with the suggestion
//   trainer -> rank    Broken           takes no more, and why; it ends by itself. It comes before the
//                                       TrialEnded of a trial that broke it; without one, the trial is not
//                                       to blame
//
// The end of the stream says the rest: a trainer that finds its rank gone ends; a rank that finds its trainer
// gone asks the kernel how it died.

/// It still makes steps.
struct Alive {};
/// It takes no more suggestions.
struct Broken {
  std::string reason;
};

using TrainerMessage = std::variant<Event, Suggestion, TrainerOptions, Order, Alive, Broken>;

Bytes pack(const TrainerMessage& message);
/// Throws Error for bytes that `pack` did not make.
TrainerMessage unpack_trainer_message(std::span<const std::byte> bytes);

}  // namespace sibyl
