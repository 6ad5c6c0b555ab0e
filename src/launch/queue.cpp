#include "launch/queue.hpp"

#include <sstream>
#include <vector>

#include "base/run_command.hpp"

namespace sibyl {

std::string in_queue_text(const std::string& line) {
  std::vector<std::string> words;
  std::istringstream in(line);
  for (std::string word; std::getline(in, word, '|');) words.push_back(word);
  if (words.size() < 3) return "";
  const std::string &state = words[0], &reason = words[1], &left = words[2];
  if (words.size() > 3 && !words[3].empty())
    return state + " on " + words[3] + ", " + left + " until its time limit";
  return state + (reason.empty() || reason == "None" ? "" : " (" + reason + ")");
}

std::string in_queue(const std::string& job) {
  // It comes from a journal, and goes to a shell.
  if (job.empty() || job.find_first_not_of("0123456789_") != std::string::npos) return "";
  const std::string command =
      "timeout 20 squeue --noheader --jobs=" + job + " --format='%T|%r|%L|%N' 2>/dev/null";
  const std::string text = run_command(command).output;
  return in_queue_text(text.substr(0, text.find('\n')));
}

}  // namespace sibyl
