#include "train/loop/shared_data.hpp"

#include <ATen/ATen.h>

#include <array>
#include <cstdio>
#include <memory>

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
    note = "memory " + std::to_string((shared_bytes + (1 << 19)) >> 20) +
           " MiB, once for all workers of the node\n";
  return all;
}

}  // namespace sibyl
