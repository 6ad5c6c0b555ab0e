#include "base/peak_memory.hpp"

#include <sys/mman.h>

#include <cstring>

#include "catch.hpp"

using namespace sibyl;

TEST_CASE("the peak of this process's memory is that since it was asked to watch") {
  constexpr std::int64_t large = 200 << 20;
  const PeakMemory whole;
  if (whole.bytes() == 0) return;  // a system that does not say
  const std::int64_t before = whole.bytes();
  // Not by an allocator, which may keep it (AddressSanitizer's does).
  void* const block = mmap(nullptr, large, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  REQUIRE(block != MAP_FAILED);
  std::memset(block, 'x', large);
  munmap(block, large);
  CHECK(whole.bytes() >= before + large / 2);
  const PeakMemory after;  // the block is gone
  CHECK(after.bytes() < before + large / 2);
}
