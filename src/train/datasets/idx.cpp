#include "train/datasets/idx.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "core/error.hpp"

namespace sibyl {

namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& what) {
  throw Error(path.string() + ": " + what);
}

/// A file through zlib, which reads plain and gzipped ones alike.
class Reader {
 public:
  explicit Reader(const std::filesystem::path& path)
      : path_(path), file_(gzopen(path.c_str(), "rb"), gzclose) {
    if (!file_) fail(path_, std::string("can't be opened: ") + std::strerror(errno));
    gzbuffer(file_.get(), 1 << 17);
  }

  /// How many bytes there were, up to `size`.
  std::size_t read(std::uint8_t* bytes, std::size_t size) {
    std::size_t done = 0;
    while (done < size) {
      const auto chunk = static_cast<unsigned>(std::min<std::size_t>(size - done, 1 << 26));
      const int got = gzread(file_.get(), bytes + done, chunk);
      int code = Z_OK;
      const char* const message = gzerror(file_.get(), &code);
      if (got < 0 && code != Z_BUF_ERROR) fail(path_, "is damaged: " + std::string(message));
      if (got <= 0 || code == Z_BUF_ERROR)
        return done + static_cast<std::size_t>(std::max(got, 0));  // cut short
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

 private:
  std::filesystem::path path_;
  std::unique_ptr<gzFile_s, int (*)(gzFile)> file_;
};

std::uint32_t big_endian(const std::uint8_t* b) {
  return std::uint32_t{b[0]} << 24 | std::uint32_t{b[1]} << 16 | std::uint32_t{b[2]} << 8 |
         std::uint32_t{b[3]};
}

}  // namespace

IdxArray read_idx(const std::filesystem::path& path, std::size_t dimensions) {
  if (!std::filesystem::is_regular_file(path)) fail(path, "there is no such file");
  Reader reader(path);
  const auto truncated = [&](const std::string& part) { fail(path, "is truncated: it ends in its " + part); };

  std::array<std::uint8_t, 4> magic{};
  if (reader.read(magic.data(), magic.size()) < magic.size()) truncated("first four bytes");
  if (magic[0] != 0 || magic[1] != 0) fail(path, "is no IDX file: it does not begin with two zero bytes");
  if (magic[2] != 0x08) {
    fail(path, "holds the IDX type " + std::to_string(magic[2]) + ", and only unsigned bytes (8) are read");
  }
  if (magic[3] != dimensions) {
    fail(path, "has " + std::to_string(magic[3]) + " dimensions, not " + std::to_string(dimensions) +
                   " (images have 3, labels 1)");
  }

  IdxArray array;
  std::uint64_t total = 1;
  for (std::size_t i = 0; i < dimensions; ++i) {
    std::array<std::uint8_t, 4> size{};
    if (reader.read(size.data(), size.size()) < size.size()) truncated("sizes");
    array.sizes.push_back(big_endian(size.data()));
    constexpr std::uint64_t limit = std::uint64_t{1}
                                    << 40;  // no data set is larger; a damaged header may say so
    total *= static_cast<std::uint64_t>(array.sizes.back());
    if (total > limit) fail(path, "says that it holds more than a terabyte: its header is damaged");
  }

  // In pieces, so that a header that promises too much costs no more memory than the file has bytes.
  while (array.bytes.size() < total) {
    const std::size_t before = array.bytes.size();
    const std::size_t piece = std::min<std::uint64_t>(total - before, std::uint64_t{1} << 26);
    array.bytes.resize(before + piece);
    const std::size_t got = reader.read(array.bytes.data() + before, piece);
    if (got < piece) {
      truncated("data, after " + std::to_string(before + got) + " of " + std::to_string(total) + " bytes");
    }
  }
  std::uint8_t extra = 0;
  if (reader.read(&extra, 1) != 0)
    fail(path, "has trailing bytes after the " + std::to_string(total) + " it promises");
  return array;
}

}  // namespace sibyl
