#pragma once

#include <png.h>
#include <torch/torch.h>
#include <turbojpeg.h>

#include <filesystem>
#include <fstream>
#include <vector>

// Pictures as files: bytes (height, width, channels).

inline void write_bytes(const std::filesystem::path& path, const unsigned char* bytes, std::size_t size) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes), static_cast<std::streamsize>(size));
}

/// `format`: TJPF_RGB, TJPF_GRAY or TJPF_CMYK.
inline void write_jpeg(const std::filesystem::path& path, const at::Tensor& pixels, int format = TJPF_RGB,
                       int quality = 100) {
  const at::Tensor bytes = pixels.to(at::kByte).contiguous();
  const tjhandle encoder = tjInitCompress();
  unsigned char* jpeg = nullptr;
  unsigned long size = 0;
  const int sampling = format == TJPF_GRAY ? TJSAMP_GRAY : TJSAMP_444;
  tjCompress2(encoder, bytes.data_ptr<std::uint8_t>(), static_cast<int>(bytes.size(1)), 0,
              static_cast<int>(bytes.size(0)), format, &jpeg, &size, sampling, quality, 0);
  write_bytes(path, jpeg, size);
  tjFree(jpeg);
  tjDestroy(encoder);
}

struct PngKind {
  int colour = PNG_COLOR_TYPE_RGB;
  int bits = 8;
  int interlace = PNG_INTERLACE_NONE;
  std::vector<png_color> palette = {};
};

/// Rows of bytes (height, bytes a row), as the kind has them.
inline void write_png(const std::filesystem::path& path, const at::Tensor& rows, std::int64_t width,
                      const PngKind& kind = {}) {
  const at::Tensor bytes = rows.to(at::kByte).contiguous().reshape({rows.size(0), -1});
  std::filesystem::create_directories(path.parent_path());
  std::FILE* file = std::fopen(path.c_str(), "wb");
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_init_io(png, file);
  png_set_IHDR(png, info, static_cast<png_uint_32>(width), static_cast<png_uint_32>(bytes.size(0)), kind.bits,
               kind.colour, kind.interlace, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (!kind.palette.empty())
    png_set_PLTE(png, info, kind.palette.data(), static_cast<int>(kind.palette.size()));
  png_write_info(png, info);
  std::vector<png_bytep> pointers;
  for (std::int64_t i = 0; i < bytes.size(0); ++i) pointers.push_back(bytes[i].data_ptr<std::uint8_t>());
  png_write_image(png, pointers.data());
  png_write_end(png, nullptr);
  png_destroy_write_struct(&png, &info);
  std::fclose(file);
}

/// (height, width, 3), any values.
inline at::Tensor noise(std::int64_t height, std::int64_t width) {
  return torch::randint(0, 256, {height, width, 3}, at::make_generator<at::CPUGeneratorImpl>(3),
                        torch::TensorOptions(at::kByte));
}

/// (height, width, 3), values that change slowly.
inline at::Tensor slopes(std::int64_t height, std::int64_t width) {
  const at::Tensor down = torch::linspace(0, 200, height).reshape({-1, 1}).expand({height, width});
  const at::Tensor right = torch::linspace(20, 250, width).reshape({1, -1}).expand({height, width});
  return torch::stack({down, right, (down + right) / 2}, 2).round().to(at::kByte);
}
