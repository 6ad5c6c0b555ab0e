// Shares so many MiB with whoever else does, and says "own" or "another's", then waits for the end of its
// input:
//
//     shared_bytes_user NAME MIB [SEED]
//     shared_bytes_user NAME MIB once MAKER SECONDS [throws|refuses]
//
// The second makes them, which takes so long and may fail, only if nobody else has or does: it says "makes",
// "waits for MAKER", "error: ...".
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "base/sharing/shared_bytes.hpp"
#include "sibyl/error.hpp"

namespace {

std::vector<std::byte> some_bytes(std::size_t size, unsigned next) {
  std::vector<std::byte> bytes(size);
  for (std::byte& each : bytes) each = static_cast<std::byte>((next = next * 1664525U + 1013904223U) >> 24);
  return bytes;
}

std::string shared_or_not(const sibyl::SharedBytes* shared, std::size_t size, unsigned seed,
                          const std::string& why) {
  if (shared == nullptr) return "not shared: " + why;
  const auto expected = some_bytes(size, seed);
  const auto bytes = shared->bytes();
  if (!std::equal(expected.begin(), expected.end(), bytes.begin(), bytes.end())) return "other bytes";
  return shared->is_from_another() ? "another's" : "own";
}

std::unique_ptr<sibyl::SharedBytes> once(std::size_t size, char** arguments, const std::string& name,
                                         std::string& why) {
  const std::string fault = arguments[2] != nullptr ? arguments[2] : "";
  std::vector<std::byte> own;
  const auto make = [&](std::string& why_not) -> sibyl::Pieces {
    std::cout << "makes" << std::endl;
    std::this_thread::sleep_for(std::chrono::duration<double>(std::atof(arguments[1])));
    if (fault == "throws") throw sibyl::Error("no such file");
    if (fault == "refuses") {
      why_not = "it is no tensor";
      return {};
    }
    own = some_bytes(size, 1);
    return {std::span(own).first(size / 3), std::span(own).subspan(size / 3)};
  };
  sibyl::SharedBytes::Waiting waiting{.first_said = std::chrono::milliseconds(100)};
  waiting.say = [](const std::string& maker, std::chrono::seconds) {
    std::cout << "waits for " << maker << std::endl;
  };
  return sibyl::SharedBytes::once(name, arguments[0], make, waiting, why);
}

}  // namespace

int main(int, char** argv) {
  const std::size_t size = std::strtoul(argv[2], nullptr, 10) << 20;
  std::unique_ptr<sibyl::SharedBytes> shared;
  std::string why, said;
  try {
    unsigned seed = 1;
    if (argv[3] != nullptr && argv[3] == std::string("once")) {
      shared = once(size, argv + 4, argv[1], why);
    } else {
      if (argv[3] != nullptr) seed = static_cast<unsigned>(std::atoi(argv[3]));
      shared = sibyl::SharedBytes::of(argv[1], some_bytes(size, seed), why);
    }
    said = shared_or_not(shared.get(), size, seed, why);
  } catch (const sibyl::Error& problem) {
    said = std::string("error: ") + problem.what();
  }
  std::cout << said << std::endl;
  for (std::string line; std::getline(std::cin, line);)
    if (line == "write" && shared) {
      shared->bytes()[0] ^= std::byte{1};
      std::cout << "written" << std::endl;
    }
}
