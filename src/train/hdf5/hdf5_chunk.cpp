#include "train/hdf5/hdf5_chunk.hpp"

#include <hdf5.h>
#include <zlib.h>

#include <algorithm>
#include <cstring>

namespace sibyl {

namespace {

RawBytes inflated(const RawBytes& packed, std::size_t bytes) {
  RawBytes plain(bytes);
  auto there = static_cast<uLongf>(bytes);
  const int result = uncompress(plain.data.get(), &there, packed.data.get(), static_cast<uLong>(packed.size));
  return result == Z_OK && there == bytes ? std::move(plain) : RawBytes();
}

template <std::size_t element>
void interleave(const std::uint8_t* from, std::size_t count, std::uint8_t* to) {
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t byte = 0; byte < element; ++byte) to[i * element + byte] = from[byte * count + i];
}

/// The filter puts the first bytes of all elements first, then the second ones ...; what is no whole element
/// stays at the end.
RawBytes unshuffled(const RawBytes& shuffled, std::size_t element) {
  RawBytes plain(shuffled.size);
  const std::size_t count = shuffled.size / element;
  const std::uint8_t* const from = shuffled.data.get();
  std::uint8_t* const to = plain.data.get();
  switch (element) {
    case 2:
      interleave<2>(from, count, to);
      break;
    case 4:
      interleave<4>(from, count, to);
      break;
    case 8:
      interleave<8>(from, count, to);
      break;
    default:
      for (std::size_t i = 0; i < count; ++i)
        for (std::size_t byte = 0; byte < element; ++byte) to[i * element + byte] = from[byte * count + i];
  }
  std::memcpy(to + count * element, from + count * element, shuffled.size - count * element);
  return plain;
}

void copy_dimension(std::size_t dimension, const std::uint8_t* from,
                    const std::vector<std::int64_t>& from_strides, std::uint8_t* to,
                    const std::vector<std::int64_t>& to_strides, const std::vector<std::int64_t>& sizes,
                    std::size_t element, std::size_t whole) {
  const auto size = static_cast<std::size_t>(sizes[dimension]);
  const std::size_t from_step = static_cast<std::size_t>(from_strides[dimension]) * element;
  const std::size_t to_step = static_cast<std::size_t>(to_strides[dimension]) * element;
  if (dimension == whole) {
    std::memcpy(to, from, size * from_step);
    return;
  }
  for (std::size_t i = 0; i < size; ++i)
    copy_dimension(dimension + 1, from + i * from_step, from_strides, to + i * to_step, to_strides, sizes,
                   element, whole);
}

}  // namespace

RawBytes unpacked_chunk(RawBytes chunk, const std::vector<int>& filters, std::uint32_t mask,
                        std::size_t element, std::size_t bytes) {
  for (std::size_t i = filters.size(); i-- > 0;) {
    if ((mask >> i & 1) != 0) continue;
    if (filters[i] == H5Z_FILTER_DEFLATE) chunk = inflated(chunk, bytes);
    if (!chunk.data) return chunk;
    if (filters[i] == H5Z_FILTER_SHUFFLE && element > 1) chunk = unshuffled(chunk, element);
  }
  return chunk.size == bytes ? std::move(chunk) : RawBytes();
}

void copy_box(const std::uint8_t* from, const std::vector<std::int64_t>& from_strides, std::uint8_t* to,
              const std::vector<std::int64_t>& to_strides, const std::vector<std::int64_t>& sizes,
              std::size_t element) {
  // Dimensions behind `whole` lie in one piece in both.
  std::size_t whole = sizes.size() - 1;
  while (whole > 0 && from_strides[whole - 1] == sizes[whole] * from_strides[whole] &&
         to_strides[whole - 1] == sizes[whole] * to_strides[whole])
    --whole;
  copy_dimension(0, from, from_strides, to, to_strides, sizes, element, whole);
}

}  // namespace sibyl
