#include <png.h>

#include <csetjmp>
#include <cstring>

#include "train/pictures/decode.hpp"

namespace sibyl {

namespace {

struct PngSource {
  const std::uint8_t* at;
  std::size_t left;
  char damage[128];
};

void read_some(png_structp png, png_bytep into, std::size_t count) {
  auto* const source = static_cast<PngSource*>(png_get_io_ptr(png));
  if (count > source->left) png_error(png, "the file ends too early");
  std::memcpy(into, source->at, count);
  source->at += count;
  source->left -= count;
}

void end_with(png_structp png, png_const_charp message) {
  auto* const source = static_cast<PngSource*>(png_get_error_ptr(png));
  std::strncpy(source->damage, message, sizeof(source->damage) - 1);
  png_longjmp(png, 1);
}

/// Of colours' profiles, mostly, that are a little wrong.
void say_nothing(png_structp, png_const_charp) {}

/// Everything as bytes: grey or RGB, with or without transparency.
void ask_for_bytes(png_structp png) {
  png_set_expand(png);
  png_set_scale_16(png);
  png_set_strip_alpha(png);
  png_set_interlace_handling(png);
}

// The library leaves these two by longjmp() when it finds damage, so nothing in them may need to be
// destroyed.

bool read_size(png_structp png, png_infop info, DecodedPicture& picture) {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  png_read_info(png, info);
  ask_for_bytes(png);
  png_read_update_info(png, info);
  picture.width = png_get_image_width(png, info);
  picture.height = png_get_image_height(png, info);
  picture.channels = png_get_channels(png, info);
  return true;
}

bool read_rows(png_structp png, png_bytepp rows) {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  png_read_image(png, rows);
  png_read_end(png, nullptr);
  return true;
}

/// Grey as RGB, or RGB as grey (ITU-R 601-2, as Pillow has it).
void change_channels(DecodedPicture& picture, std::int64_t channels) {
  const std::size_t count = picture.pixels.size() / static_cast<std::size_t>(picture.channels);
  std::vector<std::uint8_t> changed(count * static_cast<std::size_t>(channels));
  const std::uint8_t* from = picture.pixels.data();
  for (std::size_t i = 0; i < count; ++i) {
    if (channels == 3) {
      std::memset(&changed[3 * i], from[i], 3);
    } else {
      changed[i] = static_cast<std::uint8_t>(
          (19595U * from[3 * i] + 38470U * from[3 * i + 1] + 7471U * from[3 * i + 2] + 0x8000U) >> 16);
    }
  }
  picture.pixels = std::move(changed);
  picture.channels = channels;
}

}  // namespace

void decode_png(std::span<const std::uint8_t> file, std::int64_t channels, DecodedPicture& picture) {
  PngSource source{.at = file.data(), .left = file.size(), .damage = {}};
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &source, end_with, say_nothing);
  png_infop info = png ? png_create_info_struct(png) : nullptr;
  bool whole = false;
  if (info) {
    png_set_read_fn(png, &source, read_some);
    if (!read_size(png, info, picture)) {
      // It has said why.
    } else if (picture.width * picture.height > most_pixels) {
      std::strcpy(source.damage, "it says that it has more than 268 million pixels");
    } else {
      const std::size_t row = png_get_rowbytes(png, info);
      picture.pixels.resize(row * static_cast<std::size_t>(picture.height));
      std::vector<png_bytep> rows(static_cast<std::size_t>(picture.height));
      for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = &picture.pixels[i * row];
      whole = read_rows(png, rows.data());
    }
  }
  png_destroy_read_struct(&png, &info, nullptr);
  if (!whole) {
    picture.damage = source.damage[0] ? source.damage : "there is no memory to decode it";
  } else if (picture.channels != channels) {
    change_channels(picture, channels);
  }
}

}  // namespace sibyl
