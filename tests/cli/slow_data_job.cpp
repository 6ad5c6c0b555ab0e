// A job whose data takes time to read: SECONDS, for MIB mebibytes. Each reading adds its process to the file
// READS. FAULT=throws: there is no data.
#include <sibyl/sibyl.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>

#include <unistd.h>

namespace {

std::string from_environment(const char* name, const char* otherwise) {
  const char* const value = std::getenv(name);
  return value != nullptr ? value : otherwise;
}

}  // namespace

struct SlowData : sibyl::HyperModel {
  std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
  std::int64_t features = 1;  // on_data() sees how many there are

  torch::nn::Sequential build(sibyl::HyperParameters& hp) override {
    hp.Float("learning_rate", 1e-4, 1e-2);
    return torch::nn::Sequential(torch::nn::Linear(features, 2));
  }

  int batch_size(sibyl::HyperParameters&) override { return 256; }

  sibyl::Data data(const sibyl::DataOptions&) override {
    std::ofstream(from_environment("READS", "/dev/null"), std::ios::app) << getpid() << std::endl;
    std::this_thread::sleep_for(std::chrono::duration<double>(std::stod(from_environment("SECONDS", "0"))));
    if (from_environment("FAULT", "") == "throws") throw sibyl::Error("the tape is torn");
    const auto rows = 256 * std::stol(from_environment("MIB", "1"));
    const auto part = [](std::int64_t samples) {
      const auto y = torch::arange(samples).remainder(2);
      const auto x =
          torch::arange(samples * 1024, torch::kFloat32).reshape({samples, 1024}).remainder_(97).div_(97);
      return sibyl::Split{.x = x, .y = y};
    };
    return {.train = part(rows), .validation = part(40), .test = part(40)};
  }

  bool reads_once() const override { return true; }
  void on_data(const sibyl::Data& data) override {
    features = data.train.x.size(1);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - began;
    std::printf("process %d has the data after %.3f s\n", static_cast<int>(getpid()), taken.count());
  }
};

int main(int argc, char** argv) {
  return sibyl::run<SlowData>(argc, argv);
}
