#pragma once

#include <iosfwd>
#include <optional>
#include <string>

#include "cli/options.hpp"
#include "cli/record.hpp"
#include "cli/timing.hpp"
#include "core/attempts.hpp"
#include "core/space/configuration.hpp"

namespace sibyl {

/// The oracle of a recorded sweep, before its first trial. `ask` is needed where it is to decide, not only to
/// be told again.
Oracle recorded_oracle(const SweepOpened& opened, const Ask& ask = {});

/// A sweep told again from its journal.
struct StoredSweep {
  SweepOpened opened;
  std::optional<Oracle> oracle;
  Timing timing;
  Attempts attempts;
  Record record;

  Consequences tell(const Event& event);
  /// "finished: WHY", or what else it is, and what to do.
  std::string state() const;
  /// Throws Error when the journal held nothing.
  void check(const std::filesystem::path& directory) const;
};

/// Safe beside a running sweep. Throws Error when there is none.
StoredSweep read_stored_sweep(const std::filesystem::path& directory);

/// Prints the best trials of the sweep in a directory, from its journal; safe beside a running sweep. Throws
/// Error when there is none.
void summarize(std::ostream& out, const Options& options);

/// Writes results.h5 of the sweep in a directory anew, from its journal and nothing else. Throws Error when
/// there is none, or when the sweep is running.
void rebuild(std::ostream& out, const Options& options);

}  // namespace sibyl
