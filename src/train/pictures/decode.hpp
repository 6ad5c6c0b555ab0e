#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "train/pictures/resize.hpp"

namespace sibyl {

struct PictureSize {
  std::int64_t width = 0, height = 0;
};

/// Bytes of pixels, row by row, `channels` a pixel.
struct DecodedPicture {
  std::vector<std::uint8_t> pixels;
  std::int64_t width = 0, height = 0, channels = 0;
  std::string damage;  ///< what is wrong with the file; empty: nothing
};

/// A damaged header may say anything.
constexpr std::int64_t most_pixels = std::int64_t{1} << 28;

/// Which part of a picture of that size is wanted.
using ChooseBox = std::function<PixelBox(const PictureSize& size)>;

/// A JPEG or PNG file's picture, grey (1 channel) or RGB (3). `choose` is asked once the size is known; `box`
/// becomes what it says, in pixels of the picture that is returned: a JPEG is decoded at a half, a quarter or
/// an eighth of its size where the box is still at least `least`.
void decode_picture(std::span<const std::uint8_t> file, std::int64_t channels, const PictureSize& least,
                    const ChooseBox& choose, DecodedPicture& picture, PixelBox& box);

// Of one kind.
void decode_jpeg(std::span<const std::uint8_t> file, std::int64_t channels, const PictureSize& least,
                 const ChooseBox& choose, DecodedPicture& picture, PixelBox& box);
void decode_png(std::span<const std::uint8_t> file, std::int64_t channels, DecodedPicture& picture);

}  // namespace sibyl
