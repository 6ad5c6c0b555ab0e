#include "cli/status.hpp"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/progress.hpp"
#include "cli/slurm.hpp"
#include "cli/stop.hpp"
#include "cli/stored_sweep.hpp"
#include "cli/summary.hpp"
#include "cli/sweep.hpp"
#include "cli/table.hpp"
#include "cli/values_json.hpp"
#include "store/lock.hpp"

namespace sibyl {

namespace {

constexpr int most_fruitless = 3;

struct Standing {
  std::string text;
  int exit_code = 0;
};

Standing standing(const StoredSweep& sweep, const std::optional<std::string>& owner) {
  const Attempt& latest = sweep.attempts.all().back();
  if (latest.finished()) return {latest.end, 0};
  if (owner) return {"running: " + *owner, stopped_on_request};
  if (came_to_nothing(latest.end)) return {state_after(latest.end), 1};
  std::string text = latest.end.empty() ? "not running, though not finished: it was killed" : latest.end;
  if (const int starts = sweep.attempts.fruitless(); starts >= most_fruitless)
    return {text + "; its last " + std::to_string(starts) +
                " starts trained nothing: find out why before you resume it",
            1};
  return {text + "; continue it with --resume", stopped_on_request};
}

std::string local_time(double seconds) {
  if (std::isnan(seconds)) return "";
  const auto time = static_cast<std::time_t>(seconds);
  std::tm parts{};
  char text[32];
  return std::string(text, std::strftime(text, sizeof text, "%F %T", localtime_r(&time, &parts)));
}

// At the pace of the latest start; NaN where that has none yet.
double seconds_left(const StoredSweep& sweep) {
  const Attempt& latest = sweep.attempts.all().back();
  const auto left = static_cast<double>(planned_epochs(*sweep.oracle) - sweep.oracle->epochs());
  return latest.epochs > 0
             ? left * (latest.last_seen - latest.launched.time) / static_cast<double>(latest.epochs)
             : std::nan("");
}

void print_attempts(std::ostream& out, const std::vector<Attempt>& attempts) {
  constexpr std::size_t most = 10;
  const std::size_t first = attempts.size() > most ? attempts.size() - most : 0;
  if (first > 0) out << "\nThe latest " << most << " of " << attempts.size() << " attempts:";
  TextTable table(
      {"attempt", "started", "last seen", "ranks", "host", "by", "Slurm job", "requeued", "epochs", "end"});
  for (std::size_t i = first; i < attempts.size(); ++i) {
    const Attempt& each = attempts[i];
    const SweepLaunched& launched = each.launched;
    table.add({std::to_string(i), local_time(launched.time), local_time(each.last_seen),
               std::to_string(launched.ranks), launched.host, launched.launcher, launched.slurm_job,
               launched.slurm_restarts < 0 ? "" : std::to_string(launched.slurm_restarts),
               std::to_string(each.epochs), each.end});
  }
  out << '\n';
  table.print(out);
}

void print_json(std::ostream& out, const StoredSweep& sweep, const Standing& stands,
                const std::string& queue) {
  using nlohmann::ordered_json;
  ordered_json attempts = ordered_json::array();
  for (const Attempt& each : sweep.attempts.all())
    attempts.push_back({{"started", each.launched.time},
                        {"last_seen", each.last_seen},
                        {"ended", number_or_null(each.ended)},
                        {"end", each.end},
                        {"epochs", each.epochs},
                        {"ranks", each.launched.ranks},
                        {"host", each.launched.host},
                        {"launcher", each.launched.launcher},
                        {"slurm_job", each.launched.slurm_job},
                        {"slurm_restarts", each.launched.slurm_restarts}});
  const Oracle& oracle = *sweep.oracle;
  const TrialId best = oracle.best();
  out << ordered_json{{"state", stands.text},
                      {"exit_code", stands.exit_code},
                      {"slurm", queue},
                      {"epochs", sweep.oracle->epochs()},
                      {"planned_epochs", planned_epochs(oracle)},
                      {"seconds_left", number_or_null(seconds_left(sweep))},
                      {"trials", oracle.trials().size()},
                      {"best", best < 0 ? ordered_json() : ordered_json(best)},
                      {"best_model",
                       oracle.best_model() < 0 ? ordered_json() : ordered_json(oracle.best_model())},
                      {"score", best < 0 ? ordered_json() : ordered_json(oracle.trials()[best].score)},
                      {"attempts", attempts}}
             .dump(2, ' ', false, nlohmann::json::error_handler_t::replace)
      << std::endl;
}

}  // namespace

int print_status(std::ostream& out, const Options& options) {
  const StoredSweep sweep = read_stored_sweep(options.directory);
  const Oracle& oracle = *sweep.oracle;
  const Standing stands = standing(sweep, lock_holder(options.directory));
  const std::string& job = sweep.attempts.all().back().launched.slurm_job;
  const std::string queue = in_queue(job);
  if (options.json) {
    print_json(out, sweep, stands, queue);
    return stands.exit_code;
  }
  out << options.directory.string() << ": " << sweep.opened.job << ", seed " << sweep.opened.seed << "\n\n";
  out << "State     " << stands.text << '\n';
  const bool running = lock_holder(options.directory).has_value();
  if (const std::string command = resume_command(sweep.record.command());
      stands.exit_code != 0 && !running && !command.empty())
    out << "Continue  " << command << '\n';
  for (const std::string& line : sweep.record.platforms().lines()) out << "Differs   " << line << '\n';
  if (!job.empty())
    out << "Slurm     job " << job << ' ' << (queue.empty() ? "is not in the queue" : queue) << '\n';
  const auto failed = std::count_if(oracle.trials().begin(), oracle.trials().end(),
                                    [](const Trial& trial) { return trial.status == TrialStatus::failed; });
  out << "Progress  " << sweep.oracle->epochs() << " of " << planned_epochs(oracle) << " epochs, "
      << oracle.trials().size() << " trials, " << failed << " failed; "
      << duration(sweep.timing.wall(sweep.timing.latest())) << " gone";
  if (const double left = seconds_left(sweep); stands.exit_code != 0 && !std::isnan(left))
    out << ", about " << duration(left) << " left with " << sweep.timing.workers()
        << (sweep.timing.workers() == 1 ? " worker" : " workers");
  out << '\n';
  if (const TrialId best = oracle.best(); best >= 0)
    out << "Best      trial " << best << ": " << sweep.opened.metric << ' '
        << short_number(oracle.trials()[best].score) << " ("
        << short_text(searched(oracle.trials()[best].hyperparameters, oracle.space())) << ")\n";
  if (const std::string note = note_on_best(oracle); !note.empty()) out << "          " << note << '\n';
  print_attempts(out, sweep.attempts.all());
  out << std::flush;
  return stands.exit_code;
}

}  // namespace sibyl
