#include "external/program/visible_device.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "catch.hpp"
#include "sibyl/error.hpp"

using namespace sibyl;
namespace fs = std::filesystem;

namespace {

/// As the NVIDIA driver has it below /proc.
struct Drivers {
  explicit Drivers(int count) {
    for (int i = 0; i < count; ++i) {
      const fs::path one = folder / ("0000:0" + std::to_string(i) + ":00.0");
      fs::create_directories(one);
      std::ofstream(one / "information")
          << "Model: \t\t NVIDIA H100\nIRQ:   \t\t 20\nGPU UUID: \t GPU-" << i << "\n";
    }
  }
  ~Drivers() { fs::remove_all(folder); }
  fs::path folder = fs::temp_directory_path() /
                    ("sibyl_drivers_" + std::to_string(getpid()) + "_" + std::to_string(number++));
  static inline int number = 0;
};

VisibleDevice choose(const Drivers& drivers, const char* visible, int worker = 0,
                     const std::string& device = "auto") {
  TrainerOptions options;
  options.device = device;
  options.local_worker = worker;
  return choose_visible_device(options, drivers.folder, visible);
}

}  // namespace

TEST_CASE("each worker's programs see one GPU, in turns") {
  const Drivers two(2);
  CHECK(choose(two, nullptr, 0).visible == "GPU-0");
  CHECK(choose(two, nullptr, 1).visible == "GPU-1");
  CHECK(choose(two, nullptr, 2).visible == "GPU-0");
  CHECK(choose(two, nullptr, 1).uuid == "GPU-1");
  CHECK(choose(two, nullptr, 1).device == "cuda:1");
  CHECK(choose(two, nullptr, 1).name == "NVIDIA H100");
  CHECK(choose(two, "3, 1", 1).visible == "1");
  CHECK(choose(two, "3,1", 1).uuid.empty());
  CHECK(choose(two, "MIG-a,MIG-b", 1).visible == "MIG-b");
  CHECK(choose(two, "1,-1,0", 1).visible == "1");
}

TEST_CASE("without a GPU programs train on the CPU, unless one was asked for") {
  const Drivers none(0), two(2);
  CHECK(choose(none, nullptr).device == "cpu");
  CHECK(choose(none, nullptr).visible == "-");
  CHECK(choose(two, "").device == "cpu");
  CHECK(choose(two, nullptr, 0, "cpu").visible.empty());
  CHECK_THROWS_WITH(choose(none, nullptr, 0, "cuda"), ContainsSubstring("this node has no NVIDIA GPU"));
  CHECK_THROWS_WITH(choose(two, "", 0, "cuda"), ContainsSubstring("the launcher shows none to this task"));
  CHECK_THROWS_AS(choose(two, nullptr, 0, "tpu"), UsageError);
}
