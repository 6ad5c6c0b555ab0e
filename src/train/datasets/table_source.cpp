#include "sibyl/data/table_source.hpp"

#include <map>

#include "sibyl/error.hpp"

namespace sibyl {

namespace {

template <class T>
using Words = std::map<std::string, T>;

const Words<std::optional<bool>> headers = {{"auto", std::nullopt}, {"yes", true}, {"no", false}};
const Words<char> separators = {{"auto", 0},   {"comma", ','}, {"semicolon", ';'},
                                {"tab", '\t'}, {"pipe", '|'},  {"space", ' '}};
const Words<char> decimals = {{"auto", 0}, {"point", '.'}, {"comma", ','}};
const Words<int> dates = {{"auto", 0}, {"day_first", 1}, {"month_first", 2}};
const Words<bool> nas = {{"missing", false}, {"class", true}};

template <class T>
T one_of(const Words<T>& words, const std::string& name, const std::string& word) {
  if (const auto found = words.find(word); found != words.end()) return found->second;
  std::string all;
  for (const auto& each : words) all += (all.empty() ? "" : ", ") + each.first;
  throw UsageError("--data: " + name + "=" + word + ": " + name + " is one of " + all + ".");
}

/// What a text says beside the file, each option behind the others: the last one is read first.
struct Said {
  TableOptions options;
  Columns targets, drop, text;
};

void add_first(Columns& columns, const std::string& column) {
  columns.insert(columns.begin(), column);
}

void set(Said& said, const std::string& name, const std::string& word) {
  TableOptions& table = said.options;
  if (name == "column") {
    add_first(said.targets, word);
  } else if (name == "drop") {
    add_first(said.drop, word);
  } else if (name == "text") {
    add_first(said.text, word);
  } else if (name == "dates") {
    const int which = one_of(dates, name, word);
    table.day_first = which == 1;
    table.month_first = which == 2;
  } else if (name == "header") {
    table.csv.header = one_of(headers, name, word);
  } else if (name == "separator") {
    table.csv.separator = one_of(separators, name, word);
  } else if (name == "decimal") {
    table.csv.decimal = one_of(decimals, name, word);
  } else if (name == "na") {
    table.csv.na_is_a_class = one_of(nas, name, word);
  } else {
    throw UsageError(
        "--data: a table has no '" + name +
        "'; after its file may follow column, drop, text, dates, header, separator, decimal and na, as in FILE,header=no,column=price.");
  }
}

}  // namespace

TableSource table_source(const std::filesystem::path& given, const TableOptions& defaults) {
  Said said{.options = defaults, .targets = {}, .drop = {}, .text = {}};
  std::string text = given.string();
  while (!std::filesystem::exists(text)) {
    const auto comma = text.rfind(',');
    const auto equals = text.find('=', comma == text.npos ? 0 : comma);
    if (comma == text.npos || equals == text.npos) break;
    set(said, text.substr(comma + 1, equals - comma - 1), text.substr(equals + 1));
    text.resize(comma);
  }
  TableSource source{.file = text, .options = std::move(said.options)};
  if (const auto colon = text.rfind(':'); colon != text.npos && !std::filesystem::exists(text)) {
    source.file = text.substr(0, colon);
    add_first(said.targets, text.substr(colon + 1));
  }
  if (!said.targets.empty()) source.options.target = said.targets;
  if (!said.drop.empty()) source.options.drop = said.drop;
  if (!said.text.empty()) source.options.text = said.text;
  return source;
}

}  // namespace sibyl
