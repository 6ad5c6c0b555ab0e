// Shares so many MiB with whoever else does, and says "own" or "another's", then waits for the end of its
// input:
//
//     shared_bytes_user NAME MIB [SEED]
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "base/shared_bytes.hpp"

int main(int, char** argv) {
  const std::size_t size = std::strtoul(argv[2], nullptr, 10) << 20;
  unsigned next = argv[3] ? static_cast<unsigned>(std::atoi(argv[3])) : 1;
  std::unique_ptr<sibyl::SharedBytes> shared;
  std::string why, said;
  {
    std::vector<std::byte> own(size);
    for (std::byte& each : own) each = static_cast<std::byte>((next = next * 1664525U + 1013904223U) >> 24);
    shared = sibyl::SharedBytes::of(argv[1], own, why);
    if (shared && std::equal(own.begin(), own.end(), shared->bytes().begin(), shared->bytes().end()))
      said = shared->is_from_another() ? "another's" : "own";
    else
      said = "not shared: " + why;
  }
  std::cout << said << std::endl;
  for (std::string line; std::getline(std::cin, line);)
    if (line == "write" && shared) {
      shared->bytes()[0] ^= std::byte{1};
      std::cout << "written" << std::endl;
    }
}
