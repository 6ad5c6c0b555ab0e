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
const Words<bool> nas = {{"missing", false}, {"class", true}};

template <class T>
T one_of(const Words<T>& words, const std::string& name, const std::string& word) {
  if (const auto found = words.find(word); found != words.end()) return found->second;
  std::string all;
  for (const auto& each : words) all += (all.empty() ? "" : ", ") + each.first;
  throw UsageError("--data: " + name + "=" + word + ": " + name + " is one of " + all + ".");
}

void set(TableSource& source, const std::string& name, const std::string& word) {
  if (name == "column") {
    source.column = word;
  } else if (name == "header") {
    source.csv.header = one_of(headers, name, word);
  } else if (name == "separator") {
    source.csv.separator = one_of(separators, name, word);
  } else if (name == "decimal") {
    source.csv.decimal = one_of(decimals, name, word);
  } else if (name == "na") {
    source.csv.na_is_a_class = one_of(nas, name, word);
  } else {
    throw UsageError(
        "--data: a table has no '" + name +
        "'; after its file may follow column, header, separator, decimal and na, as in FILE,header=no,column=price.");
  }
}

}  // namespace

TableSource table_source(const std::filesystem::path& given, const std::string& column) {
  TableSource source{.file = given, .column = column, .csv = {}};
  std::string text = given.string();
  while (!std::filesystem::exists(text)) {
    const auto comma = text.rfind(',');
    const auto equals = text.find('=', comma == text.npos ? 0 : comma);
    if (comma == text.npos || equals == text.npos) break;
    set(source, text.substr(comma + 1, equals - comma - 1), text.substr(equals + 1));
    text.resize(comma);
  }
  source.file = text;
  if (const auto colon = text.rfind(':'); colon != text.npos && !std::filesystem::exists(text)) {
    source.file = text.substr(0, colon);
    source.column = text.substr(colon + 1);
  }
  return source;
}

}  // namespace sibyl
