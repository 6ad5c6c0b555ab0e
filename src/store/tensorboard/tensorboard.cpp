#include "store/tensorboard/tensorboard.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <span>

#include "base/file.hpp"
#include "sibyl/error.hpp"
#include "sibyl/job.hpp"
#include "store/tensorboard/tensorboard_events.hpp"

namespace sibyl {

namespace fs = std::filesystem;

namespace {

constexpr int own = -1;  // the run of the trial, not of one of its executions
const std::string trial_prefix = "trial_";
const std::string space_prefix = "search_space_";

// TensorBoard looks for "tfevents" in the name, reads the files of a run in the order of their names, and
// some versions never look again at one that is not the last.
std::string event_file_name(double time) {
  std::array<char, 64> name{};
  std::snprintf(name.data(), name.size(), "events.out.tfevents.%010lld.sibyl", static_cast<long long>(time));
  return name.data();
}

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

std::vector<fs::path> names_in(const fs::path& folder) {
  std::vector<fs::path> names;
  std::error_code problem;  // what can't be listed is not there
  for (fs::directory_iterator at(folder, problem), end; !problem && at != end; at.increment(problem))
    names.push_back(at->path().filename());
  return names;
}

void make_folder(const fs::path& folder) {
  std::error_code problem;
  fs::create_directories(folder, problem);
  if (problem) throw_io_error("create the folder", folder, problem.value());
}

}  // namespace

TensorBoardLog::TensorBoardLog(fs::path folder, std::size_t max_waiting)
    : folder_(std::move(folder)), max_waiting_(max_waiting) {}

void TensorBoardLog::tell(const Event& event, const Consequences& consequences,
                          const std::vector<Trial>& trials, const SearchSpace& space) {
  if (!given_up_.empty()) return;
  told_.resize(trials.size());
  if (space.hyperparameters().size() != space_.hyperparameters().size()) space_ = space;
  std::visit([&](const auto& each) { learn(each, trials); }, event);
  for (const RungResult& result : consequences.decisions)
    if (result.decision != RungDecision::promoted) end(result.slot.trial, trials[result.slot.trial]);
  if (bytes_ <= max_waiting_) return;
  try {
    write();
  } catch (const Error& problem) {
    given_up_ = std::string(problem.what()) +
                " Too much of it waited to be written: nothing more is written " +
                "until the sweep is resumed, which writes all of it again.";
    waiting_.clear();
    restarts_.clear();
  }
}

void TensorBoardLog::learn(const SweepOpened& event, const std::vector<Trial>&) {
  opened_ = event;
  file_name_ = event_file_name(event.time);
}

// A job asks for its hyperparameters before its first epoch, as a rule. TensorBoard keeps the first start
// that it sees: a later one goes to a file that the next TensorBoard reads before the other.
void TensorBoardLog::learn(const HyperparametersFound& event, const std::vector<Trial>& trials) {
  if (told_[event.trial] == Told::nothing) return;
  const Trial& trial = trials[event.trial];
  restarts_[event.trial] = tensorboard::file_header(trial.started) +
                           tensorboard::session_start(trial.started, trial.hyperparameters);
}

void TensorBoardLog::learn(const EpochReported& event, const std::vector<Trial>& trials) {
  const Trial& trial = trials[event.trial];
  start(event.trial, trial);
  executions_ = static_cast<int>(trial.executions.size());
  add({event.trial, executions_ == 1 ? own : event.execution}, trial,
      tensorboard::scalars(event.started + event.seconds, event.epoch, event.metrics));
}

// Not after each epoch: a trial that fails would keep the score of one, and might lead the table. (NaN would
// take it back, but TensorBoard can't sort a column that has it.)
void TensorBoardLog::learn(const TrialEnded& event, const std::vector<Trial>& trials) {
  const Trial& trial = trials[event.trial];
  const bool scored = std::ranges::all_of(
      trial.executions, [](const ExecutionResult& each) { return std::isfinite(each.score); });
  if (event.ending == Ending::failed || trial.status == TrialStatus::failed || !scored ||
      !std::isfinite(trial.score))
    return;
  start(event.trial, trial);
  add({event.trial, own}, trial,
      tensorboard::scalars(event.time, trial.epochs(), {{"best/" + opened_.metric, trial.score}}));
}

void TensorBoardLog::add(Run run, const Trial& trial, const std::string& records) {
  std::string& waiting = waiting_[run];
  const std::size_t before = waiting.size();
  if (before == 0 && !written_.contains(run)) waiting = tensorboard::file_header(trial.started);
  waiting += records;
  bytes_ += waiting.size() - before;
}

void TensorBoardLog::start(TrialId id, const Trial& trial) {
  if (told_[id] != Told::nothing) return;
  told_[id] = Told::start;
  add({id, own}, trial, tensorboard::session_start(trial.started, trial.hyperparameters));
}

void TensorBoardLog::end(TrialId id, const Trial& trial) {
  start(id, trial);
  if (told_[id] == Told::end) return;
  told_[id] = Told::end;
  add({id, own}, trial, tensorboard::session_end(trial.ended, trial.status != TrialStatus::failed));
}

void TensorBoardLog::flush() {
  if (!given_up_.empty()) throw Error(given_up_);
  try {
    write();
    if (fresh_) discard_leftovers();
    fresh_ = false;
  } catch (const Error& problem) {
    throw Error(std::string(problem.what()) + " TensorBoard will not see the latest of the sweep before it " +
                "can be written; the journal holds everything.");
  }
}

void TensorBoardLog::write() {
  if (waiting_.empty() && restarts_.empty()) return;
  if (space_size_ != space_.hyperparameters().size()) write_space();
  for (auto run = waiting_.begin(); run != waiting_.end(); run = waiting_.erase(run)) {
    write(run->first, run->second);
    bytes_ -= run->second.size();
  }
  for (auto trial = restarts_.begin(); trial != restarts_.end(); trial = restarts_.erase(trial))
    replace_file(folder_of({trial->first, own}) / event_file_name(0), bytes_of(trial->second));
}

// There may be as many runs as a sweep has trials: no file stays open. One that was written in part is
// written again from where it was.
void TensorBoardLog::write(Run run, const std::string& records) {
  const auto known = written_.find(run);
  const std::uint64_t before = known == written_.end() ? 0 : known->second;
  const fs::path folder = folder_of(run);
  if (before == 0) make_folder(folder);
  File file(folder / file_name_, O_WRONLY | O_CREAT | O_NOFOLLOW);
  file.write_at(before, bytes_of(records));
  const std::uint64_t size = before + records.size();
  if (before == 0 && file.size() > size) file.resize(size);  // an earlier start of the sweep wrote more
  written_[run] = size;
}

// In a folder of another name for each size, since TensorBoard keeps the first that it sees in a folder, but
// forgets a folder that is gone.
void TensorBoardLog::write_space() {
  const std::size_t size = space_.hyperparameters().size();
  const std::string tag = "best/" + opened_.metric;
  const std::string direction = opened_.maximize ? "more is better" : "less is better";
  std::vector<tensorboard::MetricColumn> metrics = {{tag, tag, "the trial's score; " + direction}};
  if (executions_ == 1)
    metrics.push_back({opened_.metric, opened_.metric, "at the latest epoch; " + direction});
  const std::string name = space_prefix + std::to_string(size);
  make_folder(folder_ / name);
  replace_file(folder_ / name / file_name_,
               bytes_of(tensorboard::file_header(opened_.time) +
                        tensorboard::experiment(opened_.time, "Sibyl: " + opened_.job, space_, metrics)));
  space_size_ = size;
  std::error_code ignored;  // TensorBoard may show the old one, if it can't be deleted
  for (const fs::path& other : names_in(folder_))
    if (other != name && other.string().starts_with(space_prefix)) fs::remove_all(folder_ / other, ignored);
}

// Trials that the journal does not know, since it lost its end or is that of another sweep.
void TensorBoardLog::discard_leftovers() const {
  std::error_code ignored;
  for (const fs::path& name : names_in(folder_)) {
    const std::string text = name.string();
    TrialId id = -1;
    if (text.starts_with(trial_prefix))
      std::from_chars(text.data() + trial_prefix.size(), text.data() + text.size(), id);
    if (id >= 0 && text == checkpoint_folder(id) && !written_.contains({id, own}))
      fs::remove_all(folder_ / name, ignored);
  }
}

fs::path TensorBoardLog::folder_of(Run run) const {
  const auto& [trial, execution] = run;
  const fs::path folder = folder_ / checkpoint_folder(trial);
  return execution == own ? folder : folder / ("execution_" + std::to_string(execution));
}

}  // namespace sibyl
