#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/sharing/node_socket.hpp"

namespace sibyl {

/// What lies one after another.
using Pieces = std::vector<std::span<const std::byte>>;

/// A copy of them in memory that has no name and that nobody can change any more. Empty where there is no
/// room: `why` says so.
Descriptor make_sealed_memory(const Pieces& pieces, std::string& why);

/// Sealed memory as this process may read it, and write it for itself alone. Empty if it is anything else.
std::span<std::byte> map_sealed_memory(int memory);

}  // namespace sibyl
