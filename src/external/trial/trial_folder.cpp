#include "external/trial/trial_folder.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <span>

#include "base/file.hpp"
#include "base/numbers.hpp"
#include "external/trial/messages.hpp"

namespace sibyl {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view prefix = "checkpoint_";

void sync_one(const fs::path& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool good = descriptor >= 0 && fsync(descriptor) == 0;
  const int problem = errno;
  if (descriptor >= 0) close(descriptor);
  if (!good) throw_io_error("sync", path, problem);
}

// A file, or a folder with all that is in it.
void sync_all(const fs::path& path) {
  if (fs::is_directory(path))
    for (const auto& each : fs::recursive_directory_iterator(path))
      if (each.is_regular_file() || each.is_directory()) sync_one(each.path());
  sync_one(path);
}

std::string line_of(int epoch, const ReportedEpoch& report) {
  std::string metrics;
  for (const Metric& each : report.metrics)
    metrics += (metrics.empty() ? "" : ",") + json_text(each.name) + ":" + json_number(each.value);
  return "{\"epoch\":" + std::to_string(epoch) + ",\"started\":" + json_number(report.started) +
         ",\"seconds\":" + json_number(report.seconds) + ",\"metrics\":{" + metrics + "}}\n";
}

}  // namespace

TrialFolder::TrialFolder(const TrainerOptions& options, TrialId trial, int execution) {
  if (options.checkpoints.empty()) return;
  // A program may go elsewhere.
  folder_ = fs::absolute(options.checkpoints) / checkpoint_folder(trial) /
            ("execution_" + std::to_string(execution));
}

void TrialFolder::make() const {
  if (!is_there()) return;
  std::error_code problem;
  fs::create_directories(for_program(), problem);
  if (problem) throw Error("can't make the folder " + for_program().string() + ": " + problem.message());
  fs::remove(score_file(), problem);
}

std::optional<ProgramCheckpoint> TrialFolder::checkpoint() const {
  std::optional<ProgramCheckpoint> latest;
  std::error_code problem;
  if (!is_there()) return latest;
  for (const auto& entry : fs::directory_iterator(folder_, problem)) {
    const std::string name = entry.path().filename();
    if (!name.starts_with(prefix)) continue;
    const auto epoch = read_number<int>(std::string_view(name).substr(prefix.size()));
    if (epoch && *epoch > 0 && (!latest || *epoch > latest->epoch)) latest = {entry.path(), *epoch};
  }
  return latest;
}

std::int64_t TrialFolder::checkpoint_bytes() const {
  const auto kept = checkpoint();
  if (!kept) return 0;
  std::error_code problem;
  if (!fs::is_directory(kept->path, problem)) {
    const auto bytes = fs::file_size(kept->path, problem);
    return problem ? 0 : static_cast<std::int64_t>(bytes);
  }
  std::int64_t bytes = 0;
  for (const auto& each : fs::recursive_directory_iterator(kept->path, problem))
    if (each.is_regular_file(problem) && !each.is_symlink(problem))
      bytes += static_cast<std::int64_t>(each.file_size(problem));
  return bytes;
}

ReportedEpochs TrialFolder::reported() const {
  ReportedEpochs reported;
  if (!is_there()) return reported;
  std::ifstream in(folder_ / "reports");
  try {
    for (std::string line; std::getline(in, line);) {
      const JsonValue json = parse_json(line, /*allow_nan=*/true);
      const JsonValue *epoch = json.find("epoch"), *started = json.find("started"),
                      *seconds = json.find("seconds"), *metrics = json.find("metrics");
      if (!epoch || !started || !seconds || !metrics) break;
      reported[static_cast<int>(epoch->whole)] = {started->number, seconds->number, read_metrics(*metrics)};
    }
  } catch (const JsonError&) {  // a disk's fault; what is missing is trained again
  }
  return reported;
}

fs::path TrialFolder::place_for_next() const {
  const fs::path place = folder_ / "next.tmp";
  std::error_code ignored;
  fs::remove_all(place, ignored);
  return place;
}

void TrialFolder::keep(int epoch, const ReportedEpochs& reported) const {
  const fs::path written = folder_ / "next.tmp";
  const std::string number = std::to_string(epoch);
  const fs::path kept =
      folder_ / (std::string(prefix) + std::string(number.size() < 6 ? 6 - number.size() : 0, '0') + number);
  std::error_code problem;
  if (!fs::exists(written, problem))
    throw Error("the program says that it has saved epoch " + number + ", but there is no " +
                written.string());
  sync_all(written);
  std::string text;
  for (const auto& [each, report] : reported)
    if (each <= epoch) text += line_of(each, report);
  replace_file(folder_ / "reports", std::as_bytes(std::span(text)));
  fs::remove_all(kept, problem);
  fs::rename(written, kept, problem);
  if (problem)
    throw Error("can't rename " + written.string() + " to " + kept.string() + ": " + problem.message());
  sync_folder_of(kept);
  for (const auto& entry : fs::directory_iterator(folder_, problem))
    if (entry.path().filename().string().starts_with(prefix) && entry.path() != kept)
      fs::remove_all(entry.path(), problem);
}

void TrialFolder::forget_checkpoint() const {
  std::error_code ignored;
  if (!is_there()) return;
  for (const auto& entry : fs::directory_iterator(folder_, ignored))
    if (entry.path().filename().string().starts_with(prefix)) fs::remove_all(entry.path(), ignored);
  fs::remove(folder_ / "reports", ignored);
  fs::remove_all(folder_ / "next.tmp", ignored);
}

void TrialFolder::copy(const TrialFolder& other) const {
  const auto checkpoint = other.checkpoint();
  if (!is_there() || !checkpoint) return;
  make();
  std::error_code problem;
  fs::copy(checkpoint->path, place_for_next(), fs::copy_options::recursive, problem);
  if (problem) throw Error("can't copy " + checkpoint->path.string() + ": " + problem.message());
  keep(checkpoint->epoch, other.reported());
}

void TrialFolder::copy_own(const TrialFolder& other) const {
  std::error_code problem;
  if (!is_there() || fs::exists(for_program(), problem) || !fs::exists(other.for_program(), problem)) return;
  fs::create_directories(folder_, problem);
  const fs::path place = place_for_next();
  fs::copy(other.for_program(), place, fs::copy_options::recursive | fs::copy_options::copy_symlinks,
           problem);
  if (!problem) fs::rename(place, for_program(), problem);
  if (problem) throw Error("can't copy " + other.for_program().string() + ": " + problem.message());
}

}  // namespace sibyl
