#include "base/peak_memory.hpp"

#include <memory>
#include <vector>

#include "catch.hpp"

using namespace sibyl;

TEST_CASE("the peak of this process's memory is that since it was asked to watch") {
  constexpr std::int64_t large = 200 << 20;
  const PeakMemory whole;
  if (whole.bytes() == 0) return;  // a system that does not say
  const std::int64_t before = whole.bytes();
  { const std::vector<char> block(large, 'x'); }
  CHECK(whole.bytes() >= before + large / 2);
  const PeakMemory after;  // the block is gone
  CHECK(after.bytes() < before + large / 2);
}
