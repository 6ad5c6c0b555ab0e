#include "train/datasets/input_file.hpp"

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "sibyl/error.hpp"

namespace sibyl {

namespace {

constexpr std::size_t piece = std::size_t{1} << 26;

}  // namespace

void refuse(const std::filesystem::path& file, const std::string& what) {
  throw Error(file.string() + ": " + what);
}

InputFile::InputFile(const std::filesystem::path& path) : path_(path), file_(nullptr, gzclose) {
  if (path.empty()) throw Error("there is no file to be read: name it with --data");
  if (std::filesystem::is_directory(path)) refuse(path, "is a folder; name a file in it");
  if (!std::filesystem::is_regular_file(path)) refuse(path, "there is no such file");
  file_.reset(gzopen(path.c_str(), "rb"));
  if (!file_) refuse(path, std::string("can't be opened: ") + std::strerror(errno));
  gzbuffer(file_.get(), 1 << 17);
}

std::size_t InputFile::read(void* bytes, std::size_t size) {
  std::size_t done = 0;
  while (done < size) {
    const auto chunk = static_cast<unsigned>(std::min(size - done, piece));
    const int got = gzread(file_.get(), static_cast<std::uint8_t*>(bytes) + done, chunk);
    int code = Z_OK;
    const char* const message = gzerror(file_.get(), &code);
    if (got < 0 && code != Z_BUF_ERROR) refuse(path_, "is damaged: " + std::string(message));
    if (got > 0) done += static_cast<std::size_t>(got);
    if (code == Z_BUF_ERROR) {
      cut_short_ = true;
      break;
    }
    if (got <= 0) break;
  }
  return done;
}

std::vector<std::uint8_t> InputFile::read(std::uint64_t size, const std::string& part) {
  // In pieces, so that a header that promises too much costs no more memory than the file has bytes.
  std::vector<std::uint8_t> bytes;
  while (bytes.size() < size) {
    const std::size_t before = bytes.size();
    bytes.resize(before + std::min<std::uint64_t>(size - before, piece));
    const std::size_t got = read(bytes.data() + before, bytes.size() - before);
    if (before + got < bytes.size()) {
      refuse(path_, "is truncated: it ends in its " + part + ", after " + std::to_string(before + got) +
                        " of " + std::to_string(size) + " bytes");
    }
  }
  return bytes;
}

std::vector<std::uint8_t> InputFile::read_all() {
  std::vector<std::uint8_t> bytes;
  while (true) {
    const std::size_t before = bytes.size();
    bytes.resize(before + (piece >> 6));
    const std::size_t got = read(bytes.data() + before, bytes.size() - before);
    bytes.resize(before + got);
    if (got == 0) break;
  }
  if (cut_short_) refuse(path_, "is truncated: its gzip stream does not end");
  return bytes;
}

void InputFile::expect_end(std::uint64_t promised) {
  std::uint8_t extra = 0;
  if (read(&extra, 1) != 0)
    refuse(path_, "has trailing bytes after the " + std::to_string(promised) + " it promises");
}

}  // namespace sibyl
