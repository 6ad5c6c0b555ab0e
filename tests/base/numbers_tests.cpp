#include "base/numbers.hpp"

#include <cstdint>

#include "catch.hpp"

using namespace sibyl;

TEST_CASE("one of a thing is no plural") {
  CHECK(quantity(0, "trial") == "0 trials");
  CHECK(quantity(1, "trial") == "1 trial");
  CHECK(quantity(27, "trial") == "27 trials");
  CHECK(quantity(1, "class") == "1 class");
  CHECK(quantity(10, "class") == "10 classes");
}

TEST_CASE("a number is the whole of its text") {
  CHECK(read_number<std::int64_t>("-9223372036854775808") == INT64_MIN);
  CHECK(read_number<double>("1e-4") == 1e-4);
  for (const char* text : {"", "x", "1x", " 1", "1 ", "1.5", "9223372036854775808", "0x10"}) {
    INFO(text);
    CHECK_FALSE(read_number<std::int64_t>(text));
  }
  for (const char* text : {"", "x", "1,5", "1e999"}) {
    INFO(text);
    CHECK_FALSE(read_number<double>(text));
  }
}
