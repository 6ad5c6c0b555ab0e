#include "store/results/attempt_table.hpp"

#include "store/results/text.hpp"

namespace sibyl {

Table attempt_table(const std::vector<Attempt>& attempts) {
  const auto text = [](std::string SweepLaunched::*member) {
    return [member](const Attempt& each) { return clean_utf8(each.launched.*member); };
  };
  Table table;
  std::int64_t next = 0;
  table.add("attempt", attempts, [&](const Attempt&) { return next++; });
  table.add("started", attempts, [](const Attempt& each) { return each.launched.time; });
  table.add("last_seen", attempts, [](const Attempt& each) { return each.last_seen; });
  table.add("ended", attempts, [](const Attempt& each) { return each.ended; });
  table.add("end", attempts, [](const Attempt& each) { return shorten(clean_utf8(each.end), 500); });
  table.add("epochs", attempts, [](const Attempt& each) { return each.epochs; });
  table.add("ranks", attempts, [](const Attempt& each) { return std::int32_t{each.launched.ranks}; });
  table.add("host", attempts, text(&SweepLaunched::host));
  table.add("launcher", attempts, text(&SweepLaunched::launcher));
  table.add("slurm_job", attempts, text(&SweepLaunched::slurm_job));
  table.add("slurm_restarts", attempts,
            [](const Attempt& each) { return std::int32_t{each.launched.slurm_restarts}; });
  table.add("command", attempts, [](const Attempt& each) { return clean_utf8(each.launched.command); });
  return table;
}

}  // namespace sibyl
