#pragma once

#include <cstdint>
#include <cstdlib>

namespace sibyl {

/// In how many random orders of arrival a sweep is run, for each number of workers and failures: a few, or as
/// many as the environment says (SIBYL_ORDERS=280 makes it 10,000 for each scheduler, in half a minute).
inline std::uint64_t orders() {
  const char* said = std::getenv("SIBYL_ORDERS");
  return said ? std::strtoull(said, nullptr, 10) : 4;
}

}  // namespace sibyl
