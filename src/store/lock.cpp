#include "store/lock.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "core/error.hpp"
#include "store/file.hpp"

namespace sibyl {

namespace {

constexpr const char* lock_name = "lock";

std::string who_am_i() {
  char host[256] = "";
  gethostname(host, sizeof host - 1);
  return "process " + std::to_string(getpid()) + " on " + host;
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

}  // namespace

DirectoryLock::DirectoryLock(const std::filesystem::path& directory) {
  const std::filesystem::path path = directory / lock_name;
  descriptor_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor_ < 0) throw_io_error("open", path, errno);
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

DirectoryLock::~DirectoryLock() {
  close(descriptor_);
}

namespace {

int open_to_look(const std::filesystem::path& directory) {
  return open((directory / lock_name).c_str(), O_RDONLY | O_CLOEXEC);
}

}  // namespace

std::string lock_owner(const std::filesystem::path& directory) {
  const int descriptor = open_to_look(directory);
  if (descriptor < 0) return "";
  std::string owner = read_all(descriptor);
  close(descriptor);
  return owner;
}

std::optional<std::string> lock_holder(const std::filesystem::path& directory) {
  const int descriptor = open_to_look(directory);
  if (descriptor < 0) return {};
  // Asked for a lock to read, which needs no right to write: the holder's excludes it too.
  struct flock range = whole_file();
  range.l_type = F_RDLCK;
  std::optional<std::string> holder;
  if (fcntl(descriptor, F_OFD_GETLK, &range) == 0 && range.l_type != F_UNLCK) holder = read_all(descriptor);
  close(descriptor);
  return holder;
}

}  // namespace sibyl
