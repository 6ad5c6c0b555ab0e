#include "store/sweep_directory.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.hpp"
#include "sibyl/error.hpp"
#include "sibyl/job.hpp"
#include "store/journal/journal.hpp"

namespace sibyl {

namespace fs = std::filesystem;

namespace {

using Names = std::vector<std::string>;

// A link is what it leads to: people put folders of checkpoints on another disk.
Names names_in(const fs::path& folder) {
  Names names;
  std::error_code problem;  // what can't be listed holds nothing that could be deleted
  for (fs::directory_iterator at(folder, problem), end; !problem && at != end; at.increment(problem))
    names.push_back(at->path().filename());
  return names;
}

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(path, ignored));
}

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char each) { return '0' <= each && each <= '9'; });
}

// "trial_000017", and "trial_000017.pt" with the ending ".pt".
bool is_trial(std::string_view name, std::string_view ending = "") {
  constexpr std::string_view prefix = "trial_";
  if (!name.starts_with(prefix) || !name.ends_with(ending)) return false;
  name.remove_suffix(ending.size());
  const std::string_view digits = name.substr(std::min(prefix.size(), name.size()));
  TrialId id = -1;
  std::from_chars(digits.data(), digits.data() + digits.size(), id);
  return is_number(digits) && name == checkpoint_folder(id);
}

bool is_search_space(std::string_view name) {
  constexpr std::string_view prefix = "search_space";
  if (!name.starts_with(prefix)) return false;
  name.remove_prefix(prefix.size());
  return name.empty() || (name.front() == '_' && is_number(name.substr(1)));
}

void delete_all(const fs::path& path) {
  std::error_code problem;
  fs::remove_all(path, problem);
  if (problem) throw Error("can't delete " + path.string() + ": " + problem.message());
}

template <class IsOurs>
void remove_in(const fs::path& folder, IsOurs is_ours) {
  for (const std::string& name : names_in(folder))
    if (is_ours(name)) delete_all(folder / name);
}

// A folder that is empty now, unless it is a link: that is its user's.
void remove_if_empty(const fs::path& folder) {
  std::error_code ignored;
  if (!fs::is_symlink(folder, ignored)) fs::remove(folder, ignored);
}

template <class IsOurs>
void clear(const fs::path& folder, IsOurs is_ours) {
  remove_in(folder, is_ours);
  remove_if_empty(folder);
}

void clear_events(const fs::path& folder) {
  for (const std::string& name : names_in(folder)) {
    std::error_code ignored;
    if (fs::is_directory(fs::symlink_status(folder / name, ignored)))
      clear_events(folder / name);
    else if (name.starts_with("events.out.tfevents.") &&
             (name.ends_with(".sibyl") || name.ends_with(".sibyl.tmp")))
      delete_all(folder / name);
  }
  remove_if_empty(folder);
}

void clear_event_folders(const fs::path& folder) {
  for (const std::string& name : names_in(folder))
    if (is_trial(name) || is_search_space(name)) clear_events(folder / name);
  remove_if_empty(folder);
}

bool is_model(std::string_view name) {
  constexpr std::array endings = {".pt", ".json", ".onnx", ".pt.tmp", ".json.tmp"};
  return std::ranges::any_of(endings, [&](const char* ending) { return is_trial(name, ending); });
}

// The page, and its pictures: each is there in both formats.
void clear_report(const fs::path& folder) {
  if (!is_there(folder / "report.html")) return;
  const Names names = names_in(folder);
  const auto twin = [&](const std::string& name) {
    const fs::path file(name);
    const auto ending = file.extension() == ".png" ? ".svg" : file.extension() == ".svg" ? ".png" : "";
    return *ending != '\0' && std::ranges::count(names, file.stem().string() + ending) > 0;
  };
  clear(folder, [&](const std::string& name) { return name == "report.html" || twin(name); });
}

void clear_exported_tables(const fs::path& folder) {
  if (!is_there(folder / "attributes.json")) return;
  constexpr std::array tables = {"trials", "epochs",   "search_space", "rungs",   "workers",
                                 "work",   "launches", "retrained",    "attempts"};
  clear(folder, [&](const std::string& name) {
    return name == "attributes.json" || std::ranges::any_of(tables, [&](const std::string& table) {
             return name == table + ".csv" || name == table + ".parquet";
           });
  });
}

std::string first_taken_name(const fs::path& directory) {
  for (const std::string name : {SweepFiles::results, "results.h5.tmp"})
    if (is_there(directory / name)) return name;
  for (const std::string name : {SweepFiles::checkpoints, SweepFiles::tensorboard}) {
    std::error_code ignored;
    if (!is_there(directory / name)) continue;
    if (!fs::is_directory(directory / name, ignored)) return name;
    for (const std::string& inside : names_in(directory / name))
      if (is_trial(inside) || (name == SweepFiles::tensorboard && is_search_space(inside)))
        return name + "/" + inside;
  }
  return "";
}

}  // namespace

bool holds_sweep(const fs::path& directory) {
  return fs::exists(directory / SweepFiles::journal);
}

bool holds_trials(const fs::path& directory) {
  if (!holds_sweep(directory)) return false;
  bool any = false;
  try {
    read_journal(directory / SweepFiles::journal,
                 [&](const Event& event) { any = any || std::holds_alternative<TrialStarted>(event); });
  } catch (const Error&) {
    return true;  // damaged: not ours to judge
  }
  return any;
}

void make_directory(const fs::path& directory) {
  std::error_code problem;
  fs::path existing = fs::absolute(directory, problem);
  std::vector<fs::path> made;
  while (!existing.empty() && !fs::exists(existing) && existing.has_relative_path()) {
    made.push_back(existing);
    existing = existing.parent_path();
  }
  fs::create_directories(directory, problem);
  if (!problem && !fs::is_directory(directory)) problem = std::make_error_code(std::errc::not_a_directory);
  if (problem)
    throw Error("can't make the output directory " + directory.string() + ": " + problem.message() +
                "; name another with --output");
  for (const fs::path& each : made) sync_folder_of(each);  // its name, too, must outlast a power cut
}

void require_free_names(const fs::path& directory) {
  if (is_there(directory / SweepFiles::journal)) return;
  const std::string taken = first_taken_name(directory);
  if (taken.empty()) return;
  throw UsageError(
      directory.string() + " holds " + taken + ", but no " + SweepFiles::journal +
      ": that is of no sweep, or of one whose journal was deleted, and a sweep would write there. Move it away, or name another directory with --output");
}

void delete_sweep(const fs::path& directory) {
  const fs::path journal = directory / SweepFiles::journal;
  if (is_there(journal)) {
    if (!is_journal(journal))
      throw UsageError(
          journal.string() +
          " is no journal of Sibyl, so what lies beside it is not deleted. Move it away, or name another directory with --output");
    require_no_writer(journal);
  } else {
    require_free_names(directory);
    return;
  }
  clear(directory / SweepFiles::checkpoints, [](const std::string& name) { return is_trial(name); });
  clear_event_folders(directory / SweepFiles::tensorboard);
  clear_event_folders(directory / "tensorboard-export");
  clear(directory / SweepFiles::retrained / SweepFiles::checkpoints,
        [](const std::string& name) { return is_trial(name); });
  for (const char* folder : {SweepFiles::exported, SweepFiles::retrained})
    clear(directory / folder, is_model);
  for (const char* folder : {"csv", "parquet"}) clear_exported_tables(directory / folder);
  clear_report(directory / "report");
  // The journal goes last: as long as it is there, the rest belongs to it.
  for (const char* file :
       {"results.h5.tmp", "results.h5.old", SweepFiles::results, "journal.bin.tmp", SweepFiles::journal}) {
    delete_all(directory / file);
    sync_folder_of(directory / file);
  }
}

}  // namespace sibyl
