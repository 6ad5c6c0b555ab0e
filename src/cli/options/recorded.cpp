#include "cli/options/recorded.hpp"

#include "store/journal/journal.hpp"
#include "store/sweep_directory.hpp"
#include "sweep/options/auto_sampler.hpp"
#include "sweep/record/record.hpp"

namespace sibyl {

Options with_record_in_directory(const Options& options, const std::string& job_name) {
  const auto journal = options.directory / SweepFiles::journal;
  if (!std::filesystem::exists(journal)) return options;
  Record record;
  read_journal(journal, [&](const Event& event) {
    if (const auto* opened = std::get_if<SweepOpened>(&event); opened && opened->job != job_name)
      throw UsageError(options.directory.string() + " holds a sweep of " + opened->job +
                       ": use that program, not " + job_name);
    record.tell(event);
  });
  if (!record.has_begun()) return options;
  Options asked = options;
  if (options.sweep.sampler == auto_sampler) asked.typed.erase("sampler");  // it was chosen then
  Options merged = with_recorded(asked, record.options(options.typed.contains("data")));
  merged.typed = options.typed;
  if (record.data() && !options.typed.contains("data")) merged.sweep.data = record.data()->path;
  return merged;
}

}  // namespace sibyl
