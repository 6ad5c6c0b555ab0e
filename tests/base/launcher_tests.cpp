#include "base/launcher.hpp"

#include <map>

#include "catch.hpp"

using namespace sibyl;

namespace {

Environ environ_of(const std::map<std::string, std::string>& variables) {
  return [&variables](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  };
}

}  // namespace

TEST_CASE("a Slurm job is known by its environment") {
  const std::map<std::string, std::string> none, batch{{"SLURM_JOB_ID", "4711"}, {"SLURM_NTASKS", "5"}},
      step{{"SLURM_JOB_ID", "4711"},      {"SLURM_NTASKS", "9"},           {"SLURM_STEP_ID", "0"},
           {"SLURM_STEP_NUM_TASKS", "5"}, {"SLURM_RESTART_COUNT", "2"},    {"SLURM_ARRAY_JOB_ID", "4700"},
           {"SLURM_ARRAY_TASK_ID", "3"},  {"SLURM_JOB_END_TIME", "1000.5"}};
  CHECK_FALSE(slurm_job(environ_of(none)));
  CHECK(launcher(environ_of(none)).empty());
  const auto first = slurm_job(environ_of(batch));
  REQUIRE(first);
  CHECK(first->id == "4711");
  CHECK(first->restarts == 0);
  CHECK(first->tasks == 5);
  CHECK_FALSE(first->in_step);
  CHECK(first->ends == 0);
  CHECK(launcher(environ_of(batch)).empty());
  const auto array = slurm_job(environ_of(step));
  REQUIRE(array);
  CHECK(array->id == "4700_3");
  CHECK(array->restarts == 2);
  CHECK(array->tasks == 5);
  CHECK(array->ends == 1000.5);
  CHECK(launcher(environ_of(step)) == "srun");
}

TEST_CASE("mpirun is known within a Slurm job, too") {
  const std::map<std::string, std::string> variables{{"SLURM_JOB_ID", "4711"},
                                                     {"SLURM_STEP_ID", "0"},
                                                     {"SLURM_STEP_NUM_TASKS", "1"},
                                                     {"OMPI_COMM_WORLD_RANK", "2"}};
  CHECK(launcher(environ_of(variables)) == "mpirun");
}

TEST_CASE("srun brings a process manager only if it is told to") {
  const std::map<std::string, std::string> none{{"SLURM_STEP_ID", "0"}}, pmix{{"PMIX_RANK", "3"}};
  CHECK_FALSE(has_process_manager(environ_of(none)));
  CHECK(has_process_manager(environ_of(pmix)));
}
