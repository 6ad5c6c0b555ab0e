#include "launch/whole_command.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/text.hpp"

namespace sibyl {

namespace {

constexpr int max_ancestors = 32;

std::string joined(const Words& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + shell_word(word);
  return text;
}

// Arguments end with a NUL each.
Words command_line(const std::string& process) {
  std::ifstream in("/proc/" + process + "/cmdline", std::ios::binary);
  Words words;
  for (std::string word; std::getline(in, word, '\0');) words.push_back(word);
  return words;
}

// The fourth word of stat; the second, a name in parentheses, may hold anything.
std::string parent(const std::string& process) {
  std::ifstream in("/proc/" + process + "/stat");
  const std::string stat{std::istreambuf_iterator<char>(in), {}};
  const auto name_end = stat.rfind(')');
  if (name_end == std::string::npos || stat.size() < name_end + 5) return "";
  const auto begin = name_end + 4;
  return stat.substr(begin, stat.find(' ', begin) - begin);
}

bool is_launcher(const Words& words, const std::string& launcher) {
  constexpr std::array mpiruns = {"mpirun", "mpiexec", "orterun", "prterun"};
  if (words.empty()) return false;
  std::string name = std::filesystem::path(words[0]).filename();
  name = name.substr(0, name.find('.'));  // Debian's mpirun.openmpi
  if (launcher == "srun") return name == "srun";
  return std::find(mpiruns.begin(), mpiruns.end(), name) != mpiruns.end();
}

}  // namespace

std::vector<Words> ancestors() {
  std::vector<Words> above;
  std::string process = parent("self");
  while (static_cast<int>(above.size()) < max_ancestors && !process.empty() && process != "0") {
    above.push_back(command_line(process));
    process = parent(process);
  }
  return above;
}

std::string whole_command(const Words& own, const std::vector<Words>& above, const Environ& environ,
                          int ranks) {
  const std::string by = launcher(environ);
  if (by.empty()) return joined(own);
  for (const Words& words : above)
    if (is_launcher(words, by)) return joined(words);
  // It runs on another node.
  Words words{by};
  const auto add = [&](const std::string& option, const char* value) {
    if (value && *value) words.push_back(option + value);
  };
  if (by == "srun") {
    add("--mpi=", environ("SLURM_MPI_TYPE"));
    add("--nodes=", environ("SLURM_STEP_NUM_NODES"));
  }
  words.insert(words.end(), {"-n", std::to_string(ranks)});
  words.insert(words.end(), own.begin(), own.end());
  return joined(words);
}

}  // namespace sibyl
