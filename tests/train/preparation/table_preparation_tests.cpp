// What is made of a table: fitted to the training rows, applied to all, and the same once more in Python.
#include <torch/torch.h>

#include <cmath>

#include "sibyl/data/table.hpp"
#include "sibyl/error.hpp"
#include "train/datasets/describe.hpp"
#include "train/datasets/text_files.hpp"
// Last: LibTorch has a CHECK of its own.
#include "catch.hpp"

using namespace sibyl;
using Strings = std::vector<std::string>;

namespace {

Data prepared(const std::string& text, const TableOptions& options = {}, const TableScaling& how = {},
              const Parts& parts = {.validation = 0}) {
  const TextFile file("table.csv");
  return prepare(read_table(file.with(text), options), parts, 1, how);
}

/// A column of the training set's x, by its name, sorted: the rows are shuffled.
std::vector<float> column(const Data& data, const std::string& name) {
  const auto found = std::find(data.feature_names.begin(), data.feature_names.end(), name);
  REQUIRE(found != data.feature_names.end());
  const torch::Tensor values =
      std::get<0>(data.train.x.select(1, found - data.feature_names.begin()).contiguous().sort());
  return {values.data_ptr<float>(), values.data_ptr<float>() + values.numel()};
}

constexpr TableScaling plain{.scaling = Scaling::none};

}  // namespace

TEST_CASE("Numbers are standardised, gaps are the median and are marked") {
  const std::string text = "age,pay,y\n1,10,a\n3,,b\n5,30,a\nNA,20,b\n";
  const Data data = prepared(text, {}, plain);
  CHECK(data.feature_names == Strings{"age", "pay", "age missing", "pay missing"});
  CHECK(column(data, "age") == std::vector<float>{1, 3, 3, 5});
  CHECK(column(data, "pay") == std::vector<float>{10, 20, 20, 30});
  CHECK(column(data, "age missing") == std::vector<float>{0, 0, 0, 1});
  CHECK(data.class_names == Strings{"a", "b"});
  const Data standard = prepared(text);
  CHECK(column(standard, "age")[0] == Approx(-2 / std::sqrt(2.)));
  CHECK(column(standard, "pay missing") == std::vector<float>{0, 0, 0, 1});
  CHECK(column(prepared(text, {}, {.scaling = Scaling::normalise}), "pay") ==
        std::vector<float>{0, 0.5, 0.5, 1});
}

TEST_CASE("What is found out is found in the training rows alone") {
  std::string text = "x,city,y\n";
  for (int i = 0; i < 100; ++i)
    text += std::to_string(i) + (i % 2 == 0 ? ",Rome," : ",Oslo,") + std::to_string(i % 3) + "\n";
  const Data data = prepared(text, {}, {}, {.validation = 0.3, .test = 0.2});
  const PreparedColumn& x = data.preparation.table->columns.at(0);
  const torch::Tensor values = data.train.x.select(1, 0).to(torch::kDouble) * x.scale[0] + x.shift[0];
  CHECK(values.mean().item<double>() == Approx(x.shift[0]));
  CHECK(values.std(false).item<double>() == Approx(x.scale[0]));
  CHECK(data.train.size() == 50);
  CHECK(std::abs(data.validation.x.select(1, 0).mean().item<double>()) > 1e-4);
}

TEST_CASE("Texts are one-hot, those that few rows have together; many are places") {
  const std::string text = "x,city,y\n1,Rome,0\n2,Oslo,1\n3,Rome,0\n4,Oslo,1\n5,Bonn,1\n6,,0\n7,Rome,0\n";
  const Data data = prepared(text, {}, plain);
  CHECK(data.feature_names == Strings{"x", "city=(other)", "city=Oslo", "city=Rome", "city missing"});
  CHECK(column(data, "city=Rome") ==
        std::vector<float>{0, 0, 0, 1, 1, 1, 1});  // the most frequent for the gap
  CHECK(column(data, "city=(other)") == std::vector<float>{0, 0, 0, 0, 0, 0, 1});
  const Data places = prepared(text, {}, {.scaling = Scaling::none, .max_one_hot = 1});
  CHECK(places.feature_names == Strings{"x", "city", "city missing"});
  CHECK(column(places, "city") == std::vector<float>{0, 1, 1, 2, 2, 2, 2});
  const Data all = prepared(text, {}, {.min_count = 1});
  CHECK(all.feature_names == Strings{"x", "city=Bonn", "city=Oslo", "city=Rome", "city missing"});
  // An unknown one is none of them; a text that others take for a gap is itself where it was learnt.
  const PreparedColumn& city = all.preparation.table->columns.at(1);
  CHECK(raw_cell(city, "Paris", '.') == 0);
  CHECK(raw_cell(city, "Oslo", '.') == 2);
  CHECK(std::isnan(raw_cell(city, "NA", '.')));
  const Data odd = prepared("x,code,y\n1,\"NA\",0\n2,\"NA\",1\n3,b,0\n4,b,1\n", {}, plain);
  CHECK(odd.feature_names == Strings{"x", "code=NA", "code=b"});
  CHECK(raw_cell(odd.preparation.table->columns.at(1), "NA", '.') == 1);
}

TEST_CASE("A description says where gaps are, and how many categories there are") {
  const std::string text = "x,city,id,y\n1,Rome,a,0\n,Oslo,b,1\n3,Rome,c,0\n4,Oslo,d,1\n5,Rome,e,1\n6,,f,0\n";
  CHECK_THAT(
      describe(prepared(text, {}, {.max_one_hot = 1})),
      ContainsSubstring(
          "gaps  in training, filled in: x 1, city 1\n"
          "texts categories that are learnt: city 2 (as places), id 0 (no text is in two rows: drop the column?)\n"));
}

TEST_CASE("Dates are days and their parts") {
  CHECK(to_day("1970-01-01", DateForm::year_first) == 0);
  CHECK(to_day("2024-02-29", DateForm::year_first) == 19782);
  CHECK(to_day("29.2.2024", DateForm::day_first) == 19782);
  CHECK(to_day("2/29/2024", DateForm::month_first) == 19782);
  CHECK(to_day("1969-12-31T12:00", DateForm::year_first) == -0.5);
  CHECK(to_day("1970-01-02 06:00:00.000+06:00", DateForm::year_first) == 1);
  CHECK(to_day("1970-01-01T18:00:00Z", DateForm::year_first) == 0.75);
  for (const char* none :
       {"2023-02-29", "2024-13-01", "24-01-01", "2024-01", "2024-01-01T", "2024-01-01 25:00", "2024-01/01",
        "2024-01-01 10:5", "20240101", "2024-01-01 10:00+5", "word"})
    CHECK_FALSE(to_day(none, DateForm::year_first).has_value());

  const Data data = prepared("when,y\n2024-02-29,0\n1970-01-01,1\n,0\n", {}, plain);
  CHECK(data.feature_names == Strings{"when", "when month", "when weekday", "when missing"});
  CHECK(column(data, "when") == std::vector<float>{0, 9891, 19782});  // the median of two
  CHECK(column(data, "when month") == std::vector<float>{1, 1, 2});   // 1997-01-30
  CHECK(column(data, "when weekday") == std::vector<float>{3, 3, 3});
  CHECK(column(prepared("when,y\n2024-02-29 18:00,0\n2024-02-29 06:00,1\n", {}, plain), "when hour") ==
        std::vector<float>{6, 18});

  const std::string either = "when,y\n01/02/2024,0\n03/04/2024,1\n";
  CHECK_THROWS_WITH(prepared(either),
                    ContainsSubstring("line 2, column 'when': holds the date '01/02/2024'") &&
                        ContainsSubstring("dates=day_first"));
  CHECK(column(prepared(either, {.day_first = true}, plain), "when month") == std::vector<float>{2, 4});
  CHECK(column(prepared(either, {.month_first = true}, plain), "when month") == std::vector<float>{1, 3});
  CHECK(column(prepared("when,y\n01/02/2024,0\n13/04/2024,1\n", {}, plain), "when month") ==
        std::vector<float>{2, 4});
  CHECK_THROWS_WITH(prepared("when,y\n2024-01-01,0\n2024-02-01,1\nsoon,1\n"),
                    ContainsSubstring("line 4, column 'when': holds 'soon', which is no date"));
}

TEST_CASE("A column is what most of its cells are, or what is said of it") {
  CHECK_THROWS_WITH(prepared("a,y\n1,0\n2,1\nx3,1\n"),
                    ContainsSubstring("line 4, column 'a': holds 'x3', which is no number"));
  CHECK(prepared("a,y\n1,0\nx2,1\nx3,1\n", {}, {.min_count = 1}).feature_names ==
        Strings{"a=1", "a=x2", "a=x3"});
  const std::string codes = "id,zip,y\n1,01067,0\n2,01067,1\n3,50667,1\n4,50667,1\n";
  CHECK(prepared(codes, {.drop = "id", .text = "zip"}).feature_names == Strings{"zip=01067", "zip=50667"});
  CHECK_THROWS_WITH(prepared(codes, {.drop = {"id", "zip"}}), ContainsSubstring("every column is dropped"));
  CHECK_THROWS_WITH(prepared(codes, {.drop = "zap"}), ContainsSubstring("there is no column 'zap'"));
}

TEST_CASE("Several label columns, and values in units of their deviation") {
  const Data labels = prepared("x,wet,cold\n1,no,0\n2,yes,1\n3,yes,0\n4,no,0\n", {.target = {"wet", "cold"}});
  CHECK(labels.preparation.target.names == Strings{"wet=yes", "cold=1"});
  CHECK(labels.train.y.sum(0).allclose(torch::tensor({2.f, 1.f})));
  CHECK(labels.class_names.empty());
  CHECK_THROWS_WITH(prepared("x,a,b\n1,0,0\n2,1,1\n3,2,0\n", {.target = {"a", "b"}}),
                    ContainsSubstring("each has two"));
  const TableOptions two{.target = {"p", "q"}, .kind = Target::values};
  const Data values = prepared("x,p,q\n1,10,100\n2,20,300\n", two, {.scale_target = true});
  CHECK(values.train.y.abs().allclose(torch::ones({2, 2})));
  CHECK(values.preparation.target.shift == std::vector<double>{15, 200});
  CHECK(values.preparation.target.scale == std::vector<double>{5, 100});
  CHECK_THROWS_AS(prepared("x,a\n1,0\n2,1\n", {}, {.scale_target = true}), Error);
}

TEST_CASE("A preparation is the same after a way through JSON") {
  const Data data =
      prepared("a;when;city;y\n1,5;2024-01-31 10:00;Rome;2,5\n2,5;;Oslo;3,5\n;1999-12-31;Rome;4\n",
               {.kind = Target::values}, {.max_one_hot = 1, .min_count = 1, .scale_target = true});
  const std::string json = to_json(data.preparation);
  CHECK(to_json(preparation_from_json(json)) == json);
  const double gap = NAN;
  const torch::Tensor raw =
      torch::tensor({{1.25, 17.5, 0.}, {gap, gap, gap}, {3., 20000., 2.}}, torch::kDouble);
  CHECK(torch::equal(preparation_from_json(json).prepare(raw), data.preparation.prepare(raw)));
  CHECK_THROWS_WITH(preparation_from_json("{}"), ContainsSubstring("this is no preparation"));
}
