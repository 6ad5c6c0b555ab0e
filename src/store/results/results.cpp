#include "store/results/results.hpp"

#include <hdf5.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "store/results/column_notes.hpp"
#include "store/results/launch_table.hpp"
#include "store/results/results_files.hpp"
#include "store/results/text.hpp"

namespace sibyl {

using hdf5::CellType;

namespace {

constexpr std::int64_t format =
    1;  // raise it when a column changes its meaning or goes; a new column is no reason
constexpr std::size_t max_decision_length = std::string_view("completed").size();
constexpr double never = std::numeric_limits<double>::quiet_NaN();

}  // namespace

void Results::tell(const Event& event, const Consequences& consequences) {
  std::visit([this](const auto& each) { learn(each); }, event);
  workers_.tell(event, consequences);
  launches_.tell(event);
  if (const double time = time_of(event); !std::isnan(time)) time_ = time;
  for (const RungResult& result : consequences.decisions) add_rung(result);
}

Results::Results()
    : rungs_({{"trial", CellType::int64, 8},
              {"iteration", CellType::int32, 4},
              {"bracket", CellType::int32, 4},
              {"rung", CellType::int32, 4},
              {"epoch", CellType::int32, 4},
              {"score", CellType::float64, 8},
              {"decision", CellType::text, max_decision_length},
              {"time", CellType::float64, 8}}) {}

void Results::learn(const SweepOpened& event) {
  opened_ = event;
  for (const Hyperparameter& each : event.space.hyperparameters()) add_to_space(each, -1);
}

void Results::learn(const TrialStarted& event) {
  slots_[event.suggestion.slot.trial] = event.suggestion.slot;
  trial_rows_.touched(event.suggestion.slot.trial);
}

void Results::learn(const HyperparametersFound& event) {
  for (const Hyperparameter& each : event.hyperparameters) add_to_space(each, event.trial);
  trial_rows_.touched(event.trial);
}

void Results::learn(const TrialEnded& event) {
  trial_rows_.touched(event.trial);
}

void Results::learn(const EpochReported& event) {
  trial_rows_.touched(event.trial);
  const auto slot = slots_.find(event.trial);
  if (slot == slots_.end())
    epochs_.tell(event, -1, -1);
  else
    epochs_.tell(event, slot->second.bracket, slot->second.rung);
}

void Results::learn(const SweepClosed& event) {
  closed_ = event;
}

void Results::learn(const SweepResumed&) {
  closed_ = {never, ""};  // a finished sweep may have been given more to do
}

void Results::learn(const SweepLaunched& event) {
  if (!event.options.empty()) opened_.options = event.options;  // as it is run now
}

void Results::add_to_space(const Hyperparameter& hyperparameter, TrialId found_by) {
  // Several workers can find the same one before the oracle knows it.
  const bool known = std::any_of(space_.begin(), space_.end(), [&](const KnownHyperparameter& each) {
    return each.hyperparameter == hyperparameter;
  });
  if (!known) space_.push_back({hyperparameter, found_by});
}

void Results::add_rung(const RungResult& result) {
  rungs_.add();
  rungs_.set(0, result.slot.trial);
  rungs_.set(1, std::int32_t{result.slot.iteration});
  rungs_.set(2, std::int32_t{result.slot.bracket});
  rungs_.set(3, std::int32_t{result.slot.rung});
  rungs_.set(4, std::int32_t{result.slot.last_epoch});
  rungs_.set(5, result.score);
  rungs_.set(6, to_string(result.decision));
  rungs_.set(7, time_);
  trial_rows_.touched(result.slot.trial);
}

Objective Results::objective() const {
  return {opened_.metric, opened_.maximize ? Direction::maximize : Direction::minimize};
}

hdf5::Attributes Results::attributes(double now) const {
  const double created = opened_.time > 0 ? opened_.time : never;
  hdf5::Attributes attributes = {
      {"format", format},
      {"sibyl", std::string(SIBYL_VERSION)},
      {"job", opened_.job},
      {"objective", opened_.metric},
      {"direction", std::string(to_string(objective().direction))},
      {"seed", opened_.seed},
      {"planned_trials", planned_.trials},
      {"planned_epochs", planned_.epochs},
      {"command_line", opened_.command_line},
      {"options", opened_.options},
      {"versions", opened_.versions},
      {"created", iso_time(created)},
      {"created_seconds", created},
      {"finished", iso_time(closed_.time)},
      {"finished_seconds", closed_.time},
      {"reason", closed_.reason},
      {"published", iso_time(now)},
  };
  for (hdf5::Attribute& each : attributes)
    if (auto* text = std::get_if<std::string>(&each.value)) *text = clean_utf8(*text);
  return attributes;
}

namespace {

// In the words of its page.
void describe(hdf5::TableUpdate& table) {
  const ColumnNotes notes = column_notes(table.name, table.columns);
  if (!notes.rows.empty())
    table.attributes.insert(table.attributes.begin(),
                            {{"rows", notes.rows}, {"units", notes.units}, {"meanings", notes.meanings}});
}

hdf5::Update described(hdf5::Update update) {
  for (hdf5::TableUpdate& each : update.tables) describe(each);
  return update;
}

hdf5::TableUpdate work_changes(GrowingTable& table, const WorkerRows& workers) {
  return table.changes("work", workers.pieces(), workers.pieces_over(),
                       [&](std::size_t first) { return workers.work(first); });
}

}  // namespace

hdf5::Update Results::changes(const std::vector<Trial>& trials, double now) {
  return described(
      {attributes(now),
       {trial_rows_.changes(trials, objective(), space_), epochs_.rows().changes("epochs"),
        space_rows_.changes("search_space", search_space_table(space_)), rungs_.changes("rungs"),
        worker_rows_.changes("workers", workers_.workers(now)), work_changes(work_rows_, workers_),
        launch_rows_.changes("launches", launch_table(launches_.all())),
        retrained_rows_.changes("retrained", retrained_table(retrained_))}});
}

void Results::published(bool yes) {
  trial_rows_.published(yes);
  if (!yes) return;
  epochs_.rows().published();
  rungs_.published();
  work_rows_.published();
  for (ComparedTable* each : {&space_rows_, &worker_rows_, &launch_rows_, &retrained_rows_})
    each->published();
}

void Results::publish(const std::filesystem::path& file, const std::vector<Trial>& trials, double now) const {
  GrowingTable work;
  write_results(
      file,
      described({attributes(now),
                 {TrialRows().changes(trials, objective(), space_), epochs_.rows().all("epochs"),
                  ComparedTable().changes("search_space", search_space_table(space_)), rungs_.all("rungs"),
                  ComparedTable().changes("workers", workers_.workers(now)), work_changes(work, workers_),
                  ComparedTable().changes("launches", launch_table(launches_.all())),
                  ComparedTable().changes("retrained", retrained_table(retrained_))}}));
}

std::string hdf5_version() {
  unsigned major = 0, minor = 0, release = 0;
  H5get_libversion(&major, &minor, &release);
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(release);
}

}  // namespace sibyl
