#pragma once

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/codec.hpp"

// What the journal's writer and its reader must agree on; see journal.hpp.
namespace sibyl::journal_format {

inline constexpr std::string_view magic = "SIBYLJNL";
inline constexpr std::uint32_t version = layout_version;  // of the records' payloads
inline constexpr std::uint64_t header_size = magic.size() + 4;
inline constexpr std::uint64_t prefix_size = 12;  // of a record: length, place in its commit, CRC

inline void put_u32(std::byte* out, std::uint32_t x) {
  for (int i = 0; i < 4; ++i) out[i] = static_cast<std::byte>(x >> (8 * i));
}

inline std::uint32_t get_u32(const std::byte* in) {
  std::uint32_t x = 0;
  for (int i = 0; i < 4; ++i) x |= std::to_integer<std::uint32_t>(in[i]) << (8 * i);
  return x;
}

// Of the first two numbers of the prefix and the payload.
inline std::uint32_t checksum(const std::byte* prefix, std::span<const std::byte> payload) {
  const auto crc = ::crc32(0, reinterpret_cast<const Bytef*>(prefix), 8);
  return static_cast<std::uint32_t>(
      ::crc32(crc, reinterpret_cast<const Bytef*>(payload.data()), static_cast<uInt>(payload.size())));
}

inline std::array<std::byte, header_size> make_header() {
  std::array<std::byte, header_size> header;
  std::transform(magic.begin(), magic.end(), header.begin(),
                 [](char c) { return static_cast<std::byte>(c); });
  put_u32(header.data() + magic.size(), version);
  return header;
}

}  // namespace sibyl::journal_format
