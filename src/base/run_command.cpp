#include "base/run_command.hpp"

#include <array>
#include <cstdio>

namespace sibyl {

CommandResult run_command(const std::string& command) {
  FILE* pipe = popen(command.c_str(), "r");
  if (!pipe) return {};
  CommandResult result;
  std::array<char, 4096> piece{};
  while (const std::size_t size = std::fread(piece.data(), 1, piece.size(), pipe))
    result.output.append(piece.data(), size);
  result.succeeded = pclose(pipe) == 0;
  return result;
}

}  // namespace sibyl
