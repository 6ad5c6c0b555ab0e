#include "sibyl/data/idx.hpp"

#include "train/datasets/input_file.hpp"

namespace sibyl {

namespace {

std::uint32_t big_endian(const std::uint8_t* b) {
  return std::uint32_t{b[0]} << 24 | std::uint32_t{b[1]} << 16 | std::uint32_t{b[2]} << 8 |
         std::uint32_t{b[3]};
}

}  // namespace

IdxArray read_idx(const std::filesystem::path& path, std::size_t dimensions) {
  InputFile file(path);
  const auto magic = file.read(4, "first four bytes");
  if (magic[0] != 0 || magic[1] != 0) refuse(path, "is no IDX file: it does not begin with two zero bytes");
  if (magic[2] != 0x08) {
    refuse(path, "holds the IDX type " + std::to_string(magic[2]) + ", and only unsigned bytes (8) are read");
  }
  if (magic[3] != dimensions) {
    refuse(path, "has " + std::to_string(magic[3]) + " dimensions, not " + std::to_string(dimensions) +
                     " (images have 3, labels 1)");
  }

  IdxArray array;
  std::uint64_t total = 1;
  for (std::size_t i = 0; i < dimensions; ++i) {
    array.sizes.push_back(big_endian(file.read(4, "sizes").data()));
    constexpr std::uint64_t limit = std::uint64_t{1}
                                    << 40;  // no data set is larger; a damaged header may say so
    total *= static_cast<std::uint64_t>(array.sizes.back());
    if (total > limit) refuse(path, "says that it holds more than a terabyte: its header is damaged");
  }

  array.bytes = file.read(total, "data");
  file.expect_end(total);
  return array;
}

}  // namespace sibyl
