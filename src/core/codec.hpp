#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/archive.hpp"
#include "core/events.hpp"

namespace sibyl {

/// The version of the bytes that `pack` writes, which a journal says in its header. It grows with the layout:
///
///     2  detail and output of TrialEnded; data of WorkerJoined
///     3  DataDescribed; asks and configurations of SweepOpened; platform and data_parts of WorkerJoined;
///     command, options and versions of SweepLaunched
///     4  end of SweepStopped, which stood in the first words of its reason before; parent of Suggestion
///     5  origin of Suggestion
///     6  expected_epoch of Origin
///     7  stoppers of SweepResumed; may_change of Hyperparameter
///     8  validation_seconds, samples and notes of EpochReported; facts and notes of TrialEnded; executable,
///     source, directory_source and environment of SweepLaunched
///     9  waiting_seconds of EpochReported
///
/// The fields stand in core/fields.hpp. A new kind of event goes to the end of Event.
inline constexpr std::uint32_t layout_version = 9;

/// An event as bytes, for the journal. Messages between processes are of the same layout, always the newest.
void pack(const Event& event, Bytes& out);

/// Reads back exactly what `pack` wrote; throws Error for anything else (too short, too long, an unknown
/// index). Fields that an event of an older version has not keep their defaults.
Event unpack_event(std::span<const std::byte> bytes, std::uint32_t version = layout_version);

}  // namespace sibyl
