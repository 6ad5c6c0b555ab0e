#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sibyl {

/// CRC-32C (Castagnoli), as of RFC 3720.
std::uint32_t crc32c(std::string_view bytes);

/// Appends a record of a TFRecord file: the length of `data`, its checksum, `data`, its checksum.
void append_tf_record(std::string& file, std::string_view data);

}  // namespace sibyl
