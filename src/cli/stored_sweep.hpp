#pragma once

#include <iosfwd>
#include <optional>
#include <string>

#include "cli/options.hpp"
#include "cli/record.hpp"
#include "cli/standing.hpp"
#include "cli/timing.hpp"
#include "core/oracle.hpp"
#include "core/space/ask.hpp"

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

  /// Throws Contradiction, see Oracle::tell.
  Consequences tell(const Event& event);
  const Attempts& attempts() const { return timing.attempts(); }
  /// `directory` is asked who holds its lock.
  Standing standing(const std::filesystem::path& directory) const;
  /// Throws Error when the journal held nothing.
  void check(const std::filesystem::path& directory) const;
};

/// Safe beside a running sweep. Throws Error when there is none.
StoredSweep read_stored_sweep(const std::filesystem::path& directory);

/// Prints the best trials of the sweep in a directory, from its journal; safe beside a running sweep. Throws
/// Error when there is none. Lines have at most `width` columns, if it is not 0.
void summarize(std::ostream& out, const Options& options, int width);

/// Writes results.h5 of the sweep in a directory anew, from its journal and nothing else. Throws Error when
/// there is none, or when the sweep is running.
void rebuild(std::ostream& out, const Options& options);

}  // namespace sibyl
