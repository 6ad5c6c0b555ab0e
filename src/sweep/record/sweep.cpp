#include "sweep/record/sweep.hpp"

#include <chrono>
#include <utility>

#include "base/file.hpp"
#include "base/text.hpp"
#include "core/launches.hpp"
#include "core/same_data.hpp"
#include "sibyl/error.hpp"
#include "sibyl/job.hpp"
#include "store/replay.hpp"
#include "sweep/record/asking.hpp"
#include "sweep/record/stored_sweep.hpp"

namespace sibyl {

namespace fs = std::filesystem;

double wall_clock() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

namespace {

// Refuses what is not wanted before anything is made.
void check_directory(const SweepStart& options) {
  require_free_names(options.directory);
  if (options.resume || options.overwrite || !holds_trials(options.directory)) return;
  throw UsageError(options.directory.string() + " holds a sweep already: add --resume to continue it, " +
                   "--overwrite to delete it, or name another directory with --output");
}

// What may change in training matters to a descendant only, which has what the record says.
bool same(const SearchSpace& a, const SearchSpace& b) {
  const auto unchanging = [](const SearchSpace& space) {
    std::vector<Hyperparameter> all = space.hyperparameters();
    for (Hyperparameter& each : all) each.may_change = false;
    return all;
  };
  return unchanging(a) == unchanging(b);
}

// What differs between the sweep that is there and the one that is asked for.
void check_same(const SweepOpened& there, const SweepOpened& here, const fs::path& directory) {
  auto lines = differences(sweep_options_from_json(there.options), sweep_options_from_json(here.options));
  if (there.job != here.job)
    lines.insert(lines.begin(), "job: " + there.job + " there, " + here.job + " here");
  if (lines.empty() && (there.metric != here.metric || there.maximize != here.maximize))
    lines.push_back("objective: " + there.metric + " there, " + here.metric + " here");
  if (lines.empty() && !same(there.space, here.space))
    lines.push_back("the job's search space was changed since then (see the job's `space` and its source)");
  if (lines.empty()) return;
  std::string text =
      directory.string() + " holds a sweep with other settings, so it can't be resumed with these:";
  for (const std::string& line : lines) text += "\n  " + line;
  throw UsageError(
      text +
      "\nWhat is not typed comes from the record. More than recorded may only be: --iterations (Hyperband runs its brackets again) and --max-trials (but not of --scheduler pbt, whose population does not grow). For other settings name another directory with --output");
}

}  // namespace

Sweep::Sweep(SweepStart start, const MakeSweepView& make_view, const Ask& ask)
    : start_(std::move(start)),
      directory_(start_.directory),
      ask_(ask),
      make_view_(make_view),
      checkpoints_(directory_ / SweepFiles::checkpoints, start_.keep_best),
      retrained_(directory_) {
  check_directory(start_);
  made_directory_ = !fs::exists(directory_);
  make_directory(directory_);
  lock_.emplace(directory_);
  check_directory(start_);  // who held the lock may have begun a sweep
  if (!start_.resume && (start_.overwrite || holds_sweep(directory_))) delete_sweep(directory_);
  publisher_.emplace(directory_ / SweepFiles::results);
  if (start_.tensorboard) tensorboard_.emplace(directory_ / SweepFiles::tensorboard);
  if (holds_sweep(directory_))
    resume();
  else
    this->start();
  std::error_code problem;
  fs::create_directories(directory_ / SweepFiles::checkpoints, problem);
  if (problem)
    throw Error("can't make " + (directory_ / SweepFiles::checkpoints).string() + ": " + problem.message());
  if (!lock_->works())
    warn({"the file system of " + directory_.string() +
          " knows no locks: make sure that no other sweep writes there"});
  publish();
}

void Sweep::begin(const SweepOpened& opened) {
  // When to give up defines no trial: a sweep that was given up goes on with a higher limit.
  SweepOptions settings = sweep_options_from_json(opened.options);
  settings.max_consecutive_failures = start_.options.max_consecutive_failures;
  SweepOpened as_asked = opened;
  as_asked.options = to_json(settings);
  oracle_.emplace(recorded_oracle(as_asked, ask_));
  asks_ = opened.asks;
  view_ = make_view_(*oracle_, timing_);
}

void Sweep::start() {
  const SweepOpened opened = with_count(start_.opened, ask_);
  begin(opened);
  began_here_ = true;
  if (!journal_) journal_ = Journal::create(directory_ / SweepFiles::journal);
  tell(opened);
  tell_launched();
  commit();
}

void Sweep::resume() {
  const fs::path path = directory_ / SweepFiles::journal;
  SweepOpened recorded;
  SweepOptions settings;  // recorded ones, as last extended
  const JournalTail tail = replay(
      path,
      [&](const Event& event) {
        if (const auto* there = std::get_if<SweepOpened>(&event); there && !oracle_) {
          static_cast<void>(replayed_oracle(*there));  // can it be?
          recorded = *there;
          settings = sweep_options_from_json(there->options);
          begin(*there);
        }
        if (!oracle_) throw Contradiction("something else, but a journal begins with a sweep's settings");
        if (const auto* closed = std::get_if<SweepClosed>(&event)) closed_ = closed->reason;
        if (const auto* resumed = std::get_if<SweepResumed>(&event)) {
          closed_.reset();
          settings.max_trials = resumed->max_trials;
          settings.iterations = resumed->iterations;
          settings.stoppers = resumed->stoppers;
        }
        const Consequences consequences = oracle_->tell(event);
        timing_.learn(event, consequences);
        view_->learn(event, consequences, 0, true);
        record_.tell(event);
        if (tensorboard_) tensorboard_->tell(event, consequences, oracle_->trials(), oracle_->space());
        return consequences;
      },
      results_);
  if (oracle_) {
    recorded.options = to_json(settings);
    check_same(recorded, start_.opened, directory_);
    if (recorded.asks && !ask_)
      throw UsageError(
          directory_.string() +
          " holds a sweep whose job said what its trials ask for, and the job no longer does (Job::questions): undo the change, or name another directory with --output");
  }
  journal_ = Journal::open(path, tail);
  if (!oracle_ && fs::exists(directory_ / SweepFiles::results))
    throw UsageError(path.string() +
                     " is empty, or was cut off at its begin, and results.h5 holds what it said: " +
                     "restore the journal, or name another directory with --output");
  if (!oracle_) {  // it was killed before its first record was whole
    start();
    return;
  }
  if (tail.torn_bytes > 0)
    view_->line(
        "the journal's last " + std::to_string(tail.torn_bytes) +
            " bytes were being written when the sweep was killed; they were never acknowledged and are cut off",
        wall_clock());
  const SweepOptions& now = start_.options;
  const bool has_plan_left = !oracle_->scheduler().finished();
  const bool more = settings.max_trials != now.max_trials || settings.iterations != now.iterations ||
                    (has_plan_left && settings.stoppers != now.stoppers);
  checkpoints_.find_leftovers(*oracle_);
  if (!closed_ || more) take_up();
}

// What was running when the sweep ended goes on from its last checkpoint, on any worker.
void Sweep::take_up() {
  tell(SweepResumed{wall_clock(), start_.opened.command_line, start_.options.max_trials,
                    start_.options.iterations, start_.options.stoppers});
  tell_launched();
  const auto running = oracle_->running();
  for (const TrialId id : running) {
    const Trial& trial = oracle_->trials()[id];
    tell(TrialEnded{wall_clock(), id, trial.attempt, trial.worker, Ending::interrupted, {}, "", 0});
  }
  commit();
  closed_.reset();
  view_->line("resumed: " + std::to_string(oracle_->trials().size()) + " trials and " +
                  std::to_string(oracle_->epochs()) + " epochs are there; " +
                  std::to_string(oracle_->requeued().size()) + " trials go on where they were",
              wall_clock());
}

void Sweep::tell_launched() {
  start_.launched.time = wall_clock();
  tell(start_.launched);
}

void Sweep::tell(const Event& event) {
  record(event);
  learned(event, oracle_->tell(event));
}

void Sweep::learned(const Event& event, const Consequences& consequences) {
  results_.tell(event, consequences);
  if (tensorboard_) tensorboard_->tell(event, consequences, oracle_->trials(), oracle_->space());
  timing_.learn(event, consequences);
  view_->learn(event, consequences, wall_clock(), false);
  warn(record_.tell(event));
  note_ended(consequences);
  if (const auto* joined = std::get_if<WorkerJoined>(&event)) note_data(*joined);
}

std::string Sweep::refusal(const WorkerJoined& joined) {
  if (!record_.data()) return "";
  const DataComparison found = compare(*record_.data(), {0, start_.options.data, joined.data_parts},
                                       record_.platforms().differs(joined));
  if (found.difference.empty()) return "";
  if (!found.only_digits)
    return "the data is not what the sweep trains on: " + found.difference +
           ". Give --data with the sweep's own, or begin another sweep with another --output";
  warn({"worker " + std::to_string(joined.worker) + " on " + joined.host +
        " computes other last digits of the data than the sweep began with: " + found.difference});
  return "";
}

// By the first worker that says what it trains on; and when that lies elsewhere now.
void Sweep::note_data(const WorkerJoined& joined) {
  DataDescribed here{wall_clock(), start_.options.data, joined.data_parts};
  const auto& there = record_.data();
  if (there && !there->parts.empty()) here.parts = there->parts;
  const bool news = there ? here.path != there->path || here.parts != there->parts
                          : !here.path.empty() || !here.parts.empty();
  if (news) tell(here);
}

void Sweep::warn(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) view_->line("WARNING: " + line, wall_clock());
}

void Sweep::commit() {
  try {
    journal_->commit();
  } catch (const JournalLost& lost) {
    end_without_journal(lost);
  }
  checkpoints_.delete_obsolete(*oracle_);
}

void Sweep::withdraw() {
  if (!began_here_ || !oracle_->trials().empty()) return;
  publisher_.reset();
  journal_.reset();
  std::error_code ignored;
  try {
    delete_sweep(directory_);
  } catch (const Error&) {
    return;  // the next start takes a sweep without trials for what it is
  }
  lock_->remove();
  if (made_directory_) fs::remove(directory_, ignored);
}

void Sweep::note_ended(const Consequences& consequences) {
  for (const RungResult& each : consequences.decisions)
    if (each.decision != RungDecision::promoted) checkpoints_.ended(each.slot.trial, *oracle_);
}

void Sweep::close(const std::string& reason) {
  checkpoints_.find_leftovers(*oracle_);
  tell(SweepClosed{wall_clock(), reason});
  commit();
  closed_ = reason;
  // Written as a whole, without what the versions before it have left behind.
  if (const auto done = publisher_->wait()) take_note(*done);
  publisher_.reset();
  tell_the_rest();
  results_.publish(directory_ / SweepFiles::results, oracle_->trials(), wall_clock());
  flush_tensorboard();
}

void Sweep::stop(SweepEnd end, const std::string& reason) {
  tell(SweepStopped{wall_clock(), reason, end});
  commit();
  publish();
  publisher_.reset();
}

Standing Sweep::standing() const {
  return sibyl::standing(timing_.launches(), oracle_->best_model() >= 0, {});
}

std::string Sweep::resume_command() const {
  return sibyl::resume_command(start_.launched.command);
}

}  // namespace sibyl
