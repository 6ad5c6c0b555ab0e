#include "external/program/program_words.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <map>

#include "base/nearest.hpp"
#include "base/program_environment.hpp"
#include "external/program/guarded_program.hpp"
#include "sibyl/error.hpp"

namespace sibyl {

namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;
constexpr const char* all_hyperparameters = "{}";
const Words names_of_tasks = {"trial", "seed",    "epochs", "execution", "fold",
                              "folds", "threads", "data",   "folder"};

bool is_name_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.' || c == '/';
}

// The name in the braces that open at `at`; empty: what stands there is no placeholder (JSON, say).
std::string name_at(const std::string& word, std::size_t at) {
  auto end = at + 1;
  while (end < word.size() && is_name_character(word[end])) ++end;
  return end < word.size() && word[end] == '}' ? word.substr(at + 1, end - at - 1) : "";
}

// Calls `put` for what each placeholder is to become, and copies the rest.
template <class Put>
std::string filled(const std::string& word, Put&& put) {
  std::string out;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const bool is_double = word.compare(i, 2, "{{") == 0;
    const bool is_of_shell = i > 0 && word[i - 1] == '$';  // ${HOME}
    const std::string name = word[i] == '{' && !is_of_shell ? name_at(word, i + (is_double ? 1 : 0)) : "";
    const std::size_t length = name.size() + 2;
    if (name.empty()) {
      out += word[i];
    } else if (!is_double) {
      out += put(name);
      i += length - 1;
    } else if (word.compare(i + length + 1, 1, "}") == 0) {
      out += word.substr(i + 1, length);
      i += length + 1;
    } else {
      out += word[i];
    }
  }
  return out;
}

std::map<std::string, std::string> facts(const ProgramTask& task) {
  const Slot& slot = task.suggestion.slot;
  return {{"trial", std::to_string(slot.trial)},
          {"seed", std::to_string(program_seed(task.options, slot.trial, task.execution))},
          {"epochs", std::to_string(slot.last_epoch)},
          {"execution", std::to_string(task.execution)},
          {"fold", std::to_string(fold_of(task.options, task.execution))},
          {"folds", std::to_string(task.options.folds)},
          {"threads", std::to_string(task.options.threads)},
          {"data", task.options.data.string()},
          {"folder", task.folder.is_there() ? task.folder.for_program().string() : ""}};
}

// Where sibyl_trial.py is: beside this program where it is built, else below share where it is installed.
std::string client_folder() {
  std::error_code ignored;
  const fs::path here = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  for (const fs::path& each : {here, here.parent_path() / "share/sibyl/jobs/program"})
    if (fs::exists(each / "sibyl_trial.py", ignored)) return each;
  return "";
}

Variables common_environment() {
  auto all = variables_for_programs();
  all["SIBYL_FD"] = std::to_string(program_descriptor);
  all["PYTHONUNBUFFERED"] = "1";  // what it prints is seen when it is printed
  if (const std::string folder = client_folder(); !folder.empty()) {
    std::string& path = all["PYTHONPATH"];
    path += (path.empty() ? "" : ":") + folder;
  }
  return all;
}

}  // namespace

std::int64_t program_seed(const TrainerOptions& options, TrialId trial, int execution) {
  return static_cast<std::int64_t>(RandomStream::key(options.seed, "program", trial, execution) >> 33);
}

int fold_of(const TrainerOptions& options, int execution) {
  return execution % std::max(options.folds, 1);
}

std::vector<std::string> program_command(const ProgramTask& task) {
  const auto known = facts(task);
  const Values& values = task.suggestion.hyperparameters;
  Words out;
  for (const std::string& word : task.options.program.command) {
    if (word == all_hyperparameters) {
      for (const auto& [name, value] : values) out.insert(out.end(), {"--" + name, to_string(value)});
      continue;
    }
    bool is_missing = false;
    std::string text = filled(word, [&](const std::string& name) -> std::string {
      if (const auto value = values.find(name); value != values.end()) return to_string(value->second);
      if (const auto fact = known.find(name); fact != known.end()) return fact->second;
      is_missing = true;
      return "";
    });
    if (!is_missing)
      out.push_back(std::move(text));
    else if (text.empty() && !out.empty() && out.back().starts_with('-'))
      out.pop_back();
  }
  return out;
}

void check_placeholders(const std::vector<std::string>& command, const std::vector<std::string>& names) {
  Words known = names;
  known.insert(known.end(), names_of_tasks.begin(), names_of_tasks.end());
  for (const std::string& word : command)
    static_cast<void>(filled(word, [&](const std::string& name) -> std::string {
      if (std::find(known.begin(), known.end(), name) != known.end()) return "";
      throw UsageError("the word '" + word + "' of the program's command line: there is no hyperparameter '" +
                       name + "' in the search space" + did_you_mean(name, known) + "; {{" + name +
                       "}} stands for {" + name + "}");
    }));
}

bool names_a_trial(const std::vector<std::string>& command) {
  bool any = false;
  for (const std::string& word : command) {
    any = any || word == all_hyperparameters;
    static_cast<void>(filled(word, [&](const std::string& name) {
      any = any || (name != "threads" && name != "data");
      return "";
    }));
  }
  return any;
}

std::vector<std::string> program_environment(const ProgramTask& task) {
  auto all = common_environment();
  for (const auto& [name, value] : facts(task)) {
    std::string variable = "SIBYL_" + name;
    for (char& c : variable) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    if (name != "data" || !value.empty()) all[variable] = value;
  }
  for (const auto& [name, value] : task.suggestion.hyperparameters)
    all[hyperparameter_variable(name)] = to_string(value);
  if (task.folder.is_there()) all["SIBYL_SCORE_FILE"] = task.folder.score_file();
  for (const char* each :
       {"OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS"})
    all[each] = std::to_string(task.options.threads);
  if (task.visible_devices != "-") all["CUDA_VISIBLE_DEVICES"] = task.visible_devices;
  return listed(all);
}

std::vector<std::string> describing_environment() {
  auto all = common_environment();
  all["SIBYL_DESCRIBE"] = "1";
  return listed(all);
}

}  // namespace sibyl
