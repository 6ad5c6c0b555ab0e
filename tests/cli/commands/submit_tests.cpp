#include "cli/commands/submit.hpp"

#include <sstream>

#include "catch.hpp"
#include "launch/batch_script.hpp"
#include "sibyl/error.hpp"

using namespace sibyl;

namespace {

std::string submitted(std::vector<std::string> words) {
  words.insert(words.begin(), {"build/jobs/mine", "submit", "--dry-run"});
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  std::ostringstream out;
  submit(out, parse_options(static_cast<int>(argv.size()), argv.data()), argv[0]);
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
        "sweep srun --mpi=pmix --ntasks=33 ", " --kill-on-bad-exit=1 "})
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
  CHECK(script.find("\nmps=yes\n") == std::string::npos);
  CHECK_THAT(submitted({"--gpus-per-node", "2", "--workers-per-gpu", "3", "--mps"}),
             ContainsSubstring("\noutput=runs/mine\nmps=yes\n"));
}

TEST_CASE("submit refuses what can't be meant") {
  CHECK_THROWS_WITH(submitted({}), ContainsSubstring("--workers-per-node"));
  CHECK_THROWS_WITH(submitted({"--gpus-per-node", "1", "--workers-per-node", "1"}),
                    ContainsSubstring("--workers-per-gpu"));
  CHECK_THROWS_WITH(submitted({"--workers-per-node", "4", "--mps"}), ContainsSubstring("--gpus-per-node"));
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

namespace {

// What sbatch makes of a line "#SBATCH WORD ...", as its source does it: a \ takes the meaning of what
// follows, quotes hold blanks (a \ does not), a # outside them begins a comment.
std::string as_sbatch_reads(const std::string& line) {
  std::string word;
  char quote = 0;
  for (std::size_t i = std::string("#SBATCH ").size(); i < line.size(); ++i) {
    if (!quote && (line[i] == ' ' || line[i] == '\t')) break;
    if (line[i] == '\\')
      word += line[++i];
    else if (quote ? line[i] == quote : line[i] == '"' || line[i] == '\'')
      quote = quote ? 0 : line[i];
    else if (!quote && line[i] == '#')
      break;
    else
      word += line[i];
  }
  return word;
}

std::string line_with(const std::string& script, const std::string& option) {
  const auto begin = script.find("#SBATCH " + option);
  return script.substr(begin, script.find('\n', begin) - begin);
}

}  // namespace

TEST_CASE("blanks, quotes, hashes and percent signs reach Slurm as they were meant") {
  const std::string odd = "it's \"my\" #1 job";
  const std::string script =
      submitted({"--gpus-per-node", "1", "--job-name", odd, "--account", "a b", "--sbatch",
                 "--comment=two words", "--", "--output", "runs/50 % of \"x\"'s"});
  CHECK(as_sbatch_reads(line_with(script, "--job-name")) == "--job-name=" + odd);
  CHECK(as_sbatch_reads(line_with(script, "--account")) == "--account=a b");
  CHECK(as_sbatch_reads(line_with(script, "--comment")) == "--comment=two words");
  // %% is a % in Slurm's paths.
  CHECK(as_sbatch_reads(line_with(script, "--output")) == "--output=runs/50 %% of \"x\"'s/%x-%j.out");
  CHECK_THAT(script, ContainsSubstring("\noutput='runs/50 % of \"x\"'\\''s'\n"));
}

TEST_CASE("what a batch script can't hold is refused, with the reason") {
  const auto refused = [](std::vector<std::string> words, const char* why) {
    words.insert(words.begin(), {"--gpus-per-node", "1"});
    CHECK_THROWS_AS(submitted(words), UsageError);
    CHECK_THROWS_WITH(submitted(words), ContainsSubstring(why));
  };
  refused({"--job-name", "a\n#SBATCH --account=b"}, "a line break has no place");
  refused({"--job-name", "a/b"}, "can't hold a /");
  refused({"--sbatch", "--comment=a\rb"}, "a line break");
  refused({"--", "--output", "runs/a\nb"}, "a line break");
  refused({"--", "--output", "runs/a\\b"}, "a sign of its own");
}

TEST_CASE("a directory that looks like an option is none") {
  const std::string script = submitted({"--gpus-per-node", "1", "--", "--output=-x"});
  CHECK_THAT(script,
             ContainsSubstring("#SBATCH --output=./-x/%x-%j.out\n") && ContainsSubstring("\noutput=./-x\n"));
}

TEST_CASE("submit guesses what a mistyped option meant") {
  CHECK_THROWS_WITH(submitted({"--gpu-per-node", "1"}),
                    ContainsSubstring("(did you mean '--gpus-per-node'?)"));
}

TEST_CASE("times are written as Slurm reads them") {
  CHECK(slurm_time(45) == "0-00:00:45");
  CHECK(slurm_time(86400 + 3661) == "1-01:01:01");
}
