#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace sibyl {

/// Bytes in a grid of any dimension, the last one varying fastest: images (count, rows, columns), labels
/// (count).
struct IdxArray {
  std::vector<std::int64_t> sizes;
  std::vector<std::uint8_t> bytes;
};

/// Reads an IDX file of unsigned bytes (the format of MNIST), plain or gzipped. Throws Error, with the file
/// and what is wrong with it: missing, of another type or dimension, too short, too long.
IdxArray read_idx(const std::filesystem::path& path, std::size_t dimensions);

}  // namespace sibyl
