#include "store/results/launch_table.hpp"

#include "store/results/text.hpp"

namespace sibyl {

namespace {

// As Lmod and Environment Modules name what is loaded.
std::string modules_of(const Launch& launch) {
  const auto found = launch.launched.environment.find("LOADEDMODULES");
  return found == launch.launched.environment.end() ? "" : clean_utf8(found->second);
}

}  // namespace

store::Table launch_table(const std::vector<Launch>& launches) {
  const auto text = [](std::string SweepLaunched::*member) {
    return [member](const Launch& each) { return clean_utf8(each.launched.*member); };
  };
  store::Table table;
  std::int64_t next = 0;
  table.add("launch", launches, [&](const Launch&) { return next++; });
  table.add("started", launches, [](const Launch& each) { return each.launched.time; });
  table.add("last_seen", launches, [](const Launch& each) { return each.last_seen; });
  table.add("ended", launches, [](const Launch& each) { return each.ended; });
  table.add("state", launches, [](const Launch& each) { return std::string(to_string(each.end)); });
  table.add("end", launches,
            [](const Launch& each) { return shorten(clean_utf8(end_text(each.end, each.reason)), 500); });
  table.add("epochs", launches, [](const Launch& each) { return each.epochs; });
  table.add("ranks", launches, [](const Launch& each) { return std::int32_t{each.launched.ranks}; });
  table.add("host", launches, text(&SweepLaunched::host));
  table.add("launcher", launches, text(&SweepLaunched::launcher));
  table.add("slurm_job", launches, text(&SweepLaunched::slurm_job));
  table.add("slurm_restarts", launches,
            [](const Launch& each) { return std::int32_t{each.launched.slurm_restarts}; });
  table.add("command", launches, [](const Launch& each) { return clean_utf8(each.launched.command); });
  table.add("executable", launches, text(&SweepLaunched::executable));
  table.add("source", launches, text(&SweepLaunched::source));
  table.add("directory_source", launches, text(&SweepLaunched::directory_source));
  table.add("environment", launches,
            [](const Launch& each) { return clean_utf8(json(each.launched.environment)); });
  table.add("modules", launches, modules_of);
  return table;
}

}  // namespace sibyl
