#include "train/checkpoint/sealed_file.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>

#include "sibyl/error.hpp"

namespace sibyl {

namespace {

constexpr std::array<char, 8> magic = {'S', 'I', 'B', 'Y', 'L', 'C', 'P', '1'};
struct Trailer {
  std::uint64_t length = 0;
  std::uint64_t crc = 0;
  std::array<char, 8> mark = magic;
};

[[noreturn]] void fail(const std::filesystem::path& path, const char* what) {
  throw Error("Can't " + std::string(what) + " the checkpoint " + path.string() + ": " +
              std::strerror(errno) +
              ". Without checkpoints trials can't go on; make room, or mend the permissions.");
}

class OutputFile {
 public:
  explicit OutputFile(std::filesystem::path path) : path_(std::move(path)) {
    unlink(path_.c_str());  // nothing is written through a link that has this name
    file_ = open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file_ < 0) fail(path_, "open");
  }
  ~OutputFile() {
    close(file_);
    if (!finished_) unlink(path_.c_str());
  }
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  /// Remembers a failure instead of throwing: LibTorch's writer can't be unwound.
  std::size_t write(const void* data, std::size_t size) {
    if (size == 0) return 0;  // crc32_z starts anew when it is given no address, which an empty tensor has
    crc_ = crc32_z(crc_, static_cast<const Bytef*>(data), size);
    length_ += size;
    const char* at = static_cast<const char*>(data);
    for (std::size_t left = size; left > 0 && error_ == 0;) {
      const ssize_t written = ::write(file_, at, left);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) {
        error_ = errno;
      } else {
        at += written;
        left -= static_cast<std::size_t>(written);
      }
    }
    return size;
  }
  void finish() {
    const Trailer trailer{.length = length_, .crc = crc_};
    write(&trailer, sizeof trailer);
    if (error_ == 0 && fsync(file_) != 0) error_ = errno;
    errno = error_;
    if (error_ != 0) fail(path_, "write");
    finished_ = true;
  }

 private:
  std::filesystem::path path_;
  int file_ = -1;
  int error_ = 0;
  bool finished_ = false;
  std::uint64_t length_ = 0;
  unsigned long crc_ = 0;
};

void sync_folder(const std::filesystem::path& folder) {
  const int file = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) fail(folder, "open the folder of");
  const int result = fsync(file);
  close(file);
  if (result != 0 && errno != EINVAL) fail(folder, "sync the folder of");  // EINVAL: this file system can't
}

}  // namespace

void write_sealed(const std::filesystem::path& path, const std::function<void(const WriteBytes&)>& fill) {
  const auto folder = path.parent_path();
  std::error_code error;
  if (std::filesystem::create_directories(folder, error)) sync_folder(folder.parent_path());
  if (error) {
    errno = error.value();
    fail(folder, "make the folder of");
  }
  auto beside = path;
  beside +=
      "." + std::to_string(getpid()) + ".tmp";  // a worker that was given up for dead may still write, too
  {
    OutputFile file(beside);
    fill([&](const void* data, std::size_t size) { return file.write(data, size); });
    file.finish();
  }
  if (std::rename(beside.c_str(), path.c_str()) != 0) fail(path, "rename");
  sync_folder(folder);
}

std::string read_sealed(const std::filesystem::path& path, std::string& why) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), {}};
  Trailer trailer;
  if (!file.good() && !file.eof()) {
    why = "can't be read";
  } else if (bytes.size() <= sizeof trailer) {
    why = "is truncated";
  } else {
    const std::size_t length = bytes.size() - sizeof trailer;
    std::memcpy(&trailer, bytes.data() + length, sizeof trailer);
    if (trailer.mark != magic || trailer.length != length) {
      why = "is truncated";
    } else if (trailer.crc != crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), length)) {
      why = "is damaged (its checksum is wrong)";
    } else {
      bytes.resize(length);
      return bytes;
    }
  }
  return {};
}

}  // namespace sibyl
