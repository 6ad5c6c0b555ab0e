#include <algorithm>

#include "store/results/trial_table.hpp"

#include "catch.hpp"

using namespace sibyl;

namespace {

const store::Table::Column& column_of(const store::Table& table, const std::string& name) {
  const auto& columns = table.columns();
  const auto found =
      std::find_if(columns.begin(), columns.end(), [&](const auto& each) { return each.name == name; });
  if (found == columns.end()) throw std::runtime_error("no column " + name);
  return *found;
}

template <class T>
std::vector<T> cells(const store::Table& table, const std::string& name) {
  const auto& span = std::get<std::span<const T>>(column_of(table, name).cells);
  return {span.begin(), span.end()};
}

/// The table of trials of which each has only these values.
store::Table table_of(const std::vector<Values>& trials, const std::vector<Hyperparameter>& space = {}) {
  std::vector<Trial> rows;
  for (const Values& values : trials) {
    rows.emplace_back();
    rows.back().hyperparameters = values;
  }
  std::vector<KnownHyperparameter> known;
  for (const Hyperparameter& each : space) known.push_back({each, -1});
  return trial_table(rows, {"loss", Direction::minimize}, known);
}

Hyperparameter ranging(const std::string& name, std::int64_t min, std::int64_t max) {
  return {name, IntRange{min, max, 1, Sampling::linear}, min, {}};
}

constexpr auto smallest = std::numeric_limits<std::int64_t>::min();

}  // namespace

TEST_CASE("Each kind of hyperparameter has a column of its type, with a mark where it is inactive") {
  const store::Table table = table_of(
      {{{"i", std::int64_t{3}}, {"f", 0.5}, {"b", true}, {"t", std::string("adam")}}, {}, {{"b", false}}});
  CHECK(cells<std::int64_t>(table, "hp:i") == std::vector<std::int64_t>{3, -1, -1});
  CHECK(cells<double>(table, "hp:f")[0] == 0.5);
  CHECK(std::isnan(cells<double>(table, "hp:f")[1]));
  CHECK(cells<std::int8_t>(table, "hp:b") == std::vector<std::int8_t>{1, -1, 0});
  CHECK(cells<std::string>(table, "hp:t") == std::vector<std::string>{"adam", "", ""});
}

TEST_CASE("Where -1 is a possible value, the smallest integer marks the inactive") {
  CHECK(cells<std::int64_t>(table_of({{}}, {ranging("i", -5, 5)}), "hp:i")[0] == smallest);
  CHECK(cells<std::int64_t>(table_of({{}}, {ranging("i", 0, 5)}), "hp:i")[0] == -1);
  CHECK(cells<std::int64_t>(table_of({{}}, {ranging("i", -5, -2)}), "hp:i")[0] == -1);
  const Hyperparameter choice{"i", Choices{{std::int64_t{-1}, std::int64_t{4}}, true}, std::int64_t{4}, {}};
  CHECK(cells<std::int64_t>(table_of({{}}, {choice}), "hp:i")[0] == smallest);
  CHECK(cells<std::int64_t>(table_of({{{"i", std::int64_t{-1}}}, {}}), "hp:i")[1] == smallest);
}

TEST_CASE("Where no text is a possible value, a word that is none marks the inactive") {
  const auto choices = [](std::vector<Value> values) {
    return Hyperparameter{"t", Choices{std::move(values), false}, std::string(), {}};
  };
  const auto mark = [&](std::vector<Value> values) {
    return cells<std::string>(table_of({{}}, {choices(std::move(values))}), "hp:t")[0];
  };
  CHECK(mark({std::string("a"), std::string("<inactive>")}).empty());
  CHECK(mark({std::string("a"), std::string()}) == "<inactive>");
  CHECK(mark({std::string("<inactive>"), std::string()}) == "<<inactive>>");
}

TEST_CASE("A name with several domains is one column, wide enough for all") {
  const Hyperparameter real{"x", FloatRange{0, 1, 0, Sampling::linear}, 0.5, {}};
  const Hyperparameter text{"y", Choices{{std::string("auto")}, false}, std::string("auto"), {}};
  const store::Table table = table_of(
      {{{"x", std::int64_t{2}}, {"y", std::int64_t{7}}, {"z", true}}, {{"x", 0.25}, {"z", std::int64_t{1}}}},
      {ranging("x", 1, 3), real, ranging("y", 1, 9), text});
  CHECK(cells<double>(table, "hp:x") == std::vector<double>{2, 0.25});
  CHECK(cells<std::string>(table, "hp:y") == std::vector<std::string>{"7", ""});
  CHECK(cells<std::string>(table, "hp:z") == std::vector<std::string>{"true", "1"});
  CHECK(std::count_if(table.columns().begin(), table.columns().end(),
                      [](const auto& each) { return each.name == "hp:x"; }) == 1);
}

TEST_CASE("Columns stand in the order of the search space, then those that only trials know") {
  const store::Table table = table_of({{{"a", 1.0}, {"new", 1.0}}}, {ranging("z", 0, 1), ranging("a", 0, 1)});
  const auto& columns = table.columns();
  REQUIRE(columns.size() > 3);
  CHECK(columns[columns.size() - 3].name == "hp:z");
  CHECK(columns[columns.size() - 2].name == "hp:a");
  CHECK(columns[columns.size() - 1].name == "hp:new");
}

TEST_CASE("Names that differ in their broken bytes only are still two columns") {
  const store::Table table = table_of({{{"n\xE9", 1.0}, {"n\xE8", 2.0}}});
  CHECK(cells<double>(table, "hp:n?")[0] == 2.0);
  CHECK(cells<double>(table, "hp:n?_")[0] == 1.0);
}
