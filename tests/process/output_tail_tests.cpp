#include "process/output_tail.hpp"

#include "catch.hpp"

using namespace sibyl;

namespace {

// Not with +, for which GCC 12 sees writes out of bounds that there are not (bug 105651).
std::string line(std::size_t length, char of) {
  std::string line(length, of);
  line.push_back('\n');
  return line;
}

}  // namespace

TEST_CASE("what is printed is passed on line by line, with a label") {
  Printed printed;
  printed.begin("[7] ");
  CHECK(printed.add("one\ntwo\nth") == "[7] one\n[7] two\n");
  CHECK(printed.add("r").empty());
  CHECK(printed.add("ee\n\n\nfour") == "[7] three\n");
  CHECK(printed.add("").empty());
  CHECK(printed.finish() == "[7] four\n");
  CHECK(printed.finish().empty());
}

TEST_CASE("the last five lines are kept, without an end of the line") {
  Printed printed;
  CHECK(printed.last_lines().empty());
  for (int i = 1; i <= 7; ++i) printed.add("line " + std::to_string(i) + "\n\n");
  CHECK(printed.last_lines() == "line 3\nline 4\nline 5\nline 6\nline 7");
  printed.add("and a");
  CHECK_THAT(printed.last_lines(), ContainsSubstring("line 7\nand a"));
  printed.finish();
  CHECK(printed.last_lines() == "line 4\nline 5\nline 6\nline 7\nand a");
}

TEST_CASE("with a new label the lines before are forgotten") {
  Printed printed;
  printed.begin("[a] ");
  printed.add("old\n");
  printed.begin("[b] ");
  CHECK(printed.last_lines().empty());
  CHECK(printed.add("new\n") == "[b] new\n");
  CHECK(printed.last_lines() == "new");
}

TEST_CASE("of long lines, few are kept, and of a very long one its begin") {
  Printed printed;
  printed.add(line(300, 'a') + line(300, 'b') + line(100, 'c'));
  CHECK(printed.last_lines() == line(300, 'b') + std::string(100, 'c'));
  printed.add(line(1500, 'd'));
  CHECK(printed.last_lines() == std::string(480, 'd'));
}

TEST_CASE("a line without an end is passed on in parts, and takes no more and more memory") {
  Printed printed;
  printed.begin("[7] ");
  CHECK(printed.add(std::string(1999, 'x')).empty());
  CHECK(printed.add("xy") == "[7] " + line(2000, 'x'));
  CHECK(printed.add("\n") == "[7] y\n");
  CHECK(printed.add(line(2000, 'z')) == "[7] " + line(2000, 'z'));  // no empty line after it
}

TEST_CASE("any bytes may be printed") {
  Printed printed;
  const std::string odd("\0\xff\x1b[0m\x1b", 7);
  CHECK(printed.add(odd + "\n") == "\\x00\\xff\\x1b\n");
  CHECK(printed.last_lines() == odd);
}

TEST_CASE("What a trial prints does nothing to the terminal of who looks on") {
  Printed printed;
  printed.begin("[trial 3] ");
  CHECK(printed.add("\x1b[31mred\x1b[0m \x1b[2Jgone\x07\n") == "[trial 3] red \\x1b[2Jgone\\x07\n");
  CHECK(printed.add("10 %\r50 %\r100 %\n") == "[trial 3] 100 %\n");  // a progress bar: its last state
  CHECK(printed.add("from Windows\r\n") == "[trial 3] from Windows\n");
  CHECK(printed.add("a\tb\n") == "[trial 3] a\tb\n");
}
