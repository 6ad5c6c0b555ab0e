#include "base/peak_memory.hpp"

#include <fstream>
#include <string>

namespace sibyl {

namespace {

std::int64_t read_peak(const std::string& process) {
  std::ifstream file("/proc/" + process + "/status");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("VmHWM:")) return std::stoll(line.substr(6)) * 1024;
  return 0;
}

}  // namespace

// Linux keeps a peak for the whole life of a process; this makes it what the process has now.
PeakMemory::PeakMemory() {
  std::ofstream file("/proc/self/clear_refs");
  file << "5" << std::flush;
  works_ = file.good();
}

std::int64_t PeakMemory::bytes() const {
  return works_ ? read_peak("self") : 0;
}

std::int64_t peak_memory_of(int process) {
  return read_peak(std::to_string(process));
}

}  // namespace sibyl
