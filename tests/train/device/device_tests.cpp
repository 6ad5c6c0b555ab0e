#include "train/device/device.hpp"

#include <fstream>
#include <sstream>

#include "sibyl/error.hpp"
#include "train/datasets/temporary_folder.hpp"
#include "train/device/cuda_driver.hpp"
// Last: LibTorch has a CHECK of its own.
#include "catch.hpp"

using namespace sibyl;

TEST_CASE("The CPU can be asked for anywhere, and what is not known is refused") {
  TrainerOptions options;
  options.device = "cpu";
  CHECK(choose_device(options).device == c10::kCPU);
  options.device = "gpu";
  CHECK_THROWS_AS(choose_device(options), UsageError);
}

TEST_CASE("MPS is seen by its pipe") {
  const TemporaryFolder folder;
  setenv("CUDA_MPS_PIPE_DIRECTORY", folder.path().c_str(), 1);
  CHECK_FALSE(runs_under_mps());
  std::ofstream(folder.path() / "control").put('x');
  CHECK(runs_under_mps());
  unsetenv("CUDA_MPS_PIPE_DIRECTORY");
}

TEST_CASE("The CPU has a name where Linux knows one, no UUID, and always works") {
  const auto identity = identify(c10::kCPU);
  CHECK(identity.uuid == "");
  std::ostringstream known;
  known << std::ifstream("/proc/cpuinfo").rdbuf();
  if (known.str().find("\nmodel name\t: ") == std::string::npos)
    CHECK(identity.name.empty());
  else
    CHECK(known.str().find("\nmodel name\t: " + identity.name + "\n") != std::string::npos);
  CHECK_NOTHROW(probe(c10::kCPU));
  CHECK_NOTHROW(release_cached_memory(c10::kCPU));
}
