#include "cli/sweep.hpp"

#include <chrono>
#include <ostream>

#include "cli/summary.hpp"
#include "core/error.hpp"
#include "core/job.hpp"
#include "store/replay.hpp"

namespace sibyl {

namespace fs = std::filesystem;

double wall_clock() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

namespace {

double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

bool holds_sweep(const fs::path& directory) {
  return fs::exists(directory / SweepFiles::journal);
}

void prepare(const Options& options) {
  const fs::path& directory = options.directory;
  std::error_code problem;
  fs::create_directories(directory, problem);
  if (!problem && !fs::is_directory(directory)) problem = std::make_error_code(std::errc::not_a_directory);
  if (problem)
    throw Error("can't make the output directory " + directory.string() + ": " + problem.message() +
                "; name another with --output");
  if (!holds_sweep(directory) || options.resume) return;
  if (!options.overwrite)
    throw UsageError(directory.string() +
                     " holds a sweep already: add --resume to continue it, --overwrite to " +
                     "delete it, or name another directory with --output");
  for (const char* file : {SweepFiles::results, SweepFiles::checkpoints, SweepFiles::journal}) {
    fs::remove_all(directory / file, problem);
    if (problem) throw Error("can't delete " + (directory / file).string() + ": " + problem.message());
  }
}

// What differs between the sweep that is there and the one that is asked for.
void check_same(const SweepOpened& there, const SweepOpened& here, const SweepOptions& options,
                const fs::path& directory) {
  auto lines = differences(sweep_options_from_json(there.options), options);
  if (there.job != here.job)
    lines.insert(lines.begin(), "job: " + there.job + " there, " + here.job + " here");
  if (lines.empty() && there.space != here.space)
    lines.push_back("the job's search space was changed since then");
  if (lines.empty()) return;
  std::string text =
      directory.string() + " holds a sweep with other settings, so it can't be resumed with these:";
  for (const std::string& line : lines) text += "\n  " + line;
  throw UsageError(text + "\nGive the recorded settings, or name another directory with --output");
}

}  // namespace

Sweep::Sweep(const Options& options, SweepOpened opened, const Objective& objective, std::ostream& out,
             Terminal terminal)
    : directory_((prepare(options), options.directory)),
      out_(out),
      oracle_(make_oracle(options.sweep, opened.space, objective)),
      progress_(out, terminal, oracle_) {
  if (holds_sweep(directory_))
    resume(opened, options.sweep);
  else
    start(opened);
  std::error_code problem;
  fs::create_directories(directory_ / SweepFiles::checkpoints, problem);
  if (problem)
    throw Error("can't make " + (directory_ / SweepFiles::checkpoints).string() + ": " + problem.message());
  publish();
}

void Sweep::start(const SweepOpened& opened) {
  if (!journal_) journal_ = Journal::create(directory_ / SweepFiles::journal);
  record(opened);
  commit();
  learned(opened, oracle_.tell(opened));
}

void Sweep::resume(const SweepOpened& opened, const SweepOptions& options) {
  const fs::path path = directory_ / SweepFiles::journal;
  bool first = true;
  double latest = 0;
  const JournalTail tail = replay(
      path,
      [&](const Event& event) {
        if (first) {
          const auto* recorded = std::get_if<SweepOpened>(&event);
          if (!recorded)
            throw Error(path.string() + " does not begin with a sweep's settings: it is damaged");
          check_same(*recorded, opened, options, directory_);
        }
        first = false;
        if (const auto* closed = std::get_if<SweepClosed>(&event)) closed_ = closed->reason;
        const Consequences consequences = oracle_.tell(event);
        progress_.learn(event, consequences, latest, true);
        return consequences;
      },
      results_);
  journal_ = Journal::open(path, tail);
  if (first) {  // it was killed before its first record was whole
    start(opened);
    return;
  }
  if (tail.torn_bytes > 0)
    progress_.line(
        "the journal's last " + std::to_string(tail.torn_bytes) +
            " bytes were being written when the sweep was killed; they were never acknowledged and are "
            "cut off",
        wall_clock());
  if (closed_) return;
  const auto running = oracle_.running();
  progress_.line("resumed: " + std::to_string(oracle_.trials().size()) + " trials and " +
                     std::to_string(progress_.timing().epochs()) + " epochs are there; " +
                     std::to_string(running.size()) + " trials go on where they were",
                 wall_clock());
  for (const TrialId id : running) {
    const Trial& trial = oracle_.trials()[id];
    const TrialEnded interrupted{wall_clock(), id, trial.attempt, trial.worker, Ending::interrupted, {},
                                 "",           0};
    record(interrupted);
    learned(interrupted, oracle_.tell(interrupted));
  }
  commit();
}

void Sweep::learned(const Event& event, const Consequences& consequences) {
  results_.tell(event, consequences);
  progress_.learn(event, consequences, wall_clock());
  discard_checkpoints(consequences);
}

// Trials that have ended need no checkpoint, but for the best of them.
void Sweep::discard_checkpoints(const Consequences& consequences) {
  const auto discard = [&](TrialId id) {
    std::error_code ignored;  // what can't be deleted costs space, nothing else
    fs::remove_all(directory_ / SweepFiles::checkpoints / checkpoint_folder(id), ignored);
  };
  for (const RungResult& each : consequences.decisions) {
    const TrialId id = each.slot.trial;
    if (each.decision == RungDecision::promoted) continue;
    if (id != oracle_.best()) {
      discard(id);
      continue;
    }
    if (kept_ >= 0) discard(kept_);
    kept_ = id;
  }
}

void Sweep::unfit(int worker, const std::string& reason) {
  progress_.line("WARNING: worker " + std::to_string(worker) + " can't train, the others go on: " + reason,
                 wall_clock());
}

void Sweep::tick() {
  progress_.draw(wall_clock());
  if (!publication_.due(steady_seconds())) return;
  try {
    publish();
  } catch (const Error& problem) {
    // The journal holds everything; the next attempt may succeed.
    progress_.line(std::string("WARNING: ") + problem.what(), wall_clock());
  }
}

void Sweep::publish() {
  const double began = steady_seconds();
  struct Done {
    Publication& publication;
    double began;
    ~Done() { publication.done(began, steady_seconds()); }
  } done{publication_, began};
  results_.publish(directory_ / SweepFiles::results, oracle_.trials(), wall_clock());
}

void Sweep::close(const std::string& reason) {
  const SweepClosed closed{wall_clock(), reason};
  record(closed);
  commit();
  learned(closed, oracle_.tell(closed));
  closed_ = reason;
  publish();
}

void Sweep::print_summary(int top) const {
  sibyl::print_summary(out_, oracle_, progress_.timing(), wall_clock(), top, directory_,
                       closed_ ? "finished: " + *closed_ : "not finished; continue it with --resume");
}

void summarize(std::ostream& out, const Options& options) {
  if (!holds_sweep(options.directory))
    throw Error("there is no sweep in " + options.directory.string() + " (no " + SweepFiles::journal +
                "): give the directory of one");
  std::optional<Oracle> oracle;
  Timing timing;
  std::string state = "not finished";
  read_journal(options.directory / SweepFiles::journal, [&](Event&& event) {
    if (const auto* opened = std::get_if<SweepOpened>(&event)) {
      const Objective objective{opened->metric, opened->maximize ? Direction::maximize : Direction::minimize};
      oracle.emplace(make_oracle(sweep_options_from_json(opened->options), opened->space, objective));
    }
    if (!oracle) throw Error("the journal does not begin with a sweep's settings: it is damaged");
    if (const auto* closed = std::get_if<SweepClosed>(&event)) state = "finished: " + closed->reason;
    oracle->tell(event);
    timing.learn(event);
  });
  if (!oracle)
    throw Error("the journal in " + options.directory.string() + " is empty: the sweep never began");
  if (options.json)
    out << summary_json(*oracle, timing, timing.latest(), options.directory, state) << std::endl;
  else
    print_summary(out, *oracle, timing, timing.latest(), options.top, options.directory, state);
}

}  // namespace sibyl
