#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace sibyl::hdf5 {

/// The checksum of HDF5's metadata: Bob Jenkins' lookup3, public domain.
std::uint32_t lookup3(std::span<const std::byte> bytes);

}  // namespace sibyl::hdf5
