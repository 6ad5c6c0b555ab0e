#include "train/sharing/shared_data.hpp"

#include <ATen/ATen.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include "base/hash.hpp"
#include "base/numbers.hpp"
#include "base/sharing/shared_bytes.hpp"

namespace sibyl {

namespace {

constexpr std::size_t worth_sharing = std::size_t{1} << 20;

std::string name_of(std::span<const std::byte> bytes) {
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "data/%016llx/%llu", static_cast<unsigned long long>(xxh64(bytes)),
                static_cast<unsigned long long>(bytes.size()));
  return text.data();
}

/// Of the data of one launch: what another launch reads may have changed. Ranks of one launch that look for
/// their data elsewhere have another name for it.
std::string name_of(const TrainerOptions& options) {
  const char* const place = std::getenv("SIBYL_DATA");
  std::error_code unknown;
  std::string text;
  for (const std::string& each :
       {options.launch, options.data.string(), std::string(place != nullptr ? place : ""),
        std::filesystem::current_path(unknown).string(), std::to_string(options.seed),
        std::to_string(options.folds)})
    text += each + '\0';
  return "loaded/" + name_of(std::as_bytes(std::span(text)));
}

// On standard output, as what a job prints: it is the trainer's process, and its rank says whose line it is.
void say_waiting(const std::string& maker, std::chrono::seconds so_far) {
  std::printf("waits for %s, which reads the data: %lld s so far\n", maker.c_str(),
              static_cast<long long>(so_far.count()));
  std::fflush(stdout);
}

}  // namespace

Data shared_on_node(const Data& data, std::string& note) {
  std::size_t shared_bytes = 0;
  const auto share = [&](at::Tensor& tensor) {
    if (!note.empty() || !tensor.defined() || !tensor.is_cpu() || tensor.nbytes() < worth_sharing) return;
    tensor = tensor.contiguous();
    const std::span bytes(static_cast<const std::byte*>(tensor.data_ptr()), tensor.nbytes());
    std::string why;
    std::shared_ptr<SharedBytes> shared = SharedBytes::of(name_of(bytes), bytes, why);
    if (!shared) {
      note = "memory each worker of the node has a copy of its own: " + why + "\n";
      return;
    }
    void* const place = shared->bytes().data();
    tensor = at::from_blob(
        place, tensor.sizes(), [shared](void*) {}, tensor.options());
    shared_bytes += bytes.size();
  };
  Data all = data;
  for (Split* part : {&all.train, &all.validation, &all.test}) {
    share(part->x);
    for (at::Tensor& more : part->more) share(more);
    share(part->y);
  }
  if (note.empty() && shared_bytes > 0)
    note = "memory " + mebibytes(shared_bytes) + ", once for all workers of the node\n";
  return all;
}

LoadedData loaded_once(const TrainerOptions& options, const std::function<LoadedData()>& load,
                       std::string& note) {
  std::optional<LoadedData> own;
  std::optional<DataBytes> bytes;
  const auto make = [&](std::string& why) -> Pieces {
    own = load();
    bytes.emplace(*own);
    if (bytes->pieces().empty()) why = "data that is read when it is needed can't be handed over";
    return bytes->pieces();
  };
  std::string why;
  const std::shared_ptr<SharedBytes> shared = SharedBytes::once(
      name_of(options), "worker " + std::to_string(options.worker), make, {.say = say_waiting}, why);
  if (!shared) return own ? std::move(*own) : load();
  note = "memory " + mebibytes(shared->bytes().size()) +
         ", read once and there once for all workers of the node\n";
  return data_in(shared->bytes(), shared);
}

}  // namespace sibyl
