#include "sweep/record/record.hpp"

#include <nlohmann/json.hpp>

#include "base/launcher.hpp"
#include "sibyl/error.hpp"
#include "store/journal/journal.hpp"

namespace sibyl {

namespace {

// Those that decide bits.
std::map<std::string, std::string> versions_of(const std::string& json) {
  const auto object = nlohmann::json::parse(json, nullptr, /*allow_exceptions=*/false);
  std::map<std::string, std::string> versions;
  if (!object.is_object()) return versions;
  for (const auto& [name, version] : object.items())
    if (version.is_string() && name != "mpi" && name != "hdf5") versions[name] = version.get<std::string>();
  return versions;
}

// The longest part before a comma or a colon, or all of it, that exists; empty if none does.
std::string path_in(const std::string& data) {
  std::error_code ignored;
  std::string path = data;
  while (!std::filesystem::exists(path, ignored)) {
    const auto end = path.find_last_of(",:");
    if (end == std::string::npos) return "";
    path.resize(end);
  }
  return path;
}

void replace_all(std::string& text, const std::string& what, const std::string& by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
}

}  // namespace

std::vector<std::string> Record::tell(const Event& event) {
  if (const auto* opened = std::get_if<SweepOpened>(&event)) {
    opened_ = *opened;
    options_ = opened->options;
    return platforms_.tell(versions_of(opened->versions), "rank 0");
  }
  if (const auto* launched = std::get_if<SweepLaunched>(&event)) {
    if (!launched->options.empty()) options_ = launched->options;
    command_ = launched->command;
    return platforms_.tell(versions_of(launched->versions), "rank 0 on " + launched->host);
  }
  if (const auto* resumed = std::get_if<SweepResumed>(&event)) resumed_ = *resumed;
  if (const auto* data = std::get_if<DataDescribed>(&event)) data_ = *data;
  if (const auto* joined = std::get_if<WorkerJoined>(&event)) {
    if (threads_ == 0) threads_ = joined->threads;
    return platforms_.tell(*joined);
  }
  return {};
}

std::string Record::options(bool data_typed) const {
  auto options = nlohmann::ordered_json::parse(options_);
  if (resumed_) {
    options["max-trials"] = resumed_->max_trials;
    options["iterations"] = resumed_->iterations;
  }
  // Journals of versions 1 and 2 record neither threads nor data.
  if (options.value("threads", 0) == 0) options["threads"] = threads_;
  const bool typed_then = opened_->command_line.find(" --data") != std::string::npos;
  if (!options.contains("data") && !data_ && typed_then && !data_typed)
    throw UsageError(
        "the sweep was begun with --data (\"" + opened_->command_line +
        "\"), and its record is of an older version, which does not say where that was: give --data");
  if (data_) options["data"] = data_->path;
  if (opened_->metric.empty() || !options.value("objective", "").empty()) return options.dump();
  options["objective"] = opened_->metric + (opened_->maximize ? ":max" : ":min");
  return options.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string absolute_data(const std::string& data) {
  const std::string path = path_in(data);
  if (path.empty()) return data;
  return std::filesystem::absolute(path).lexically_normal().string() + data.substr(path.size());
}

void require_recorded_data(const std::string& data) {
  if (!data.starts_with("/") || !path_in(data).empty()) return;
  throw Error(
      "the sweep's data is not on " + host_name() + " any more: " + data +
      ", as its record says. Put it back, or give --data with where it is now (it has to be the same)");
}

std::string resume_command(std::string command) {
  if (command.empty()) return command;
  const auto dashes = std::min(command.find(" -- "), command.size());  // behind them is a program's own
  const std::string behind = command.substr(dashes);
  command = command.substr(0, dashes) + " ";
  replace_all(command, " --overwrite ", " ");
  if (command.find(" --resume ") == std::string::npos) {
    replace_all(command, " : ", " --resume : ");  // each program of an mpirun of several
    command += "--resume ";
  }
  command.pop_back();
  return command + behind;
}

}  // namespace sibyl
