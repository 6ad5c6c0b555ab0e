#include "external/program/visible_device.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "sibyl/error.hpp"

namespace sibyl {

namespace fs = std::filesystem;

namespace {

struct DriverDevice {
  std::string name, uuid;
};

std::string behind_colon(const std::string& line) {
  const auto begin = line.find_first_not_of(" \t", line.find(':') + 1);
  return begin == std::string::npos ? "" : line.substr(begin);
}

// In the order of their places on the bus, as nvidia-smi has them.
std::vector<DriverDevice> devices_of(const std::string& drivers) {
  std::vector<fs::path> folders;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(drivers, none)) folders.push_back(entry.path());
  std::sort(folders.begin(), folders.end());
  std::vector<DriverDevice> devices;
  for (const fs::path& each : folders) {
    std::ifstream file(each / "information");
    DriverDevice device;
    for (std::string line; std::getline(file, line);) {
      if (line.starts_with("Model:")) device.name = behind_colon(line);
      if (line.starts_with("GPU UUID:")) device.uuid = behind_colon(line);
    }
    devices.push_back(std::move(device));
  }
  return devices;
}

// As CUDA reads it: what stands behind the first entry that is no device is not seen.
std::vector<std::string> entries(const std::string& visible) {
  std::vector<std::string> names;
  std::istringstream list(visible);
  for (std::string name; std::getline(list, name, ',');) {
    name.erase(0, name.find_first_not_of(' '));
    if (name.empty() || name == "-1" || name == "NoDevFiles" || name == "none" || name == "void") break;
    names.push_back(name);
  }
  return names;
}

std::string processor() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name")) return behind_colon(line);
  return "";
}

}  // namespace

VisibleDevice choose_visible_device(const TrainerOptions& options, const std::string& drivers,
                                    const char* visible) {
  if (options.device != "auto" && options.device != "cpu" && options.device != "cuda")
    throw UsageError("--device " + options.device + " is unknown: take auto, cpu or cuda");
  VisibleDevice chosen;
  chosen.name = processor();
  if (options.device == "cpu") {
    chosen.visible = "";
    return chosen;
  }
  const auto there = devices_of(drivers);
  std::vector<std::string> names = visible ? entries(visible) : std::vector<std::string>{};
  if (!visible)
    for (std::size_t i = 0; i < there.size(); ++i)
      names.push_back(there[i].uuid.empty() ? std::to_string(i) : there[i].uuid);
  if (names.empty() || there.empty()) {
    if (options.device == "cuda")
      throw Error("--device cuda, but " +
                  std::string(there.empty() ? "this node has no NVIDIA GPU"
                                            : "the launcher shows none to this task (CUDA_VISIBLE_DEVICES)") +
                  ": check with nvidia-smi on the node, or take --device cpu");
    return chosen;
  }
  const std::size_t place = static_cast<std::size_t>(options.local_worker) % names.size();
  chosen.visible = names[place];
  chosen.device = "cuda:" + std::to_string(place);
  chosen.name = there[0].name;
  for (const DriverDevice& each : there)
    if (each.uuid == chosen.visible) chosen.name = each.name;
  if (chosen.visible.starts_with("GPU-"))
    chosen.uuid = chosen.visible;
  else if (there.size() == 1 && !chosen.visible.starts_with("MIG-"))
    chosen.uuid = there[0].uuid;
  return chosen;
}

}  // namespace sibyl
