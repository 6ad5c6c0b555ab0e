#include "base/text.hpp"

#include "catch.hpp"
#include "sibyl/random.hpp"

using namespace sibyl;

TEST_CASE("text of others is shown, not obeyed") {
  CHECK(printable("plain, with \xC3\xA9 and \xE2\x82\xAC") == "plain, with \xC3\xA9 and \xE2\x82\xAC");
  CHECK(printable("\x1b]0;owned\x07") == "\\x1b]0;owned\\x07");  // a terminal's title
  CHECK(printable("\x1b[2J\x1b[1;1H") == "\\x1b[2J\\x1b[1;1H");  // clears the screen
  CHECK(printable("a\x1b[1;31mred\x1b[0m") == "ared");           // colours are left out
  CHECK(printable("\x1b[31") == "\\x1b[31");                     // half of one is none
  CHECK(printable("50 %\r100 %\b\x7f") == "50 %\\x0d100 %\\x08\\x7f");
  CHECK(printable("\xC2\x9B"
                  "31m") == "\\x9b31m");  // the one-character form of \x1b[
  CHECK(printable("abc\xE2\x80\xAE"
                  "fdp.exe") == "abc\\u202efdp.exe");     // right to left
  CHECK(printable("\xF3\xA0\x80\xA0") == "\\U000e0020");  // an invisible tag
  CHECK(printable(std::string("\0\xFF\xC3", 3)) == "\\x00\\xff\\xc3");
  CHECK(printable("one\n\ttwo") == "one\n\ttwo");
  CHECK(one_line("one\n\ttwo\x1b") == "one\\n\\ttwo\\x1b");
}

TEST_CASE("whatever bytes come, what is printed has no control character and is safe the second time, too") {
  for (std::int64_t seed = 0; seed < 2000; ++seed) {
    RandomStream random(1, seed, "bytes");
    std::string bytes;
    for (int i = 0; i < 40; ++i) bytes += static_cast<char>(random.below(256));
    const std::string safe = one_line(bytes);
    for (const char c : safe) CHECK((static_cast<unsigned char>(c) >= 0x20 && c != 0x7f));
    CHECK(one_line(safe) == safe);
    CHECK(columns_of(clip(safe, 10)) <= 10);
  }
}

TEST_CASE("columns are counted as a terminal draws them") {
  CHECK(columns_of("") == 0);
  CHECK(columns_of("abc") == 3);
  CHECK(columns_of("\xC3\xA9") == 1);
  CHECK(columns_of("e\xCC\x81") == 1);                 // an accent of its own
  CHECK(columns_of("\xE6\x97\xA5\xE6\x9C\xAC") == 4);  // two wide characters
  CHECK(columns_of("██░") == 3);
}

TEST_CASE("a clipped text says so, and never ends within a character") {
  CHECK(clip("abcdef", 6) == "abcdef");
  CHECK(clip("abcdef", 4) == "abc…");
  CHECK(clip("abcdef", 1) == "…");
  CHECK(clip("abcdef", 0).empty());
  CHECK(clip("\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E", 4) == "\xE6\x97\xA5…");
}

TEST_CASE("words are written as a shell reads them") {
  CHECK(shell_word("runs/x-1") == "runs/x-1");
  CHECK(shell_word("") == "''");
  CHECK(shell_word("a b") == "'a b'");
  CHECK(shell_word("$(rm)") == "'$(rm)'");
  CHECK(shell_word("it's") == "'it'\\''s'");
}
