#include "cli/commands/dry_run.hpp"

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <ostream>
#include <set>

#include "base/launcher.hpp"
#include "base/numbers.hpp"
#include "base/text.hpp"
#include "cli/screen/table.hpp"
#include "launch/launch_checks.hpp"
#include "sibyl/error.hpp"
#include "sweep/worker/rank_identity.hpp"

namespace sibyl {

namespace {

// What a rank says of itself. A worker's device can't be found out without the driver, which may fail.
nlohmann::json describe_rank(const Environment& environment, const TrainerOptions& options, Job& job) {
  const char* visible = std::getenv("CUDA_VISIBLE_DEVICES");
  nlohmann::json rank{{"host", host_name()}, {"build", build_id()}, {"visible", visible ? visible : ""}};
  if (environment.rank() == 0 && !environment.alone()) return rank;
  try {
    const WorkerJoined worker = job.describe_worker(options);
    rank.update({{"device", worker.device},
                 {"name", worker.device_name},
                 {"uuid", worker.uuid},
                 {"threads", worker.threads},
                 {"warning", worker.warning}});
  } catch (const std::exception& problem) {
    rank.update({{"device", "none"}, {"warning", problem.what()}});
  }
  return rank;
}

}  // namespace

void dry_run(std::ostream& out, const Environment& environment, const TrainerOptions& options, Job& job,
             const std::vector<std::string>& warnings, int workers_per_gpu, int width) {
  using nlohmann::json;
  const auto texts = environment.gather(
      describe_rank(environment, options, job).dump(-1, ' ', false, json::error_handler_t::replace));
  if (environment.rank() > 0) return;
  TextTable table({"rank", "role", "host", "CUDA_VISIBLE_DEVICES", "device", "name", "UUID", "threads"});
  std::set<std::string> hosts, lines(warnings.begin(), warnings.end());
  std::string other_build;
  LaunchChecks checks(workers_per_gpu, 0);
  const json first = json::parse(texts[0]);
  for (std::size_t rank = 0; rank < texts.size(); ++rank) {
    const json each = json::parse(texts[rank]);
    const bool oracle = rank == 0 && texts.size() > 1;
    const auto text = [&](const char* name) { return each.value(name, ""); };
    table.add({std::to_string(rank),
               oracle             ? "oracle"
               : texts.size() > 1 ? "worker"
                                  : "both",
               text("host"), text("visible"), text("device"), text("name"), text("uuid"),
               oracle ? "" : std::to_string(each.value("threads", 0))});
    if (!oracle) hosts.insert(text("host"));
    if (each["build"] != first["build"]) other_build = text("host");
    if (!text("warning").empty()) lines.insert(text("warning"));
    WorkerJoined joined;
    joined.worker = static_cast<int>(rank);
    joined.host = text("host");
    joined.uuid = text("uuid");
    checks.tell(joined);
  }
  table.give_way({"threads", "role"});
  table.print(out, width);
  const std::size_t workers = std::max<std::size_t>(1, texts.size() - 1);
  out << "\n"
      << quantity(workers, "worker") << " on " << quantity(hosts.size(), "node")
      << "; a dry run: nothing is trained\n";
  out << std::flush;  // before what may be refused
  for (const std::string& line : checks.warnings()) lines.insert(line);
  for (const std::string& line : lines) out << "WARNING: " << printable(line) << std::endl;
  if (!other_build.empty())
    throw UsageError("the program on " + other_build + " is another build than rank 0's on " +
                     first["host"].get<std::string>() + ": start the same file on all nodes");
}

}  // namespace sibyl
