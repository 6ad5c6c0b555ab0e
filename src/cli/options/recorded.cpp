#include "cli/options/recorded.hpp"

#include "store/journal/journal.hpp"
#include "store/sweep_directory.hpp"
#include "sweep/record/record.hpp"

namespace sibyl {

Options with_record_in_directory(const Options& options) {
  const auto journal = options.directory / SweepFiles::journal;
  if (!std::filesystem::exists(journal)) return options;
  Record record;
  read_journal(journal, [&](const Event& event) { record.tell(event); });
  if (!record.has_begun()) return options;
  Options merged = with_recorded(options, record.options(options.typed.contains("data")));
  if (record.data() && !options.typed.contains("data")) merged.sweep.data = record.data()->path;
  return merged;
}

}  // namespace sibyl
