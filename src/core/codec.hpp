#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/events.hpp"
#include "sibyl/job.hpp"

namespace sibyl {

using Bytes = std::vector<std::byte>;

/// The version of the bytes that `pack` writes, which a journal says in its header. It grows with the layout:
///
///     2  detail and output of TrialEnded; data of WorkerJoined
///     3  DataDescribed; asks and configurations of SweepOpened; platform and data_parts of WorkerJoined;
///     command, options and versions of SweepLaunched
///     4  end of SweepStopped, which stood in the first words of its reason before
///
/// A new field stands anywhere in its struct's list in codec.cpp, in `since` with the version that brings it;
/// a new kind of event goes to the end of Event. A field that goes or changes its type stays in the list, for
/// the versions that have it.
inline constexpr std::uint32_t layout_version = 4;

/// Events and suggestions as bytes, for the journal, for MPI and for pipes: little-endian, lengths before
/// contents, a variant's index before its value. Messages and pipes are always of the newest version.
void pack(const Event& event, Bytes& out);
void pack(const Suggestion& suggestion, Bytes& out);
void pack(const TrainerOptions& options, Bytes& out);

/// Reads back exactly what `pack` wrote; throws Error for anything else (too short, too long, an unknown
/// index). Fields that an event of an older version has not keep their defaults.
Event unpack_event(std::span<const std::byte> bytes, std::uint32_t version = layout_version);
Suggestion unpack_suggestion(std::span<const std::byte> bytes);
TrainerOptions unpack_trainer_options(std::span<const std::byte> bytes);

}  // namespace sibyl
