#include "base/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "sibyl/error.hpp"

namespace sibyl {
namespace {

std::string advice(int error) {
  switch (error) {
    case ENOSPC:
      return "The disk is full: free some space on it, or use another --output.";
    case EDQUOT:
      return "Your disk quota is used up: free some space, or use another --output.";
    case EFBIG:
      return "The file would be larger than this process may write: raise `ulimit -f`.";
    case EACCES:
    case EPERM:
      return "You may not write there: check the permissions of the file and of its folder.";
    case EROFS:
      return "The file system is read-only: use another --output.";
    case ENOENT:
      return "Check the path: the file, or a folder above it, does not exist.";
    case EEXIST:
      return "It would be overwritten: use another --output, or --resume to go on with it.";
    case ELOOP:
      return "It is a symbolic link, which is not followed here: delete it, or use another --output.";
    case EIO:
      return "The disk or the network file system reports a fault: see the system's log, use another --output.";
    case EMFILE:
    case ENFILE:
      return "Too many files are open: raise `ulimit -n`.";
    default:
      return "Check the file and the file system it is on.";
  }
}

// One call can move 2 GiB at most, and may move less than it was asked to.
constexpr std::size_t largest_call = std::size_t{1} << 30;

struct flock whole_file() {
  struct flock range {};
  range.l_type = F_WRLCK;
  range.l_whence = SEEK_SET;
  return range;
}

}  // namespace

void throw_io_error(const std::string& action, const std::filesystem::path& path, int error) {
  throw Error("Cannot " + action + " " + path.string() + ": " + std::strerror(error) + ". " + advice(error));
}

File::File(std::filesystem::path path, int flags) : path_(std::move(path)) {
  do descriptor_ = ::open(path_.c_str(), flags | O_CLOEXEC, 0666);
  while (descriptor_ < 0 && errno == EINTR);
  if (descriptor_ < 0) throw_io_error((flags & O_CREAT) ? "create" : "open", path_, errno);
}

File::~File() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

File::File(File&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

File& File::operator=(File&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

std::uint64_t File::size() const {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) throw_io_error("read the size of", path_, errno);
  return static_cast<std::uint64_t>(status.st_size);
}

std::size_t File::read_at(std::uint64_t offset, std::span<std::byte> out) const {
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t n = ::pread(descriptor_, out.data() + done, std::min(out.size() - done, largest_call),
                              static_cast<off_t>(offset + done));
    if (n == 0) break;
    if (n > 0)
      done += static_cast<std::size_t>(n);
    else if (errno != EINTR)
      throw_io_error("read", path_, errno);
  }
  return done;
}

void File::write_at(std::uint64_t offset, std::span<const std::byte> bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = ::pwrite(descriptor_, bytes.data() + done, std::min(bytes.size() - done, largest_call),
                               static_cast<off_t>(offset + done));
    if (n > 0)
      done += static_cast<std::size_t>(n);
    else if (n == 0 || errno != EINTR)
      throw_io_error("write", path_, n == 0 ? ENOSPC : errno);
  }
}

void File::resize(std::uint64_t size) {
  while (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0)
    if (errno != EINTR) throw_io_error("cut", path_, errno);
}

void File::sync() {
  // Writes the length too when it has changed, but not the times: half of fsync's work on most file systems.
  while (::fdatasync(descriptor_) != 0)
    if (errno != EINTR) throw_io_error("sync", path_, errno);
}

bool File::is_at_its_path() const {
  struct stat mine {
  }, there{};
  return ::fstat(descriptor_, &mine) == 0 && ::stat(path_.c_str(), &there) == 0 && mine.st_nlink > 0 &&
         mine.st_dev == there.st_dev && mine.st_ino == there.st_ino;
}

File::Lock File::lock() {
  struct flock range = whole_file();
  if (::fcntl(descriptor_, F_OFD_SETLK, &range) == 0) return Lock::taken;
  return errno == EAGAIN || errno == EACCES ? Lock::held_by_another : Lock::unknown_here;
}

bool File::is_locked_by_another() const {
  struct flock range = whole_file();
  return ::fcntl(descriptor_, F_OFD_GETLK, &range) == 0 && range.l_type != F_UNLCK;
}

bool File::is_open_elsewhere() const {
  // A lease to write is given only to the one who has the file open. Who opens it in the moment in which we
  // have one would have us told by a signal: by one that is ignored.
  ::fcntl(descriptor_, F_SETSIG, SIGURG);
  if (::fcntl(descriptor_, F_SETLEASE, F_WRLCK) != 0) return errno == EAGAIN;
  ::fcntl(descriptor_, F_SETLEASE, F_UNLCK);
  return false;
}

void sync_folder_of(const std::filesystem::path& path) {
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) throw_io_error("open the folder", folder, errno);
  const int error = ::fsync(descriptor) == 0 ? 0 : errno;
  ::close(descriptor);
  // Some network file systems know no sync of a folder; there a rename lasts once it has returned.
  if (error != 0 && error != EINVAL && error != ENOTSUP) throw_io_error("sync the folder", folder, error);
}

File create_anew(const std::filesystem::path& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) throw_io_error("replace", path, errno);
  return File(path, O_RDWR | O_CREAT | O_EXCL);
}

std::filesystem::path rescue_path(const std::filesystem::path& path) {
  for (int i = 1;; ++i) {
    std::filesystem::path rescued = path;
    rescued.replace_filename(path.stem().string() + ".rescued-" + std::to_string(i) +
                             path.extension().string());
    std::error_code problem;
    if (!std::filesystem::exists(std::filesystem::symlink_status(rescued, problem))) return rescued;
  }
}

void replace_file(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  auto beside = path;
  beside += ".tmp";
  try {
    File file = create_anew(beside);
    file.write_at(0, bytes);
    file.sync();
    if (::rename(beside.c_str(), path.c_str()) != 0) throw_io_error("replace", path, errno);
  } catch (...) {
    ::unlink(beside.c_str());
    throw;
  }
  sync_folder_of(path);
}

void move_into_place(const std::filesystem::path& beside, const std::filesystem::path& path) {
  File(beside, O_RDWR).sync();
  if (::rename(beside.c_str(), path.c_str()) != 0) throw_io_error("replace", path, errno);
  sync_folder_of(path);
}

}  // namespace sibyl
