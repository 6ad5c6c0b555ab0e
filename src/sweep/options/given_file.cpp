#include "sweep/options/given_file.hpp"

#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "core/samplers/given.hpp"
#include "sibyl/error.hpp"
#include "sweep/options/named_file.hpp"

namespace sibyl {

namespace {

using Json = nlohmann::ordered_json;
using Row = std::vector<std::string>;

constexpr std::size_t max_bytes = std::size_t{64} << 20;

std::string text_of(const Json& value, const std::string& where, const std::string& name) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean() || value.is_number()) return value.dump();
  throw UsageError(where + ": '" + name + "' is no number, text, true or false");
}

std::vector<GivenText> from_json(const std::string& text, const std::filesystem::path& file) {
  std::set<std::string> names;  // of the object that is being read
  std::string twice;
  const auto once = [&](int depth, Json::parse_event_t event, const Json& parsed) {
    if (event == Json::parse_event_t::object_start) names.clear();
    if (depth == 2 && event == Json::parse_event_t::key && !names.insert(parsed.get<std::string>()).second)
      twice = parsed.get<std::string>();
    return true;
  };
  Json list;
  try {
    list = Json::parse(text, once);
  } catch (const nlohmann::json::exception& problem) {
    throw UsageError("--try " + file.string() + ": it is no JSON: " + problem.what());
  }
  if (!list.is_array())
    throw UsageError("--try " + file.string() + ": it is no list of objects, [{\"NAME\": VALUE, ...}, ...]");
  if (!twice.empty())
    throw UsageError("--try " + file.string() + ": '" + twice + "' stands twice in one configuration");
  std::vector<GivenText> all;
  for (const Json& each : list) {
    const std::string where = "--try " + file.string() + ", configuration " + std::to_string(all.size() + 1);
    if (!each.is_object()) throw UsageError(where + ": it is no object, {\"NAME\": VALUE, ...}");
    Assignments given;
    for (const auto& [name, value] : each.items())
      if (!value.is_null()) given.emplace_back(name, text_of(value, where, name));
    all.push_back({given_text(given), where});
  }
  return all;
}

// RFC 4180: cells may stand in quotes, and a quote within them is written twice.
std::vector<std::pair<Row, int>> rows_of(const std::string& text, const std::filesystem::path& file) {
  std::vector<std::pair<Row, int>> rows;
  std::string cell;
  Row row;
  bool quoted = false;
  int line = 1, first_line = 1;
  const auto end_row = [&] {
    row.push_back(std::exchange(cell, ""));
    if (row.size() > 1 || !row.front().empty()) rows.emplace_back(row, first_line);
    row.clear();
    first_line = line + 1;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"' && quoted && i + 1 < text.size() && text[i + 1] == '"')
      cell += text[++i];
    else if (c == '"' && (quoted || cell.empty()))
      quoted = !quoted;
    else if (c == ',' && !quoted)
      row.push_back(std::exchange(cell, ""));
    else if (c == '\n' && !quoted)
      end_row();
    else if (c != '\r' || quoted)
      cell += c;
    if (c == '\n') ++line;
  }
  if (quoted)
    throw UsageError("--try " + file.string() + ", line " + std::to_string(first_line) +
                     ": a quote has no end");
  if (!cell.empty() || !row.empty()) end_row();
  return rows;
}

std::vector<GivenText> from_csv(const std::string& text, const std::filesystem::path& file) {
  const auto rows = rows_of(text, file);
  if (rows.empty()) throw UsageError("--try " + file.string() + ": it has no line of names");
  const Row& names = rows.front().first;
  if (std::set<std::string>(names.begin(), names.end()).size() < names.size())
    throw UsageError("--try " + file.string() + ": a name stands twice in its first line");
  std::vector<GivenText> all;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const auto& [row, line] = rows[i];
    const std::string where = "--try " + file.string() + ", line " + std::to_string(line);
    if (row.size() != names.size())
      throw UsageError(where + ": it has " + std::to_string(row.size()) + " cells, and the first line has " +
                       std::to_string(names.size()));
    Assignments given;
    for (std::size_t k = 0; k < row.size(); ++k)
      if (!row[k].empty()) given.emplace_back(names[k], row[k]);
    all.push_back({given_text(given), where});
  }
  return all;
}

}  // namespace

bool names_given_file(const std::string& text) {
  return text.find('=') == std::string::npos && (text.ends_with(".json") || text.ends_with(".csv"));
}

std::vector<GivenText> read_given_file(const std::filesystem::path& file) {
  const std::string text = read_named_file("try", file, max_bytes);
  auto all = file.extension() == ".json" ? from_json(text, file) : from_csv(text, file);
  if (all.empty()) throw UsageError("--try " + file.string() + ": there is no configuration in it");
  return all;
}

}  // namespace sibyl
