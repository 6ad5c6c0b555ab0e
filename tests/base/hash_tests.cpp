#include "base/hash.hpp"

#include <string>

#include "catch.hpp"

using namespace sibyl;

namespace {

std::uint64_t hash_of(const std::string& text) {
  return xxh64(std::as_bytes(std::span(text)));
}

}  // namespace

// From the reference implementation.
TEST_CASE("XXH64 is the one that others compute") {
  CHECK(hash_of("") == 0xEF46DB3751D8E999);
  CHECK(hash_of("a") == 0xD24EC4F1A98C6E5B);
  CHECK(hash_of("abc") == 0x44BC2CF5AD770999);
  CHECK(hash_of("Nobody inspects the spammish repetition") == 0xFBCEA83C8A378BF1);
}

TEST_CASE("any change of the bytes changes their hash") {
  std::string text(100, 'x');
  const std::uint64_t before = hash_of(text);
  for (char& each : text) {
    each = 'y';
    CHECK(hash_of(text) != before);
    each = 'x';
  }
  CHECK(hash_of(text + 'x') != before);
}
