#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/oracle/oracle.hpp"
#include "core/space/ask.hpp"
#include "sweep/options/sweep_options.hpp"
#include "sweep/record/record.hpp"
#include "sweep/record/standing.hpp"
#include "sweep/record/timing.hpp"

namespace sibyl {

/// The oracle of a recorded sweep, before its first trial. `ask` is needed where it is to decide, not only to
/// be told again.
Oracle recorded_oracle(const SweepOpened& opened, const Ask& ask = {});

/// The same of a journal's event, which may say anything: throws Contradiction.
Oracle replayed_oracle(const SweepOpened& opened);

/// A sweep told again from its journal.
struct StoredSweep {
  SweepOpened opened;
  std::optional<Oracle> oracle;
  Timing timing;
  Record record;
  std::vector<RungResult> rungs;  ///< in the order of the decisions

  /// Throws Contradiction, see Oracle::tell.
  Consequences tell(const Event& event);
  const Launches& launches() const { return timing.launches(); }
  /// `directory` is asked who holds its lock.
  Standing standing(const std::filesystem::path& directory) const;
  /// Throws Error when the journal held nothing.
  void check(const std::filesystem::path& directory) const;
};

/// The journal of the sweep in a directory. Throws Error when there is none.
std::filesystem::path journal_in(const std::filesystem::path& directory);

/// Safe beside a running sweep. Throws Error when there is none.
StoredSweep read_stored_sweep(const std::filesystem::path& directory);

}  // namespace sibyl
