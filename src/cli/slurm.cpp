#include "cli/slurm.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <vector>

namespace sibyl {

std::optional<SlurmJob> slurm_job(const Environ& environ) {
  const auto text = [&](const char* name) {
    const char* value = environ(name);
    return std::string(value ? value : "");
  };
  const auto number = [&](const char* name) { return std::atoi(text(name).c_str()); };
  SlurmJob job;
  job.id = text("SLURM_JOB_ID");
  if (job.id.empty()) return {};
  if (const std::string array = text("SLURM_ARRAY_JOB_ID"); !array.empty())
    job.id = array + "_" + text("SLURM_ARRAY_TASK_ID");
  job.restarts = number("SLURM_RESTART_COUNT");  // not there before the first
  job.in_step = environ("SLURM_STEP_ID") != nullptr && environ("SLURM_STEP_NUM_TASKS") != nullptr;
  job.tasks = number(job.in_step ? "SLURM_STEP_NUM_TASKS" : "SLURM_NTASKS");
  job.ends = std::atof(text("SLURM_JOB_END_TIME").c_str());
  return job;
}

std::string launcher(const Environ& environ) {
  if (environ("OMPI_COMM_WORLD_RANK")) return "mpirun";
  const auto job = slurm_job(environ);
  return job && job->in_step ? "srun" : "";
}

bool has_process_manager(const Environ& environ) {
  return environ("PMIX_RANK") || environ("PMI_RANK") || environ("OMPI_COMM_WORLD_RANK");
}

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
  FILE* pipe = popen(command.c_str(), "r");
  if (!pipe) return "";
  std::array<char, 4096> text{};
  const bool any = std::fgets(text.data(), static_cast<int>(text.size()), pipe) != nullptr;
  pclose(pipe);
  std::string line = any ? text.data() : "";
  while (!line.empty() && line.back() == '\n') line.pop_back();
  return in_queue_text(line);
}

}  // namespace sibyl
