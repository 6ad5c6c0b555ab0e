#include "external/program/program_file.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <sstream>

#include "base/hash.hpp"
#include "sibyl/error.hpp"

namespace sibyl {

namespace fs = std::filesystem;

namespace {

constexpr std::array script_suffixes = {".py", ".sh", ".R", ".r", ".jl", ".pl", ".rb", ".lua", ".m", ".js"};
constexpr std::uintmax_t max_script = 64 << 20;

bool is_executable(const fs::path& file) {
  std::error_code ignored;
  return fs::is_regular_file(file, ignored) && access(file.c_str(), X_OK) == 0;
}

bool is_script(const std::string& word) {
  for (const char* suffix : script_suffixes)
    if (word.ends_with(suffix) && word.find('{') == std::string::npos) return true;
  return false;
}

// The script of `python3 -u train.py --data x.csv`: the first word that is no option, if it looks like one.
std::string script_of(const std::vector<std::string>& command) {
  for (std::size_t i = 1; i < command.size(); ++i) {
    if (command[i].starts_with('-')) continue;
    return is_script(command[i]) ? command[i] : "";
  }
  return "";
}

}  // namespace

std::string program_file(const std::string& word) {
  if (word.empty()) throw UsageError("the program's command line begins with an empty word");
  if (word.find('/') != std::string::npos) {
    if (is_executable(word)) return word;
    std::error_code problem;
    const auto status = fs::status(word, problem);
    if (!fs::exists(status))
      throw UsageError("there is no program " + word +
                       (problem && problem.value() != ENOENT ? ": " + problem.message() : ""));
    if (fs::is_directory(status)) throw UsageError(word + " is a directory, not a program");
    throw UsageError(word + " is not executable: chmod +x " + word + ", or name what runs it (python3 " +
                     word + ")");
  }
  const char* path = std::getenv("PATH");
  std::istringstream folders(path ? path : "/usr/bin:/bin");
  for (std::string folder; std::getline(folders, folder, ':');)
    if (const fs::path file = fs::path(folder.empty() ? "." : folder) / word; is_executable(file))
      return file;
  std::error_code ignored;
  const bool is_here = fs::exists(word, ignored);
  throw UsageError("there is no program " + word + " in PATH" +
                   (is_here ? "; the file of this name here is ./" + word : ""));
}

void require_program(const std::vector<std::string>& command) {
  if (command.empty())
    throw UsageError("no program is given: put its command line behind --, as in -- python3 train.py");
  static_cast<void>(program_file(command[0]));
  const std::string script = script_of(command);
  if (script.empty()) return;
  if (std::ifstream file(script); file && !fs::is_directory(script)) return;
  throw UsageError("can't read " + script + ", which " + command[0] +
                   " is to run: " + (fs::is_directory(script) ? "it is a directory" : std::strerror(errno)) +
                   " (the sweep runs in " + fs::current_path().string() + ")");
}

std::vector<std::pair<std::string, std::string>> program_versions(const std::vector<std::string>& command) {
  std::vector<std::pair<std::string, std::string>> versions;
  if (command.empty()) return versions;
  std::vector<std::string> files{script_of(command)};
  if (files[0].empty()) files[0] = program_file(command[0]);
  for (const std::string& each : files) {
    std::error_code ignored;
    if (fs::file_size(each, ignored) > max_script || ignored) continue;
    std::ifstream in(each, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    char hash[17];
    std::snprintf(hash, sizeof hash, "%016llx",
                  static_cast<unsigned long long>(xxh64(std::as_bytes(std::span(text)))));
    versions.emplace_back(fs::path(each).filename(), hash);
  }
  return versions;
}

}  // namespace sibyl
