#pragma once

#include <filesystem>
#include <functional>

#include "store/journal/journal.hpp"
#include "store/results/results.hpp"

namespace sibyl {

/// Tells a journal's events again: to `tell`, which is the oracle's (and says what follows from each), then
/// to `results`. Both are then as they were when the last event was recorded. What it returns opens the
/// journal.
JournalTail replay(const std::filesystem::path& journal,
                   const std::function<Consequences(const Event&)>& tell, Results& results);

}  // namespace sibyl
