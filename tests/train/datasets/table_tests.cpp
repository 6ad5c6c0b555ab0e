#include "sibyl/data/table.hpp"

#include <torch/torch.h>

#include "sibyl/error.hpp"
#include "train/datasets/tables.hpp"
#include "train/datasets/text_files.hpp"
// Last: LibTorch has a CHECK of its own.
#include "catch.hpp"

using namespace sibyl;
using Strings = std::vector<std::string>;

TEST_CASE("A table becomes samples: numbers, and classes of any kind") {
  const TextFile file("table.csv");
  SECTION("texts, in the order of the alphabet") {
    const Table table =
        read_table(file.with("x,kind,y\n1,b,2\n3,a,4\n5,b,6\n"), {.target = "kind", .kind = Target::classes});
    CHECK(torch::equal(x_of(table), torch::tensor({{1.f, 2.f}, {3.f, 4.f}, {5.f, 6.f}})));
    CHECK(torch::equal(table.y, torch::tensor({1, 0, 1}, torch::kLong)));
    CHECK(names_of(table) == Strings{"x", "y"});
    CHECK(table.classes == Strings{"a", "b"});
  }
  SECTION("numbers, in their order") {
    const Table table = read_table(file.with("1,10\n2,9\n3,9\n"), {.target = "-1", .kind = Target::classes});
    CHECK(torch::equal(table.y, torch::tensor({1, 0, 0}, torch::kLong)));
    CHECK(table.classes == Strings{"9", "10"});
    CHECK(names_of(table) == Strings{"0"});
  }
  SECTION("scikit-learn's") {
    const Table table =
        read_table(file.with("2,1,red,blue,green\n7,2\n8,0\n"), {.target = "-1", .kind = Target::classes});
    CHECK(torch::equal(table.y, torch::tensor({2, 0}, torch::kLong)));
    CHECK(table.classes == Strings{"red", "blue", "green"});
  }
  SECTION("values") {
    const Table table = read_table(file.with("1;2.5\n3;4.5\n"), {.target = "1", .kind = Target::values});
    CHECK(torch::equal(table.y, torch::tensor({2.5f, 4.5f})));
    CHECK(table.classes.empty());
  }
  SECTION("a first column without a name only counts the rows") {
    const Table table =
        read_table(file.with(",x,y\n0,7,1\n1,8,2\n"), {.target = "y", .kind = Target::values});
    CHECK(names_of(table) == Strings{"x"});
    CHECK(torch::equal(x_of(table), torch::tensor({{7.f}, {8.f}})));
  }
}

TEST_CASE("A cell that can't be used is named by file, line and column") {
  const TextFile file("table.csv");
  const auto refused = [&](const std::string& text, Target kind, const std::string& why) {
    CAPTURE(text);
    CHECK_THROWS_AS(read_table(file.with(text), {.kind = kind}), Error);
    CHECK_THROWS_WITH(read_table(file.path(), {.kind = kind}),
                      ContainsSubstring(file.path().string() + ": " + why));
  };
  refused("age,y\n1,2\n3,\n", Target::values, "line 3, column 'y': is empty: a number is missing");
  refused("age,y\n1,2\n2,NaN\n", Target::values, "line 3, column 'y': holds 'NaN': a number is missing");
  refused("1,2,0\n3,x,1\n", Target::classes, "line 2, column 1 (from 0): holds 'x', which is no number");
  refused("1,2,0\n3,1e99,1\n", Target::classes, "line 2, column 1 (from 0): holds '1e99', which is no float");
  refused("1,2,0\n3,inf,1\n", Target::classes, "line 2, column 1 (from 0): holds 'inf', which is no number");
  refused("x,kind\n1,a\n2,?\n", Target::classes, "line 3, column 'kind': the class is missing");
  refused("2,1,red,blue\n7,1\n8,2\n", Target::classes,
          "line 3, column 1 (from 0): holds the class '2', but the classes are 0, 1");
  refused("1\n2\n", Target::values, "has one column only");
  CHECK_THROWS_WITH(read_table(file.with("x,y\n1,2\n"), {.target = "price", .kind = Target::values}),
                    ContainsSubstring("there is no column 'price'"));
}

TEST_CASE("The test set's classes have to be the training set's") {
  const TextFile train("train.csv"), test("test.csv");
  const Classes known = classes(Csv(train.with("1,cat\n2,dog\n3,hen\n")), 1);
  CHECK(torch::equal(classes(Csv(test.with("1,hen\n2,cat\n")), 1, known.names).y,
                     torch::tensor({2, 0}, torch::kLong)));
  CHECK_THROWS_WITH(
      classes(Csv(test.with("1,hen\n2,cow\n")), 1, known.names),
      ContainsSubstring(
          "line 2, column 1 (from 0): holds the class 'cow', but the classes are cat, dog, hen"));
}
