#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace sibyl {

/// Bytes without a value at first.
struct RawBytes {
  RawBytes() = default;
  explicit RawBytes(std::size_t count) : data(new std::uint8_t[count]), size(count) {}
  std::unique_ptr<std::uint8_t[]> data;
  std::size_t size = 0;
};

/// A chunk as the file has it, unpacked to `bytes` bytes: `filters` are those it went through (deflate and
/// shuffle), in that order, but for those in `mask`. No bytes: it is damaged.
RawBytes unpacked_chunk(RawBytes chunk, const std::vector<int>& filters, std::uint32_t mask,
                        std::size_t element, std::size_t bytes);

/// A box of rows in a row-major array into its place in another one. `sizes`: of the box; the strides count
/// elements of `element` bytes.
void copy_box(const std::uint8_t* from, const std::vector<std::int64_t>& from_strides, std::uint8_t* to,
              const std::vector<std::int64_t>& to_strides, const std::vector<std::int64_t>& sizes,
              std::size_t element);

}  // namespace sibyl
