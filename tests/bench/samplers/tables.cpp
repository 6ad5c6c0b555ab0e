#include "bench/samplers/tables.hpp"

#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <sstream>

#include "sibyl/error.hpp"

namespace sibyl::bench {

namespace {

constexpr std::size_t dimensions = 8;

std::vector<double> numbers(const std::string& line, const std::string& path) {
  std::vector<double> all;
  std::istringstream cells(line);
  for (std::string cell; std::getline(cells, cell, ',');) {
    char* end = nullptr;
    all.push_back(std::strtod(cell.c_str(), &end));
    if (end == cell.c_str()) throw Error(path + ": '" + cell + "' is no number");
  }
  return all;
}

// Of a file that may be compressed, or not; empty where there is none.
std::string text_of(const std::string& path) {
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
  std::string text, part(1 << 16, '\0');
  int size = 0;
  while (file && (size = gzread(file.get(), part.data(), static_cast<unsigned>(part.size()))) > 0)
    text.append(part, 0, static_cast<std::size_t>(size));
  if (size < 0) throw Error("can't read " + path + ": " + gzerror(file.get(), &size));
  return text;
}

// Hyperparameters of an optimizer are spread over magnitudes, and betas are by how much they miss 1.
double magnitude(std::size_t dimension, double value) {
  const bool beta = dimension == 1 || dimension == 2;
  return std::log(std::max(beta ? 1 - value : value, 1e-30));
}

void scale(std::vector<TableRow>& rows) {
  for (std::size_t d = 0; d < dimensions; ++d) {
    const auto [low, high] = std::minmax_element(
        rows.begin(), rows.end(), [d](const auto& a, const auto& b) { return a.place[d] < b.place[d]; });
    const double from = low->place[d], width = std::max(high->place[d] - from, 1e-300);
    for (TableRow& row : rows) row.place[d] = (row.place[d] - from) / width;
  }
}

std::string name_of(std::size_t dimension) {
  return "x" + std::to_string(dimension);
}

}  // namespace

std::vector<TableRow> read_table(const std::string& path) {
  std::istringstream file(text_of(path));
  std::string line;
  if (!std::getline(file, line) || !line.starts_with("config_id,"))
    throw Error(path + " is no table of trainings: its first line must name the columns, config_id first");
  std::vector<TableRow> rows;
  while (std::getline(file, line)) {
    const std::vector<double> cells = numbers(line, path);
    if (cells.size() < dimensions + 2) throw Error(path + ": a row has too few columns");
    TableRow row;
    for (std::size_t d = 0; d < dimensions; ++d) row.place[d] = magnitude(d, cells[d + 1]);
    row.losses.assign(cells.begin() + 1 + dimensions, cells.end());
    rows.push_back(std::move(row));
  }
  if (rows.empty()) throw Error(path + " has no rows");
  scale(rows);
  return rows;
}

TableProblem::TableProblem(std::vector<TableRow> rows) : rows_(std::move(rows)), used_(rows_.size(), false) {
  for (std::size_t d = 0; d < dimensions; ++d) space_.add({name_of(d), FloatRange{0, 1}, 0.5, {}});
  double worst = -std::numeric_limits<double>::infinity();
  for (const TableRow& row : rows_) {
    double best = std::numeric_limits<double>::infinity();
    for (const double loss : row.losses) best = loss < best ? loss : best;
    best_.push_back(best);
    if (std::isfinite(best)) worst = std::max(worst, best);
  }
  for (double& each : best_) each = std::min(each, worst);
}

Outcome TableProblem::run(const Values& values) {
  std::size_t nearest = rows_.size();
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t row = 0; row < rows_.size(); ++row) {
    if (used_[row]) continue;
    double distance = 0;
    for (std::size_t d = 0; d < dimensions; ++d) {
      const double apart = std::get<double>(values.at(name_of(d))) - rows_[row].place[d];
      distance += apart * apart;
    }
    if (distance < least) least = distance, nearest = row;
  }
  if (nearest == rows_.size()) throw Error("the table is used up: ask for fewer trials");
  used_[nearest] = true;
  Outcome outcome{{}, best_[nearest], best_[nearest]};
  for (std::size_t d = 0; d < dimensions; ++d) outcome.values[name_of(d)] = rows_[nearest].place[d];
  return outcome;
}

}  // namespace sibyl::bench
