#pragma once

// Catch2 v2 (Debian 12) and v3 (newer systems). Include it last: LibTorch's headers bring a CHECK of their
// own.
#ifdef CHECK
#undef CHECK
#endif
#if SIBYL_CATCH2_MAJOR >= 3  // the one that is linked; another one's headers may be on the machine, too
#include <catch2/catch_all.hpp>
using Catch::Approx;
using Catch::Matchers::ContainsSubstring;
#else
#include <catch2/catch.hpp>
inline auto ContainsSubstring(const std::string& text) {
  return Catch::Matchers::Contains(text);
}
#endif
