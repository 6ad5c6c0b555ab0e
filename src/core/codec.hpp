#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "core/events.hpp"
#include "core/job.hpp"

namespace sibyl {

using Bytes = std::vector<std::byte>;

/// Events and suggestions as bytes, for the journal, for MPI and for pipes: little-endian, lengths before
/// contents, a variant's index before its value. A new field of an event or a new kind of
/// event goes at the end and raises the journal's version (store/journal_format.hpp).
void pack(const Event& event, Bytes& out);
void pack(const Suggestion& suggestion, Bytes& out);
void pack(const TrainerOptions& options, Bytes& out);

/// Reads back exactly what `pack` wrote; throws Error for anything else (too short, too long, an unknown
/// index).
Event unpack_event(std::span<const std::byte> bytes);
Suggestion unpack_suggestion(std::span<const std::byte> bytes);
TrainerOptions unpack_trainer_options(std::span<const std::byte> bytes);

}  // namespace sibyl
