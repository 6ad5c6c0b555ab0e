#include "base/sharing/sealed_memory.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace sibyl {

namespace {

constexpr int seals = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

bool write_all(int memory, std::span<const std::byte> bytes, off_t& place) {
  while (!bytes.empty()) {
    const ssize_t wrote = pwrite(memory, bytes.data(), bytes.size(), place);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(wrote));
    place += wrote;
  }
  return true;
}

// First the room, so that a full machine is an error here and no signal in the middle of a copy. Beyond the
// limit of files' sizes, which holds for such memory too, there would be one at once.
int take_room(int memory, std::size_t size) {
  rlimit limit{};
  if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && size > limit.rlim_cur)
    return EFBIG;
  int problem = 0;
  do problem = posix_fallocate(memory, 0, static_cast<off_t>(size));
  while (problem == EINTR);
  return problem;
}

}  // namespace

Descriptor make_sealed_memory(const Pieces& pieces, std::string& why) {
  const auto fail = [&](int problem) {
    why = std::string("no memory can be shared: ") + std::strerror(problem);
    return Descriptor();
  };
  std::size_t size = 0;
  for (const auto& piece : pieces) size += piece.size();
  Descriptor memory(memfd_create("sibyl data", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!memory) return fail(errno);
  if (const int problem = take_room(memory.get(), size); problem != 0) return fail(problem);
  off_t place = 0;
  for (const auto& piece : pieces)
    if (!write_all(memory.get(), piece, place)) return fail(errno);
  if (fcntl(memory.get(), F_ADD_SEALS, seals) != 0) return fail(errno);
  return memory;
}

std::span<std::byte> map_sealed_memory(int memory) {
  struct stat found {};
  if (fstat(memory, &found) != 0 || found.st_size <= 0 || (fcntl(memory, F_GET_SEALS) & seals) != seals)
    return {};
  const auto size = static_cast<std::size_t>(found.st_size);
  void* const place = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, memory, 0);
  if (place == MAP_FAILED) return {};
  return {static_cast<std::byte*>(place), size};
}

}  // namespace sibyl
