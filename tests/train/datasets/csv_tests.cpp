#include "sibyl/data/csv.hpp"

#include "sibyl/error.hpp"
#include "train/datasets/text_files.hpp"
// Last, as everywhere in this room.
#include "catch.hpp"

using namespace sibyl;

namespace {

std::vector<std::string> cells(const Csv& csv) {
  std::vector<std::string> cells;
  for (std::size_t row = 0; row < csv.rows(); ++row) {
    for (std::size_t column = 0; column < csv.columns(); ++column) cells.emplace_back(csv.cell(row, column));
  }
  return cells;
}

using Strings = std::vector<std::string>;

}  // namespace

TEST_CASE("A CSV file's separator and header are found") {
  const TextFile file("table.csv");
  SECTION("commas and a header") {
    const Csv csv(file.with("size,kind\n1.5,a\n2,b\n"));
    CHECK(csv.names() == Strings{"size", "kind"});
    CHECK(cells(csv) == Strings{"1.5", "a", "2", "b"});
    CHECK(csv.line(1) == 3);
  }
  SECTION("semicolons, no header, no end of line at the end") {
    const Csv csv(file.with("1,5;a\n2,5;b"));
    CHECK(csv.names().empty());
    CHECK(cells(csv) == Strings{"1,5", "a", "2,5", "b"});
    CHECK(cells(Csv(file.path(), {.separator = ','})) == Strings{"1", "5;a", "2", "5;b"});
  }
  SECTION("tabs, with an empty first cell") {
    const Csv csv(file.with("a\tb\n\t2\n3\t4\n"));
    CHECK(csv.names() == Strings{"a", "b"});
    CHECK(cells(csv) == Strings{"", "2", "3", "4"});
  }
  SECTION("spaces, as many as there are") {
    CHECK(cells(Csv(file.with(" 59 2   32.1\n48 1 21.6 \n"))) ==
          Strings{"59", "2", "32.1", "48", "1", "21.6"});
  }
  SECTION("one column") {
    CHECK(cells(Csv(file.with("1.5e+02\n7.5e+01\n"))) == Strings{"1.5e+02", "7.5e+01"});
  }
  SECTION("what Windows and spreadsheets write") {
    const Csv csv(file.with("\xEF\xBB\xBFx, y\r\n 1 , 2\r\n\r\n3,4\r\n\r\n"));
    CHECK(csv.names() == Strings{"x", "y"});
    CHECK(cells(csv) == Strings{"1", "2", "3", "4"});
    CHECK(csv.line(1) == 4);
  }
  SECTION("a header is what the caller says it is") {
    CHECK(Csv(file.with("1,2\n3,4\n"), {.header = true}).names() == Strings{"1", "2"});
    CHECK(Csv(file.with("a,b\nc,1\n"), {.header = false}).rows() == 2);
  }
  SECTION("gzipped") {
    write_gzipped(file.path(), {'1', ',', '2', '\n'});
    CHECK(cells(Csv(file.path())) == Strings{"1", "2"});
  }
}

TEST_CASE("Quoted cells hold separators, quotes and ends of lines") {
  const TextFile file("quoted.csv");
  const Csv csv(file.with("\"a,b\",c\n\"say \"\"hi\"\"\" ,1\n\"two\nlines\",2\n \"\",3\n"));
  CHECK(csv.names() == Strings{"a,b", "c"});
  CHECK(cells(csv) == Strings{"say \"hi\"", "1", "two\nlines", "2", "", "3"});
  CHECK(csv.line(2) == 5);
}

TEST_CASE("Scikit-learn's first line is understood") {
  const TextFile file("iris.csv");
  const Csv csv(file.with("3,2,setosa,versicolor,virginica\n5.1,3.5,0\n4.9,3.0,1\n4.9,3.0,2\n"));
  CHECK(csv.classes() == Strings{"setosa", "versicolor", "virginica"});
  CHECK(csv.columns() == 3);
  CHECK(csv.rows() == 3);
  CHECK(csv.line(0) == 2);
  CHECK_THROWS_WITH(Csv(file.with("3,2,setosa,versicolor,virginica\n5.1,3.5,0\n4.9,3.0,1\n")),
                    ContainsSubstring("has 2 samples, but its first line promises 3"));
}

TEST_CASE("A CSV file that is not right is refused with its name and line") {
  const TextFile file("bad.csv");
  const auto refused = [&](const std::string& text, const std::string& why) {
    CAPTURE(text);
    CHECK_THROWS_AS(Csv(file.with(text)), Error);
    CHECK_THROWS_WITH(Csv(file.with(text)),
                      ContainsSubstring(file.path().string()) && ContainsSubstring(why));
  };
  refused("", "is empty");
  refused("\n \r\n", "is empty");
  refused("a,b\n", "has a header and nothing else");
  refused("a,b\n1,2\n3\n", "line 3 has 1 cell, but line 1 has 2");
  refused("a,b\n1,2\n\n3,4,5\n", "line 4 has 3 cells, but line 1 has 2");
  refused("1,2\n3,4,\n", "line 2 has 3 cells, but line 1 has 2");
  refused("a,b\n1,\"2\n3,4\n", "line 2: a quote (\") is opened but not closed");
  refused("a,b\n1,\"2\"3\n", "line 2: text follows a closing quote");
  refused(std::string("a,b\n1,\0002\n", 8), "holds a zero byte");
  CHECK_THROWS_WITH(Csv(file.path().string() + "x"), ContainsSubstring("there is no such file"));
}

TEST_CASE("Two columns of one name are refused, for a model would be given one for the other") {
  const TextFile file("table.csv");
  CHECK_THROWS_WITH(Csv(file.with("a,b,a\n1,2,3\n4,5,6\n")),
                    ContainsSubstring("has two columns named 'a', at places 0 and 2 (from 0)"));
  CHECK(Csv(file.with("a,,\n1,2,3\n4,5,6\n"), {.header = true}).names() == Strings{"a", "", ""});
}

TEST_CASE("A gzipped CSV file that is cut short is refused") {
  const TextFile file("short.csv.gz");
  std::vector<std::uint8_t> text;
  for (int i = 0; i < 50000; ++i) {
    for (const char c : std::to_string(i * 7919 % 10007) + "\n") text.push_back(static_cast<std::uint8_t>(c));
  }
  write_gzipped(file.path(), text);
  std::filesystem::resize_file(file.path(), std::filesystem::file_size(file.path()) / 2);
  CHECK_THROWS_WITH(Csv(file.path()), ContainsSubstring("is truncated"));
}

TEST_CASE("A column is found by its name or its place") {
  const TextFile file("columns.csv");
  const Csv named(file.with("x,y,2\n1,2,3\n"));
  CHECK(named.column("y") == 1);
  CHECK(named.column("0") == 0);
  CHECK(named.column("-1") == 2);
  CHECK(named.column("2") == 2);
  CHECK_THROWS_WITH(named.column("z"), ContainsSubstring("there is no column 'z': there are x, y, 2"));
  CHECK_THROWS_WITH(named.column("3"), ContainsSubstring("there is no column '3'"));
  const Csv nameless(file.with("1,2\n3,4\n"));
  CHECK_THROWS_WITH(nameless.column("y"), ContainsSubstring("its 2 columns have no names"));
}

TEST_CASE("Numbers are read as a whole or not at all") {
  CHECK(to_number("-1.5e3") == -1500);
  CHECK(to_number("+2") == 2);
  for (const char* text : {"", "1,5", "1.5x", "0x10", "nan", "inf", "-inf", "1e999", "1 2", "+-1", "--1"}) {
    CAPTURE(text);
    CHECK_FALSE(to_number(text).has_value());
  }
  for (const char* text : {"", "NA", "n/a", "NaN", "null", "None", "?"}) CHECK(is_missing(text));
  CHECK_FALSE(is_missing("0"));
}
