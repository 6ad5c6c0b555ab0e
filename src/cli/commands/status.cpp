#include "cli/commands/status.hpp"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <nlohmann/json.hpp>
#include <ostream>

#include "base/exit_codes.hpp"
#include "base/numbers.hpp"
#include "base/text.hpp"
#include "cli/screen/progress.hpp"
#include "cli/screen/summary.hpp"
#include "cli/screen/table.hpp"
#include "cli/screen/values_json.hpp"
#include "launch/queue.hpp"
#include "sibyl/error.hpp"
#include "sweep/record/stored_sweep.hpp"
#include "sweep/record/sweep.hpp"

namespace sibyl {

namespace fs = std::filesystem;

namespace {

std::string local_time(double seconds) {
  if (std::isnan(seconds)) return "";
  const auto time = static_cast<std::time_t>(seconds);
  std::tm parts{};
  char text[32];
  return std::string(text, std::strftime(text, sizeof text, "%F %T", localtime_r(&time, &parts)));
}

// At the pace of the latest start; NaN where that has none yet, or there is no plan.
double seconds_left(const StoredSweep& sweep) {
  const Launch& latest = sweep.launches().all().back();
  const auto plan = planned(*sweep.oracle);
  const auto epochs = plan ? static_cast<double>(plan->epochs - sweep.oracle->epochs()) : std::nan("");
  const double left = latest.epochs > 0 ? epochs * (latest.last_seen - latest.launched.time) /
                                              static_cast<double>(latest.epochs)
                                        : std::nan("");
  const double budget = sweep.oracle->options().stoppers.seconds;
  if (budget == 0) return left;
  return std::fmin(left, std::max(0.0, budget - sweep.timing.wall(sweep.timing.latest())));
}

std::int64_t failed_trials(const Oracle& oracle) {
  return std::count_if(oracle.trials().begin(), oracle.trials().end(),
                       [](const Trial& trial) { return trial.status == TrialStatus::failed; });
}

std::string queue_of(const StoredSweep& sweep) {
  return in_queue(sweep.launches().all().back().launched.slurm_job);
}

/// What a worker that has no work waits for.
std::string_view waited_for(const StoredSweep& sweep) {
  const Outline next = sweep.oracle->outline();
  if (const auto* idle = std::get_if<Idle>(&next)) return idle->for_sampler ? "results" : "trials";
  const auto* new_trial = std::get_if<Proposal>(&next);
  return new_trial && (sweep.opened.asks || sweep.oracle->takes_long(*new_trial)) ? "values" : "work";
}

std::string waiting_text(const StoredSweep& sweep) {
  const std::string_view what = waited_for(sweep);
  const std::string sampler = sweep_options_from_json(sweep.opened.options).sampler;
  return std::to_string(sweep.timing.work().waiting()) +
         (what == "results"  ? " waiting for results that " + sampler + " is to learn from"
          : what == "values" ? " waiting for " + sampler + " to choose values"
          : what == "trials" ? " waiting for trials that are under way"
                             : " about to get work");
}

void print_launches(std::ostream& out, const std::vector<Launch>& launches, int width) {
  constexpr std::size_t most = 10;
  const std::size_t first = launches.size() > most ? launches.size() - most : 0;
  if (first > 0) out << "\nThe latest " << most << " of " << launches.size() << " launches:";
  TextTable table(
      {"launch", "started", "last seen", "ranks", "host", "by", "Slurm job", "requeued", "epochs", "end"});
  table.give_way({"requeued", "last seen", "by", "ranks", "host", "Slurm job", "started"});
  for (std::size_t i = first; i < launches.size(); ++i) {
    const Launch& each = launches[i];
    const SweepLaunched& launched = each.launched;
    table.add({std::to_string(i), local_time(launched.time), local_time(each.last_seen),
               std::to_string(launched.ranks), launched.host, launched.launcher, launched.slurm_job,
               launched.slurm_restarts < 0 ? "" : std::to_string(launched.slurm_restarts),
               std::to_string(each.epochs), end_text(each.end, each.reason)});
  }
  out << '\n';
  table.print(out, width);
}

nlohmann::ordered_json as_json(const fs::path& directory, const StoredSweep& sweep, const Standing& stands,
                               const std::string& queue) {
  using nlohmann::ordered_json;
  ordered_json launches = ordered_json::array();
  for (const Launch& each : sweep.launches().all())
    launches.push_back({{"started", each.launched.time},
                        {"last_seen", each.last_seen},
                        {"ended", number_or_null(each.ended)},
                        {"state", to_string(each.end)},
                        {"end", end_text(each.end, each.reason)},
                        {"epochs", each.epochs},
                        {"ranks", each.launched.ranks},
                        {"host", each.launched.host},
                        {"launcher", each.launched.launcher},
                        {"slurm_job", each.launched.slurm_job},
                        {"slurm_restarts", each.launched.slurm_restarts}});
  const Oracle& oracle = *sweep.oracle;
  const TrialId best = oracle.best();
  const auto plan = planned(oracle);
  const int waiting = stands.running ? sweep.timing.work().waiting() : 0;
  return {{"directory", directory.string()},
          {"job", sweep.opened.job},
          {"state", stands.state()},
          {"finished", stands.finished()},
          {"reason", stands.text},
          {"exit_code", stands.exit_code},
          {"slurm", queue},
          {"epochs", oracle.epochs()},
          {"planned_epochs", plan ? ordered_json(plan->epochs) : ordered_json()},
          {"wall_seconds", sweep.timing.wall(sweep.timing.latest())},
          {"seconds_left", number_or_null(seconds_left(sweep))},
          {"trials", oracle.trials().size()},
          {"failed", failed_trials(oracle)},
          {"workers", sweep.timing.workers()},
          {"waiting", waiting},
          {"waiting_for", waiting > 0 ? ordered_json(waited_for(sweep)) : ordered_json()},
          {"best", best < 0 ? ordered_json() : ordered_json(best)},
          {"best_model", oracle.best_model() < 0 ? ordered_json() : ordered_json(oracle.best_model())},
          {"score", best < 0 ? ordered_json() : number_or_null(oracle.trials()[best].score)},
          {"launches", launches}};
}

void print_one(std::ostream& out, const fs::path& directory, const StoredSweep& sweep, const Standing& stands,
               const std::string& queue, int width) {
  const Oracle& oracle = *sweep.oracle;
  const std::string& job = sweep.launches().all().back().launched.slurm_job;
  out << one_line(directory.string()) << ": " << one_line(sweep.opened.job) << ", seed " << sweep.opened.seed
      << "\n\n";
  out << "State     " << printable(stands.text) << '\n';
  if (const std::string command = resume_command(sweep.record.command());
      stands.goes_on() && !command.empty())
    out << "Continue  " << printable(command) << '\n';
  for (const std::string& line : sweep.record.platforms().lines())
    out << "Differs   " << printable(line) << '\n';
  if (!job.empty())
    out << "Slurm     job " << one_line(job) << ' ' << (queue.empty() ? "is not in the queue" : queue)
        << '\n';
  const SweepOptions options = sweep_options_from_json(sweep.opened.options);
  if (const std::string note = width_note(options); !note.empty()) out << "Order     " << note << '\n';
  if (stands.running && sweep.timing.workers() > 0)
    out << "Workers   " << sweep.timing.workers()
        << (sweep.timing.work().waiting() > 0 ? ", " + waiting_text(sweep) : "") << '\n';
  const auto plan = planned(oracle);
  out << "Progress  " << oracle.epochs() << (plan ? " of " + std::to_string(plan->epochs) : "") << " epochs, "
      << oracle.trials().size() << " trials, " << failed_trials(oracle) << " failed; "
      << duration(sweep.timing.wall(sweep.timing.latest())) << " gone";
  if (const double left = seconds_left(sweep); stands.exit_code != 0 && !std::isnan(left))
    out << ", about " << duration(left) << " left with " << quantity(sweep.timing.workers(), "worker");
  out << '\n';
  if (const TrialId best = oracle.best(); best >= 0)
    out << "Best      trial " << best << ": " << one_line(sweep.opened.metric) << ' '
        << short_number(oracle.trials()[best].score) << " ("
        << short_text(searched(oracle.trials()[best].hyperparameters, oracle.space())) << ")\n";
  if (const std::string note = note_on_best(oracle); !note.empty()) out << "          " << note << '\n';
  print_launches(out, sweep.launches().all(), width);
}

std::vector<std::string> row(const fs::path& directory, const StoredSweep& sweep, const Standing& stands) {
  const Oracle& oracle = *sweep.oracle;
  const TrialId best = oracle.best();
  const auto plan = planned(oracle);
  const double left = seconds_left(sweep);
  const bool goes_on = !stands.finished() && stands.end != SweepEnd::failed;
  return {
      directory.string(),
      std::string(stands.state()),
      sweep.opened.job,
      sweep.opened.metric,
      best < 0 ? "" : short_number(oracle.trials()[best].score),
      std::to_string(oracle.trials().size()),
      std::to_string(failed_trials(oracle)),
      std::to_string(oracle.epochs()),
      plan && plan->epochs > 0
          ? percent(std::min(1.0, static_cast<double>(oracle.epochs()) / static_cast<double>(plan->epochs)))
          : "",
      duration(sweep.timing.wall(sweep.timing.latest())),
      goes_on && !std::isnan(left) ? duration(left) : ""};
}

// Of two sweeps' codes: nothing helps is worse than not finished, and that is worse than finished.
int worse(int one, int other) {
  const auto rank = [](int code) { return code == 0 ? 0 : code == exit_stopped ? 1 : 2; };
  return rank(one) < rank(other) ? other : one;
}

// A line a sweep; one that can't be read is a line, too.
int print_several(std::ostream& out, const std::vector<fs::path>& directories, bool json, int width) {
  TextTable table(
      {"sweep", "state", "job", "objective", "best", "trials", "failed", "epochs", "done", "time", "left"});
  table.give_way({"job", "objective", "failed", "trials", "time", "epochs"});
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  std::vector<std::string> problems;
  int code = 0;
  for (const fs::path& each : directories) {
    try {
      const StoredSweep sweep = read_stored_sweep(each);
      const Standing stands = sweep.standing(each);
      if (json) list.push_back(as_json(each, sweep, stands, queue_of(sweep)));
      table.add(row(each, sweep, stands));
      code = worse(code, stands.exit_code);
    } catch (const Error& problem) {
      list.push_back({{"directory", each.string()},
                      {"state", "unreadable"},
                      {"finished", false},
                      {"reason", problem.what()},
                      {"exit_code", 1}});
      table.add({each.string(), "unreadable"});
      problems.emplace_back(problem.what());
      code = worse(code, 1);
    }
  }
  if (json) {
    out << dump(list) << std::endl;
    return code;
  }
  table.print(out, width);
  for (const std::string& each : problems) out << '\n' << printable(each) << '\n';
  out << std::flush;
  return code;
}

}  // namespace

int print_status(std::ostream& out, const Options& options, int width) {
  if (options.directories.size() > 1) return print_several(out, options.directories, options.json, width);
  const fs::path& directory = options.directory;
  const StoredSweep sweep = read_stored_sweep(directory);
  const Standing stands = sweep.standing(directory);
  if (options.json)
    out << dump(as_json(directory, sweep, stands, queue_of(sweep))) << '\n';
  else
    print_one(out, directory, sweep, stands, queue_of(sweep), width);
  out << std::flush;
  return stands.exit_code;
}

}  // namespace sibyl
