#include "store/results/text.hpp"

#include <limits>

#include "catch.hpp"

using namespace sibyl;

TEST_CASE("Bytes that are no UTF-8 become question marks; characters stay") {
  CHECK(clean_utf8("plain, \xC3\xA9, \xE2\x82\xAC, \xF0\x9F\x98\x80") ==
        "plain, \xC3\xA9, \xE2\x82\xAC, \xF0\x9F\x98\x80");
  CHECK(clean_utf8("Latin-1: \xE9t\xE9") == "Latin-1: ?t?");
  CHECK(clean_utf8(std::string("a\0b", 3)) == "a?b");
  CHECK(clean_utf8("\xC0\xAF") == "??");            // overlong
  CHECK(clean_utf8("\xED\xA0\x80") == "???");       // a surrogate
  CHECK(clean_utf8("\xF4\x90\x80\x80") == "????");  // beyond the last code point
  CHECK(clean_utf8("cut \xE2\x82") == "cut ??");
}

TEST_CASE("Text is cut between characters and says so") {
  CHECK(shorten("short", 5) == "short");
  CHECK(shorten("a longer text", 8) == "a lon...");
  CHECK(shorten("ab\xE2\x82\xAC\xE2\x82\xAC", 7) == "ab...");
}

TEST_CASE("Times are written as ISO 8601 in UTC") {
  CHECK(iso_time(0) == "1970-01-01T00:00:00Z");
  CHECK(iso_time(1'700'000'000.9) == "2023-11-14T22:13:20Z");
  CHECK(iso_time(std::numeric_limits<double>::quiet_NaN()) == "");
  CHECK(iso_time(1e300) == "");
}

TEST_CASE("Values are written as JSON") {
  CHECK(json(std::string_view("a \"b\"\\\n\x01")) == R"("a \"b\"\\\u000a\u0001")");
  CHECK(json(std::vector<Value>{true, std::int64_t{-3}, 0.5, std::string("adam")}) ==
        R"([true, -3, 0.5, "adam"])");
  CHECK(json(Value(std::numeric_limits<double>::infinity())) == "\"inf\"");
}
