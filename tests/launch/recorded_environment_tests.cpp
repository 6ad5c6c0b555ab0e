#include "launch/recorded_environment.hpp"

#include "catch.hpp"

using namespace sibyl;

TEST_CASE("of the environment what says how a program runs is recorded, and no secret") {
  const std::map<std::string, std::string> kept = {
      {"SLURM_JOB_ID", "7"},         {"CUDA_VISIBLE_DEVICES", "0,1"}, {"OMP_NUM_THREADS", "4"},
      {"OPENBLAS_NUM_THREADS", "1"}, {"LD_LIBRARY_PATH", "/opt/lib"}, {"LOADEDMODULES", "gcc/12:cuda/12"}};
  auto all = kept;
  for (const char* name : {"SLURM_JWT", "SLURM_SOME_TOKEN", "CUDA_API_KEY", "OMP_PASSWORD", "HOME", "PATH",
                           "WANDB_API_KEY", "AWS_SECRET_ACCESS_KEY", "MY_SLURM_JOB", "LD_PRELOAD"})
    all[name] = "not for others";
  CHECK(recorded_environment(all) == kept);
}

TEST_CASE("a variable of endless length is cut") {
  const auto kept = recorded_environment({{"LD_LIBRARY_PATH", std::string(100'000, 'x')}});
  CHECK(kept.at("LD_LIBRARY_PATH").size() <= 4003);
}
