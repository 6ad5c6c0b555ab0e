#include "sweep/worker/rank_identity.hpp"

#include <elf.h>
#include <link.h>

#include <chrono>
#include <cstring>
#include <thread>

#include "base/launcher.hpp"
#include "sibyl/error.hpp"
#include "store/lock.hpp"

namespace sibyl {

namespace {

// A note is its header, its name and its contents, each of the latter two filled up to four bytes.
std::string find_build_id(const char* notes, std::size_t size) {
  const auto padded = [](std::size_t length) { return (length + 3) & ~std::size_t{3}; };
  while (size >= sizeof(ElfW(Nhdr))) {
    ElfW(Nhdr) header;
    std::memcpy(&header, notes, sizeof header);
    const std::size_t whole = sizeof header + padded(header.n_namesz) + padded(header.n_descsz);
    if (whole > size) break;
    const char* name = notes + sizeof header;
    if (header.n_type == NT_GNU_BUILD_ID &&
        std::string_view(name, header.n_namesz) == std::string_view("GNU", 4)) {
      constexpr char digits[] = "0123456789abcdef";
      std::string id;
      const char* contents = name + padded(header.n_namesz);
      for (std::size_t i = 0; i < header.n_descsz; ++i) {
        const auto byte = static_cast<unsigned char>(contents[i]);
        id += digits[byte >> 4];
        id += digits[byte & 15];
      }
      return id;
    }
    notes += whole;
    size -= whole;
  }
  return "";
}

}  // namespace

std::string build_id() {
  std::string id;
  dl_iterate_phdr(
      [](dl_phdr_info* object, std::size_t, void* found) {
        auto& id = *static_cast<std::string*>(found);
        for (int i = 0; i < object->dlpi_phnum && id.empty(); ++i) {
          const auto& part = object->dlpi_phdr[i];
          if (part.p_type == PT_NOTE)
            id = find_build_id(reinterpret_cast<const char*>(object->dlpi_addr + part.p_vaddr), part.p_memsz);
        }
        return 1;  // the first object is the program; its libraries are not asked
      },
      &id);
  return id;
}

Begin identity_of_rank_0(const std::filesystem::path& directory) {
  return {.host = host_name(), .build = build_id(), .owner = lock_owner(directory)};
}

void check_site(const Begin& rank_0, const std::filesystem::path& directory,
                const std::function<bool()>& go_on, double wait_timeout) {
  const std::string here = host_name();
  if (rank_0.build != build_id())
    throw Error("the program on " + here + " is another build than rank 0's on " + rank_0.host +
                ": start the same file on all nodes (after a rebuild, copy it to all of them)");
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + std::chrono::duration<double>(wait_timeout);
  while (lock_owner(directory) != rank_0.owner) {
    if (!go_on()) return;
    if (Clock::now() >= deadline)
      throw Error("the sweep's directory " + directory.string() + " on " + here +
                  " is not the one that rank 0 sees on " + rank_0.host +
                  ": give --output a directory on a file system that all nodes share");
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

}  // namespace sibyl
