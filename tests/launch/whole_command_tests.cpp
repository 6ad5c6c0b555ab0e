#include "launch/whole_command.hpp"

#include <filesystem>
#include <fstream>
#include <map>

#include "catch.hpp"

using namespace sibyl;

namespace {

Environ variables(std::map<std::string, std::string> values) {
  return [values = std::move(values)](const char* name) {
    const auto found = values.find(name);
    return found == values.end() ? nullptr : found->second.c_str();
  };
}

const Words own{"build/job", "--set", "name=a b", "--output", "it's"};

}  // namespace

TEST_CASE("without a launcher the command is the program's own, as a shell takes it") {
  CHECK(whole_command(own, {{"bash"}, {"mpirun", "-n", "9", "other"}}, variables({}), 1) ==
        "build/job --set 'name=a b' --output 'it'\\''s'");
}

TEST_CASE("with mpirun it is mpirun's, as it was typed") {
  const Environ mpirun = variables({{"OMPI_COMM_WORLD_RANK", "0"}});
  Words launch{"/usr/bin/mpirun.openmpi", "--bind-to", "none", "-n", "3"};
  launch.insert(launch.end(), own.begin(), own.end());
  CHECK(whole_command(own, {{"sh", "-c", "x"}, launch, {"bash"}}, mpirun, 3) ==
        "/usr/bin/mpirun.openmpi --bind-to none -n 3 build/job --set 'name=a b' --output 'it'\\''s'");
  CHECK(whole_command({"job"}, {{"orted"}}, mpirun, 3) == "mpirun -n 3 job");  // mpirun is on another node
}

TEST_CASE("with srun, which is no ancestor, it is what Slurm says") {
  const Environ srun = variables({{"SLURM_JOB_ID", "1"},
                                  {"SLURM_STEP_ID", "0"},
                                  {"SLURM_STEP_NUM_TASKS", "9"},
                                  {"SLURM_STEP_NUM_NODES", "2"},
                                  {"SLURM_MPI_TYPE", "pmix"}});
  CHECK(whole_command({"job", "--eta", "3"}, {{"slurmstepd"}}, srun, 9) ==
        "srun --mpi=pmix --nodes=2 -n 9 job --eta 3");
}

TEST_CASE("this process descends from somebody") {
  const auto above = ancestors();
  REQUIRE(!above.empty());
  CHECK(!above[0].empty());
}
