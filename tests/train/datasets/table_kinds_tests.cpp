// Tables as people have them: each is taken right, or refused with the reason.
#include <torch/torch.h>

#include "sibyl/data/table.hpp"
#include "sibyl/data/table_source.hpp"
#include "sibyl/error.hpp"
#include "train/datasets/describe.hpp"
#include "train/datasets/tables.hpp"
#include "train/datasets/text_files.hpp"
// Last: LibTorch has a CHECK of its own.
#include "catch.hpp"

using namespace sibyl;
using Strings = std::vector<std::string>;

namespace {

const auto plain_x = torch::tensor({{1.344f, 4.237f}, {7.638f, 1.275f}, {4.954f, 2.247f}});

Table table(const std::string& text, const CsvOptions& options = {}, Target kind = Target::classes) {
  const TextFile file("table.csv");
  return read_table(file.with(text), {.kind = kind, .csv = options});
}

void check_plain(const std::string& text, const CsvOptions& options = {}) {
  CAPTURE(text);
  const Table read = table(text, options);
  CHECK(torch::equal(x_of(read), plain_x));
  CHECK(torch::equal(read.y, torch::tensor({0, 1, 1}, torch::kLong)));
  CHECK(names_of(read) == Strings{"a", "b"});
  CHECK(read.classes == Strings{"no", "yes"});
}

void check_refused(const std::string& text, const std::string& why, const CsvOptions& options = {},
                   Target kind = Target::classes) {
  CAPTURE(text);
  CHECK_THROWS_AS(table(text, options, kind), Error);
  CHECK_THROWS_WITH(table(text, options, kind), ContainsSubstring(why));
}

/// Has the table that many samples, or is it not known whether its first line is one? (-1)
std::int64_t samples_of(const std::string& text) {
  try {
    return table(text).y.size(0);
  } catch (const Error& problem) {
    CHECK_THAT(problem.what(), ContainsSubstring("may be a sample, or name the columns") &&
                                   ContainsSubstring("FILE,header=yes or FILE,header=no"));
    return -1;
  }
}

}  // namespace

TEST_CASE("One table in many hands") {
  check_plain("a,b,label\n1.344,4.237,no\n7.638,1.275,yes\n4.954,2.247,yes\n");
  check_plain(
      "\xEF\xBB\xBF\"a\",\"b\",\"label\"\r\n\"1.344\",\"4.237\",\"no\"\r\n\"7.638\",\"1.275\",\"yes\"\r\n"
      "\"4.954\",\"2.247\",\"yes\"\r\n");
  check_plain("a,b,label\r1.344,4.237,no\r7.638,1.275,yes\r4.954,2.247,yes\r");  // an old Macintosh's
  check_plain("a,b,label\n\" 1.344\",\" 4.237\",no\n\" 7.638\",\"1.275 \",\"yes \"\n4.954 , 2.247, yes \n");
  check_plain("a;b;label\n1,344;4,237;no\n7,638;1,275;yes\n4,954;2,247;yes\n");
  check_plain("a\tb\tlabel\n1,344\t4,237\tno\n7,638\t1,275\tyes\n4,954\t2,247\tyes\n");
  check_plain("a|b|label\n1.344|4.237|no\n7.638|1.275|yes\n4.954|2.247|yes\n");
  check_plain("a,b,label\n\"1,344\",\"4,237\",no\n\"7,638\",\"1,275\",yes\n\"4,954\",\"2,247\",yes\n",
              {.decimal = ','});
}

TEST_CASE("A decimal comma is one where something else parts the cells") {
  const Table no_header =
      table("1,5;2,5;0,5\n3;4,25;1\n", {}, Target::values);  // as many commas as semicolons
  CHECK(torch::equal(x_of(no_header), torch::tensor({{1.5f, 2.5f}, {3.f, 4.25f}})));
  CHECK(torch::equal(no_header.y, torch::tensor({0.5f, 1.f})));
  // Either could be meant where both signs occur.
  check_refused("a;y\n1,5;1\n2.5;0\n",
                "holds '1,5', which is no number: a decimal comma is understood where");
  check_refused("a,y\n\"1,5\",1\n\"2,5\",0\n", "write 1.5, or say it with CsvOptions{.decimal = ','}");
  check_refused("a;y\n1.234,5;1\n2,5;0\n", "holds '1.234,5', which is no number");
}

TEST_CASE("A header is seen by what stands below it, or asked for") {
  // Words above numbers, whatever the second line lacks.
  CHECK(samples_of("a,b,label\n?,?,yes\n1.344,4.237,no\n") == 2);
  // Numbers above words, as pandas numbers the columns.
  CHECK(samples_of("0,1,2\n1.3,4.2,no\n7.6,1.2,yes\n") == 2);
  // Quoted numbers above plain ones, as R writes them.
  CHECK(samples_of("\"2019\",\"2022\",\"2021\"\n1.3,4.2,0\n7.6,1.2,1\n") == 2);
  // Numbers above numbers: names or a sample?
  CHECK(samples_of("2019,2020,2021\n1.344,4.237,0\n7.638,1.275,1\n4.954,2.247,1\n") == -1);
  CHECK(samples_of("2019,2025,0\n1.344,4.237,0\n7.638,1.275,1\n4.954,2.247,1\n") == -1);
  CHECK(samples_of("400,410,420,430\n1,2,3,0\n3,1,2,1\n") == -1);
  CHECK(samples_of("0,1,2,3\n1.5,2.5,3.5,0\n3.5,1.5,2.5,1\n") == -1);
  // A sample.
  CHECK(samples_of("5.1,3.5,1.4,0\n4.9,3.0,1.4,0\n6.3,3.3,6.0,1\n") == 3);
  CHECK(samples_of("5,0,0,0,3\n0,0,0,7,1\n0,2,0,0,1\n") == 3);
  CHECK(samples_of("6,148,72,35,0,33.6,0.627,50,1\n1,85,66,29,0,26.6,0.351,31,0\n") == 2);
  CHECK(samples_of("1,2\n3,4\n") == 2);
  CHECK(samples_of("2,4,6\n1,2,0\n3,1,0\n") == 3);
  CHECK(samples_of("5.1,3.5,setosa\n4.9,3.0,virginica\n") == 2);

  const std::string years = "2019,2020,2021\n1.344,4.237,0\n7.638,1.275,1\n4.954,2.247,1\n";
  CHECK(names_of(table(years, {.header = true})) == Strings{"2019", "2020"});
  CHECK(torch::equal(x_of(table(years, {.header = true})), plain_x));
  CHECK(table(years, {.header = false}).y.size(0) == 4);
}

TEST_CASE("A class may have an odd name") {
  const auto two = torch::tensor({0, 1, 1}, torch::kLong);
  SECTION("in quotes, any") {
    const Table read = table("a,country\n1,\"DE\"\n2,\"NA\"\n3,\"NA\"\n");
    CHECK(read.classes == Strings{"DE", "NA"});
    CHECK(torch::equal(read.y, two));
  }
  SECTION("none is a word, and na an element") {
    CHECK(table("a,defect\n1,none\n2,crack\n3,crack\n").classes == Strings{"crack", "none"});
    CHECK(table("a,metal\n1,li\n2,na\n3,na\n").classes == Strings{"li", "na"});
  }
  SECTION("NA and its like are asked for") {
    for (const char* text : {"NA", "N/A", "NaN", "null", "None"}) {
      const std::string country = std::string("a,country\n1,DE\n2,") + text + "\n3," + text + "\n";
      check_refused(country, std::string("line 3, column 'country': holds '") + text +
                                 "': is the class missing, or is that its name?");
      const Table read = table(country, {.na_is_a_class = true});
      CHECK(torch::equal(read.y, two));
      CHECK(read.classes == Strings{"DE", text});
    }
    check_refused("a,country\n1,DE\n2,\n", "the class is missing", {.na_is_a_class = true});
    check_refused("a,country\n1,DE\n2,?\n", "the class is missing", {.na_is_a_class = true});
  }
}

TEST_CASE("Numbers are one class however they are written") {
  const Table mixed = table("a,label\n1,0\n2,1\n3,1.0\n4,0.0\n5,-0\n6,1e0\n");
  CHECK(mixed.classes == Strings{"0", "1"});
  CHECK(torch::equal(mixed.y, torch::tensor({0, 1, 1, 0, 0, 1}, torch::kLong)));
  CHECK(table("a,label\n1,2.50\n2,2.5\n3,10\n").classes == Strings{"2.5", "10"});
  CHECK(table("a,label\n1,9007199254740993\n2,9007199254740992\n").classes.size() ==
        2);  // a double holds but one
  CHECK(table("a,plz\n1,01067\n2,50667\n").classes == Strings{"01067", "50667"});
  check_refused("a,plz\n1,01067\n2,1067\n", "one number, written in two ways");
  CHECK(table("a,label\n1,0\n2,0.0\n3,x\n").classes == Strings{"0", "0.0", "x"});  // texts

  const TextFile test("test.csv");
  CHECK(torch::equal(classes(Csv(test.with("a,label\n1,1.0\n2,0\n")), 1, mixed.classes).y,
                     torch::tensor({1, 0}, torch::kLong)));
}

TEST_CASE("A table's description names columns and classes, so that an odd one is seen") {
  const auto described = [](const std::string& text, Target kind = Target::classes) {
    return describe(prepare(table(text, {}, kind), {.validation = 0}, 1));
  };
  CHECK_THAT(
      described("id,a,label\n1,1.5,no\n2,2.5,yes\n3,1.5,YES\n4,2.5,no\n"),
      ContainsSubstring(": id, a\n") &&
          ContainsSubstring("y     3 classes, training samples of each: YES 1, no 2, yes 1 (only their case "
                            "tells apart: YES, yes)\n"));
  CHECK_THAT(described("1.5,2.5,no\n3.5,4.5,yes\n"), ContainsSubstring(": 0, 1\n"));
  std::string wide = "c0", row = "0.5";
  for (int i = 1; i < 40; ++i) {
    wide += std::string(",c") + std::to_string(i);
    row += std::string(",") + std::to_string(i) + ".5";
  }
  CHECK_THAT(described(wide + "\n" + row + "\n" + row + "\n", Target::values),
             ContainsSubstring(": c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, ..., c36, c37, c38\n"));
  std::string many = "a,kind\n";
  for (int i = 0; i < 26; ++i) many += "1," + std::string(1, static_cast<char>('a' + i)) + "\n";
  CHECK_THAT(described(many), ContainsSubstring("26 classes, 1 to 1 training samples each: a, b, ") &&
                                  ContainsSubstring(", l, ..., x, y, z\n"));
}

TEST_CASE("a table's --data says which file, which column, and how it is written") {
  const auto plain = table_source("houses.csv");
  CHECK(plain.file == "houses.csv");
  CHECK(plain.options.target == Columns("-1"));
  CHECK_FALSE(plain.options.csv.header.has_value());
  CHECK(table_source("houses.csv", {.target = "rent"}).options.target == Columns("rent"));
  CHECK(table_source("a/b:c.csv:price").file == "a/b:c.csv");
  CHECK(table_source("a/b:c.csv:price").options.target == Columns("price"));
  const auto all = table_source(
      "x.csv,header=no,separator=tab,decimal=comma,na=class,column=a=b,column=c,drop=id,drop=name,text=zip,dates=day_first");
  CHECK(all.file == "x.csv");
  CHECK(all.options.target == Columns{"a=b", "c"});
  CHECK(all.options.drop == Columns{"id", "name"});
  CHECK(all.options.text == Columns("zip"));
  CHECK(all.options.day_first);
  CHECK_FALSE(all.options.month_first);
  CHECK(all.options.csv.header == false);
  CHECK(all.options.csv.separator == '\t');
  CHECK(all.options.csv.decimal == ',');
  CHECK(all.options.csv.na_is_a_class);
  CHECK(table_source("x.csv:price,header=yes").options.target == Columns("price"));
  CHECK(table_source("x.csv:price,header=yes").options.csv.header == true);
  CHECK(table_source("x.csv,header=auto").options.csv.header == std::nullopt);
  CHECK(table_source("").file.empty());

  const TextFile odd("a:b,header=no");  // a file's name
  odd.with("1,2\n");
  CHECK(table_source(odd.path()).file == odd.path());
  CHECK(table_source(odd.path()).options.csv.header == std::nullopt);
  CHECK(table_source(odd.path().string() + ",header=yes").file == odd.path());

  CHECK_THROWS_AS(table_source("x.csv,header=maybe"), UsageError);
  CHECK_THROWS_WITH(table_source("x.csv,header=maybe"),
                    ContainsSubstring("header=maybe: header is one of auto, no, yes"));
  CHECK_THROWS_WITH(table_source("x.csv,haeder=no"), ContainsSubstring("has no 'haeder'"));
}
