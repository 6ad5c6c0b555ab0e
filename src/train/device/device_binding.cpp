#include "train/device/device_binding.hpp"

#include <algorithm>
#include <sstream>
#include <vector>

#include "sibyl/error.hpp"

namespace sibyl {

namespace {

// As CUDA reads it: what stands behind the first entry that is no device is not seen.
std::vector<std::string> entries(const std::optional<std::string>& visible) {
  std::vector<std::string> names;
  std::istringstream list(visible.value_or(""));
  for (std::string name; std::getline(list, name, ',');) {
    name.erase(0, name.find_first_not_of(' '));
    if (name.empty() || name == "-1" || name == "NoDevFiles" || name == "none" || name == "void") break;
    names.push_back(name);
  }
  return names;
}

// "this node has an NVIDIA H100, but ..."; empty where it has no GPU.
std::string why_unused(const DeviceFacts& facts) {
  if (facts.unused_gpu.empty()) return {};
  const std::string has = "this node has an " + facts.unused_gpu + ", but this LibTorch ";
  if (!facts.libtorch_knows_cuda)
    return has +
           "is built without CUDA: build the job against one with CUDA, such as that of Python's torch (cmake -DSIBYL_LIBTORCH=FOLDER; README, \"Two commands\")";
  return has + "can't use it: is the driver too old for it? nvidia-smi says which CUDA the driver knows";
}

std::string warn_of_missing(const DeviceFacts& facts) {
  if (facts.count == 0 && !facts.unused_gpu.empty())
    return why_unused(facts) + ". This worker trains on the CPU; --device cpu if that is meant.";
  const auto named = entries(facts.visible).size();
  const auto seen = static_cast<std::size_t>(std::max(0, facts.count));
  if (named <= seen) return "";
  const std::string list = "CUDA_VISIBLE_DEVICES=" + *facts.visible;
  if (seen == 0)
    return list +
           ", but LibTorch sees no CUDA device, so this worker trains on the CPU: is this LibTorch built without CUDA, or the driver too old for it?";
  return list + " names " + std::to_string(named) + " devices, but CUDA sees " + std::to_string(seen);
}

}  // namespace

bool names_several_slices(const std::optional<std::string>& visible) {
  const auto names = entries(visible);
  return names.size() > 1 && names[0].starts_with("MIG-");
}

DeviceBinding bind_device(const DeviceFacts& facts) {
  if (facts.request != "auto" && facts.request != "cpu" && facts.request != "cuda")
    throw UsageError("--device " + facts.request + " is unknown: take auto, cpu or cuda.");
  if (facts.request == "cpu") return {};
  if (names_several_slices(facts.visible)) {
    const auto slices = entries(facts.visible);
    return {.cuda = true, .narrow_to = slices[static_cast<std::size_t>(facts.local_worker) % slices.size()]};
  }
  if (facts.count > 0)
    return {.cuda = true, .index = facts.local_worker % facts.count, .warning = warn_of_missing(facts)};
  if (facts.request == "auto") return {.warning = warn_of_missing(facts)};
  if (!facts.unused_gpu.empty()) throw Error("--device cuda, but " + why_unused(facts) + '.');
  throw Error(
      "--device cuda, but LibTorch sees no CUDA device: either this LibTorch is built without CUDA, or the node has none, or the launcher shows none to this task (CUDA_VISIBLE_DEVICES" +
      (facts.visible ? "=" + *facts.visible : " is not set") +
      "; --gres, --gpus-per-node). Check with nvidia-smi on the node, or take --device cpu.");
}

}  // namespace sibyl
