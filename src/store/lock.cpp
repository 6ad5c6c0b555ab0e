#include "store/lock.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "base/file.hpp"
#include "sibyl/error.hpp"
#include "store/sweep_directory.hpp"

namespace sibyl {

namespace {

constexpr const char* lock_name = "lock";
constexpr const char* holder_prefix = "process ";

std::string who_am_i() {
  char host[256] = "";
  gethostname(host, sizeof host - 1);
  return holder_prefix + std::to_string(getpid()) + " on " + host;
}

std::string read_all(int descriptor) {
  char text[512];
  const ssize_t size = pread(descriptor, text, sizeof text, 0);
  return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : "another process";
}

struct flock whole_file() {
  struct flock range {};
  range.l_type = F_WRLCK;
  range.l_whence = SEEK_SET;
  return range;
}

// It is written to below, so it must be ours, not somebody's file that only has our name. (After a power cut
// it may be empty, or zeros.)
void require_lock_file(int descriptor, const std::filesystem::path& path) {
  char first = 0;
  const ssize_t size = pread(descriptor, &first, 1, 0);
  if (size < 0) throw_io_error("read", path, errno);
  if (size == 0 || first == 0 || read_all(descriptor).starts_with(holder_prefix)) return;
  throw UsageError(
      path.string() +
      " is no lock of Sibyl's, and a sweep would write to it. Move it away, or name another directory with --output");
}

}  // namespace

DirectoryLock::DirectoryLock(const std::filesystem::path& directory) : path_(directory / lock_name) {
  const std::filesystem::path& path = path_;
  descriptor_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (descriptor_ < 0) throw_io_error("open", path, errno);
  try {
    require_lock_file(descriptor_, path);
  } catch (...) {
    close(descriptor_);
    throw;
  }
  struct flock range = whole_file();
  if (fcntl(descriptor_, F_OFD_SETLK, &range) != 0) {
    if (errno == EAGAIN || errno == EACCES) {
      const std::string holder = read_all(descriptor_);
      close(descriptor_);
      throw Error(
          directory.string() + " is in use by " + holder +
          ": two sweeps can't write to one directory. Wait for it or stop it, or name another directory");
    }
    works_ = false;
  }
  struct stat mine {
  }, there{};
  if (works_ && (fstat(descriptor_, &mine) != 0 || stat(path.c_str(), &there) != 0 ||
                 mine.st_ino != there.st_ino || mine.st_dev != there.st_dev)) {
    close(descriptor_);
    throw Error(path.string() + " was deleted by another process just now: try again");
  }
  // For people, for the message above, and for workers on other nodes; the lock itself is what counts.
  const std::string holder = who_am_i();
  if (ftruncate(descriptor_, 0) != 0 ||
      pwrite(descriptor_, holder.data(), holder.size(), 0) != static_cast<ssize_t>(holder.size()) ||
      fsync(descriptor_) != 0) {
    const int error = errno;
    close(descriptor_);
    throw_io_error("write to", path, error);
  }
}

void DirectoryLock::remove() {
  unlink(path_.c_str());
}

DirectoryLock::~DirectoryLock() {
  close(descriptor_);
}

std::string lock_owner(const std::filesystem::path& directory) {
  const int descriptor = open((directory / lock_name).c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return "";
  std::string owner = read_all(descriptor);
  close(descriptor);
  return owner;
}

std::optional<std::string> lock_holder(const std::filesystem::path& directory) {
  const auto locked = [&](const char* name) {
    std::error_code ignored;
    return std::filesystem::exists(directory / name, ignored) &&
           File(directory / name, O_RDONLY).is_locked_by_another();
  };
  if (locked(lock_name)) return lock_owner(directory);
  // Somebody may have deleted the lock of a sweep that runs: its journal is locked, too.
  if (locked(SweepFiles::journal)) return "another process";
  return {};
}

}  // namespace sibyl
