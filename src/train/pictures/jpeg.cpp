#include <turbojpeg.h>

#include <array>
#include <memory>

#include "train/pictures/decode.hpp"

namespace sibyl {

namespace {

/// A thread's own: it is not for several.
tjhandle jpeg_decoder() {
  struct Destroy {
    void operator()(void* handle) const { tjDestroy(handle); }
  };
  static thread_local const std::unique_ptr<void, Destroy> decoder(tjInitDecompress());
  return decoder.get();
}

/// Inks, as programs store them: 255 is none.
void inks_to_light(const std::vector<std::uint8_t>& inks, std::int64_t channels,
                   std::vector<std::uint8_t>& light) {
  const std::size_t pixels = inks.size() / 4;
  light.resize(pixels * static_cast<std::size_t>(channels));
  for (std::size_t i = 0; i < pixels; ++i) {
    std::array<unsigned, 3> rgb{};
    for (std::size_t ink = 0; ink < 3; ++ink)
      rgb.at(ink) = (inks[4 * i + ink] * inks[4 * i + 3] + 127U) / 255U;
    if (channels == 1) {
      light[i] = static_cast<std::uint8_t>((299 * rgb[0] + 587 * rgb[1] + 114 * rgb[2] + 500) / 1000);
    } else {
      for (std::size_t c = 0; c < 3; ++c) light[3 * i + c] = static_cast<std::uint8_t>(rgb.at(c));
    }
  }
}

}  // namespace

void decode_jpeg(std::span<const std::uint8_t> file, std::int64_t channels, const PictureSize& least,
                 const ChooseBox& choose, DecodedPicture& picture, PixelBox& box) {
  const tjhandle decoder = jpeg_decoder();
  const auto size = static_cast<unsigned long>(file.size());
  int width = 0, height = 0, sampling = 0, colours = 0;
  if (!decoder ||
      tjDecompressHeader3(decoder, file.data(), size, &width, &height, &sampling, &colours) != 0) {
    picture.damage = tjGetErrorStr2(decoder);
    return;
  }
  if (std::int64_t{width} * height > most_pixels) {
    picture.damage = "it says that it has more than 268 million pixels";
    return;
  }
  box = choose({.width = width, .height = height});
  // These scales alone are fast.
  int scale = 1;
  while (scale < 8 && box.width / (2 * scale) >= static_cast<double>(least.width) &&
         box.height / (2 * scale) >= static_cast<double>(least.height))
    scale *= 2;
  picture.width = TJSCALED(width, (tjscalingfactor{1, scale}));
  picture.height = TJSCALED(height, (tjscalingfactor{1, scale}));
  picture.channels = channels;
  const bool inks = colours == TJCS_CMYK || colours == TJCS_YCCK;
  const int format = inks ? TJPF_CMYK : channels == 1 ? TJPF_GRAY : TJPF_RGB;
  static thread_local std::vector<std::uint8_t> ink_pixels;
  std::vector<std::uint8_t>& pixels = inks ? ink_pixels : picture.pixels;
  pixels.resize(static_cast<std::size_t>(picture.width * picture.height * tjPixelSize[format]));
  // A warning, of a file that ends too early say, is damage too: the rest of the picture is grey.
  if (tjDecompress2(decoder, file.data(), size, pixels.data(), static_cast<int>(picture.width), 0,
                    static_cast<int>(picture.height), format, 0) != 0) {
    picture.damage = tjGetErrorStr2(decoder);
    return;
  }
  if (inks) inks_to_light(ink_pixels, channels, picture.pixels);
  box.left /= scale;
  box.top /= scale;
  box.width /= scale;
  box.height /= scale;
}

}  // namespace sibyl
