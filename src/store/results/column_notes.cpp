#include "store/results/column_notes.hpp"

#include <algorithm>
#include <map>
#include <sstream>
#include <vector>

#include "store/results/results_page.hpp"
#include "store/results/text.hpp"

namespace sibyl {
namespace {

struct Column {
  std::string unit, meaning;
};

struct Section {
  std::string rows;
  std::map<std::string, Column> columns;
};

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(' '), last = text.find_last_not_of(' ');
  return first == std::string::npos ? "" : text.substr(first, last - first + 1);
}

// Without Markdown's marks of code.
std::string plain(std::string text) {
  std::erase(text, '`');
  return trimmed(text);
}

// "| `epochs` | int32 | epochs | trained so far |": the cells; none where the line is no row of a table.
std::vector<std::string> cells(const std::string& line) {
  std::vector<std::string> cells;
  if (!line.starts_with("| `")) return cells;
  std::istringstream in(line.substr(1));
  for (std::string cell; std::getline(in, cell, '|');) cells.push_back(plain(cell));
  return cells;
}

// The page's sections "## `/trials`", by the name of the table.
std::map<std::string, Section> read_page() {
  constexpr std::string_view heading = "## `/";
  std::map<std::string, Section> sections;
  Section* section = nullptr;
  bool in_first_paragraph = false;
  std::istringstream page(results_page);
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("#")) {
      section = line.starts_with(heading) ? &sections[plain(line.substr(heading.size()))] : nullptr;
      in_first_paragraph = true;
      continue;
    }
    if (section == nullptr) continue;
    const auto row = cells(line);
    if (row.size() >= 4) section->columns[row[0]] = {row[2], row[3]};
    if (trimmed(line).empty()) {
      in_first_paragraph = in_first_paragraph && section->rows.empty();
    } else if (in_first_paragraph) {
      section->rows += (section->rows.empty() ? "" : " ") + plain(line);
    }
  }
  return sections;
}

std::string inactive_mark(hdf5::CellType type) {
  switch (type) {
    case hdf5::CellType::float64:
      return "NaN";
    case hdf5::CellType::text:
      return "empty (<inactive> if no text is a possible value)";
    case hdf5::CellType::int64:
      return "-1 (-9223372036854775808 if -1 is a possible value)";
    case hdf5::CellType::int32:
    case hdf5::CellType::int8:
      break;
  }
  return "-1";
}

std::string missing_mark(hdf5::CellType type) {
  if (type == hdf5::CellType::text) return "empty";
  return type == hdf5::CellType::int64 ? "-9223372036854775808" : inactive_mark(type);
}

void add(std::string& object, const std::string& name, const std::string& text) {
  object +=
      (object.empty() ? "{" : ", ") + json(std::string_view(name)) + ": " + json(std::string_view(text));
}

}  // namespace

ColumnNotes column_notes(const std::string& name, const std::vector<hdf5::Column>& columns) {
  static const auto sections = read_page();
  const auto section = sections.find(name);
  if (section == sections.end()) return {};
  ColumnNotes notes{section->second.rows, "", ""};
  for (const hdf5::Column& column : columns) {
    const auto known = section->second.columns.find(column.name);
    if (known != section->second.columns.end()) {
      if (!known->second.unit.empty()) add(notes.units, column.name, known->second.unit);
      add(notes.meanings, column.name, known->second.meaning);
    } else if (column.name.starts_with("hp:")) {
      add(notes.meanings, column.name, "hyperparameter; where inactive: " + inactive_mark(column.type));
    } else if (column.name.starts_with("note:")) {
      add(notes.meanings, column.name,
          "what the job noted of the trial; where it did not: " + missing_mark(column.type));
    } else {
      add(notes.meanings, column.name, "metric of the job; NaN where a row does not have it");
    }
  }
  notes.units += notes.units.empty() ? "{}" : "}";
  notes.meanings += notes.meanings.empty() ? "{}" : "}";
  return notes;
}

}  // namespace sibyl
