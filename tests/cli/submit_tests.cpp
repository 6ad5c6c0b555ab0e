#include "cli/submit.hpp"

#include <sstream>

#include "catch.hpp"
#include "core/error.hpp"

using namespace sibyl;

namespace {

std::string submitted(std::vector<std::string> words) {
  words.insert(words.begin(), {"build/jobs/mine", "submit", "--dry-run"});
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  std::ostringstream out;
  submit(out, static_cast<int>(argv.size()), argv.data());
  return out.str();
}

}  // namespace

TEST_CASE("submit asks for nodes and GPUs, and starts one rank more than workers") {
  const std::string script = submitted({"--nodes",
                                        "4",
                                        "--gpus-per-node",
                                        "8",
                                        "--time",
                                        "4h",
                                        "--account",
                                        "me",
                                        "--partition",
                                        "gpu",
                                        "--sbatch=--constraint=a100",
                                        "--setup",
                                        "module load openmpi",
                                        "--",
                                        "--scheduler",
                                        "hyperband",
                                        "--set",
                                        "name=it's",
                                        "--output",
                                        "runs/x",
                                        "--resume"});
  for (const char* line :
       {"#SBATCH --job-name=mine\n", "#SBATCH --nodes=4\n", "#SBATCH --gpus-per-node=8\n",
        "#SBATCH --exclusive\n", "#SBATCH --time=0-04:00:00\n", "#SBATCH --account=me\n",
        "#SBATCH --partition=gpu\n", "#SBATCH --constraint=a100\n", "#SBATCH --signal=B:USR1@120\n",
        "#SBATCH --requeue\n", "#SBATCH --output=runs/x/%x-%j.out\n", "\nmodule load openmpi\n",
        "\noptions=(--scheduler hyperband --set 'name=it'\\''s')\n", "\noutput=runs/x\n",
        "sweep srun --mpi=pmix --ntasks=33 "})
    CHECK_THAT(script, ContainsSubstring(line));
  CHECK_THAT(script, ContainsSubstring("\nsweep() {\n"));  // slurm/common.sh
}

TEST_CASE("on one node mpirun starts the ranks, and part of a node can be asked for") {
  const std::string script =
      submitted({"--gpus-per-node", "2", "--workers-per-gpu", "3", "--cpus-per-node", "16", "--time", "90m"});
  CHECK_THAT(script, ContainsSubstring("#SBATCH --cpus-per-task=16\n") &&
                         ContainsSubstring("#SBATCH --time=0-01:30:00\n") &&
                         ContainsSubstring("options=(--workers-per-gpu=3)") &&
                         ContainsSubstring("sweep \"${in_mpirun[@]}\" -n 7 ") &&
                         ContainsSubstring("output=runs/mine\n"));
  CHECK(script.find("#SBATCH --exclusive") == std::string::npos);
}

TEST_CASE("submit refuses what can't be meant") {
  CHECK_THROWS_WITH(submitted({}), ContainsSubstring("--workers-per-node"));
  CHECK_THROWS_WITH(submitted({"--gpus-per-node", "1", "--workers-per-node", "1"}),
                    ContainsSubstring("--workers-per-gpu"));
  CHECK_THROWS_WITH(submitted({"--gpus-per-node", "1", "--time", "3m"}), ContainsSubstring("too short"));
  CHECK_THROWS_WITH(submitted({"--gpus-per-node", "1", "--", "--max-epoch", "3"}),
                    ContainsSubstring("max-epoch"));
  CHECK_THROWS_WITH(submitted({"--gpus-per-node", "1", "--", "--overwrite"}),
                    ContainsSubstring("--overwrite would delete"));
  CHECK_THROWS_WITH(submitted({"--gpus-per-node", "1", "--", "plan"}),
                    ContainsSubstring("not another command"));
  CHECK_THROWS_WITH(submitted({"--gpus-per-node", "1", "--max-epochs", "3"}),
                    ContainsSubstring("stands behind --"));
  CHECK_THROWS_AS(submitted({"--nodes", "0", "--gpus-per-node", "1"}), UsageError);
}

TEST_CASE("words and times are written as a shell and Slurm read them") {
  CHECK(shell_word("runs/x-1") == "runs/x-1");
  CHECK(shell_word("") == "''");
  CHECK(shell_word("a b") == "'a b'");
  CHECK(shell_word("$(rm)") == "'$(rm)'");
  CHECK(slurm_time(45) == "0-00:00:45");
  CHECK(slurm_time(86400 + 3661) == "1-01:01:01");
}
