#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace sibyl {

/// XXH64 (Collet, github.com/Cyan4973/xxHash), seed 0: a hash of contents as fast as memory, the same on
/// every machine. Against accidents, not against people.
std::uint64_t xxh64(std::span<const std::byte> bytes);

}  // namespace sibyl
