#include "store/results.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.hpp"
#include "core/objective.hpp"
#include "store/attempt_table.hpp"
#include "store/file.hpp"
#include "store/hdf5.hpp"
#include "store/text.hpp"
#include "store/trial_table.hpp"

namespace sibyl {
namespace {

constexpr std::int64_t format =
    1;  // raise it when a column changes its meaning or goes; a new column is no reason
constexpr double never = std::numeric_limits<double>::quiet_NaN();

}  // namespace

void Results::tell(const Event& event, const Consequences& consequences) {
  std::visit([this](const auto& each) { learn(each); }, event);
  workers_.tell(event);
  attempts_.tell(event);
  if (const double time = time_of(event); !std::isnan(time)) time_ = time;
  for (const RungResult& result : consequences.decisions) rungs_.push_back({result, time_});
}

void Results::learn(const SweepOpened& event) {
  opened_ = event;
  for (const Hyperparameter& each : event.space.hyperparameters()) add_to_space(each, -1);
}

void Results::learn(const TrialStarted& event) {
  slots_[event.suggestion.slot.trial] = event.suggestion.slot;
}

void Results::learn(const HyperparametersFound& event) {
  for (const Hyperparameter& each : event.hyperparameters) add_to_space(each, event.trial);
}

void Results::learn(const EpochReported& event) {
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

void Results::add_to_space(const Hyperparameter& hyperparameter, TrialId found_by) {
  // Several workers can find the same one before the oracle knows it.
  const bool known = std::any_of(space_.begin(), space_.end(), [&](const KnownHyperparameter& each) {
    return each.hyperparameter == hyperparameter;
  });
  if (!known) space_.push_back({hyperparameter, found_by});
}

Table Results::rung_table() const {
  const auto number = [](int Slot::*member) {
    return [member](const RungRow& row) { return std::int32_t{row.result.slot.*member}; };
  };
  Table table;
  table.add("trial", rungs_, [](const RungRow& row) { return row.result.slot.trial; });
  table.add("iteration", rungs_, number(&Slot::iteration));
  table.add("bracket", rungs_, number(&Slot::bracket));
  table.add("rung", rungs_, number(&Slot::rung));
  table.add("epoch", rungs_, number(&Slot::last_epoch));
  table.add("score", rungs_, [](const RungRow& row) { return row.result.score; });
  table.add("decision", rungs_,
            [](const RungRow& row) { return std::string(to_string(row.result.decision)); });
  table.add("time", rungs_, [](const RungRow& row) { return row.time; });
  return table;
}

void Results::publish(const std::filesystem::path& file, const std::vector<Trial>& trials, double now) const {
  const Objective objective{opened_.metric, opened_.maximize ? Direction::maximize : Direction::minimize};
  const std::array<std::pair<std::string, Table>, 7> tables = {{
      {"trials", trial_table(trials, objective, space_)},
      {"epochs", epochs_.table()},
      {"search_space", search_space_table(space_)},
      {"rungs", rung_table()},
      {"workers", workers_.workers(now)},
      {"work", workers_.work()},
      {"attempts", attempt_table(attempts_.all())},
  }};
  std::size_t expected =
      opened_.command_line.size() + opened_.options.size() + opened_.versions.size() + 16'384;
  for (const auto& [name, table] : tables) expected += hdf5::size_of(table);

  try {
    const hdf5::Quiet quiet;
    hdf5::FileImage image(expected);
    const auto root = [&](const std::string& name, const auto& value) {
      hdf5::write_attribute(image.id(), name, value);
    };
    const double created = opened_.time > 0 ? opened_.time : never;
    root("format", format);
    root("sibyl", std::string(SIBYL_VERSION));
    root("job", opened_.job);
    root("objective", objective.metric);
    root("direction", std::string(to_string(objective.direction)));
    root("seed", opened_.seed);
    root("command_line", opened_.command_line);
    root("options", opened_.options);
    root("versions", opened_.versions);
    root("created", iso_time(created));
    root("created_seconds", created);
    root("finished", iso_time(closed_.time));
    root("finished_seconds", closed_.time);
    root("reason", closed_.reason);
    root("published", iso_time(now));
    for (const auto& [name, table] : tables) hdf5::write_table(image.id(), name, table);
    replace_file(file, image.finish());
  } catch (const Error& error) {
    throw Error(std::string(error.what()) + " The results file " + file.string() +
                " was not published; what was there before is unchanged, and the journal holds everything.");
  }
}

std::string hdf5_version() {
  unsigned major = 0, minor = 0, release = 0;
  H5get_libversion(&major, &minor, &release);
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(release);
}

}  // namespace sibyl
