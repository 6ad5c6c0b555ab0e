#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

struct gzFile_s;

namespace sibyl {

/// Throws Error: the file, and what is wrong with it.
[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& what);

/// A file to be read from its beginning to its end; a gzipped one is unpacked on the way. Every function
/// throws Error when the file is missing or damaged.
class InputFile {
 public:
  explicit InputFile(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }
  /// Reads up to `size` bytes; how many there were.
  std::size_t read(void* bytes, std::size_t size);
  /// Reads exactly `size` bytes. A file that ends before "is truncated: it ends in its <part>, after ...".
  std::vector<std::uint8_t> read(std::uint64_t size, const std::string& part);
  std::vector<std::uint8_t> read_all();
  /// Throws when there is more than the bytes that its header promised.
  void expect_end(std::uint64_t promised);

 private:
  std::filesystem::path path_;
  bool cut_short_ = false;  ///< a gzip stream that ends too early
  std::unique_ptr<gzFile_s, int (*)(gzFile_s*)> file_;
};

}  // namespace sibyl
