#pragma once

#include <cstdint>
#include <span>

namespace sibyl {

/// A part of a picture, in its pixels; it may begin and end within one.
struct PixelBox {
  double left = 0, top = 0, width = 0, height = 0;
};

/// What is resized: bytes, row by row, `channels` a pixel.
struct PixelSource {
  const std::uint8_t* pixels = nullptr;
  std::int64_t width = 0, height = 0, channels = 0;
};

/// What it becomes: a plane (height, width) for each channel.
struct PixelPlanes {
  std::int64_t width = 0, height = 0;
  bool flip = false;  ///< left and right
};

/// A box of a picture resized bilinearly, with antialiasing where it becomes smaller (as Pillow's
/// resize(box=...) does it): each pixel is a weighted mean of those under it. Sums are in one order, so their
/// bits are the same everywhere.
void resize_into(const PixelSource& from, const PixelBox& box, const PixelPlanes& to, float scale,
                 float* values);
void resize_into(const PixelSource& from, const PixelBox& box, const PixelPlanes& to, std::uint8_t* values);

}  // namespace sibyl
