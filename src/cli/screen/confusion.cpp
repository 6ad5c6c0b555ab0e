#include "cli/screen/confusion.hpp"

#include <nlohmann/json.hpp>
#include <numeric>
#include <ostream>

#include "base/numbers.hpp"
#include "cli/screen/table.hpp"

namespace sibyl {

namespace {

constexpr std::size_t most_columns = 10;

struct ClassScore {
  std::string name;
  double precision = 0, recall = 0, f1 = 0;
  std::int64_t support = 0;
};

double ratio(std::int64_t part, std::int64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0;
}

std::vector<ClassScore> class_scores(const Retrained& retrained) {
  const ConfusionMatrix& matrix = retrained.confusion;
  std::vector<ClassScore> scores;
  for (std::size_t i = 0; i < matrix.size(); ++i) {
    const std::int64_t there = std::accumulate(matrix[i].begin(), matrix[i].end(), std::int64_t{0});
    std::int64_t predicted = 0;
    for (const auto& row : matrix) predicted += row[i];
    const bool has_name = retrained.class_names.size() == matrix.size();
    scores.push_back({.name = has_name ? retrained.class_names[i] : std::to_string(i),
                      .precision = ratio(matrix[i][i], predicted),
                      .recall = ratio(matrix[i][i], there),
                      .f1 = ratio(2 * matrix[i][i], predicted + there),
                      .support = there});
  }
  return scores;
}

}  // namespace

void print_confusion(std::ostream& out, const Retrained& retrained) {
  const std::vector<ClassScore> scores = class_scores(retrained);
  if (scores.empty()) return;
  const bool whole = scores.size() <= most_columns;
  std::vector<std::string> header{"class", "precision", "recall", "f1", "samples"};
  if (whole)
    for (const ClassScore& each : scores) header.push_back("as " + each.name);
  TextTable table(header);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const ClassScore& each = scores[i];
    std::vector<std::string> row{each.name, short_number(each.precision), short_number(each.recall),
                                 short_number(each.f1), std::to_string(each.support)};
    if (whole)
      for (const std::int64_t count : retrained.confusion[i]) row.push_back(std::to_string(count));
    table.add(std::move(row));
  }
  table.print(out);
}

nlohmann::ordered_json confusion_json(const Retrained& retrained) {
  auto classes = nlohmann::ordered_json::array();
  for (const ClassScore& each : class_scores(retrained))
    classes.push_back({{"class", each.name},
                       {"precision", each.precision},
                       {"recall", each.recall},
                       {"f1", each.f1},
                       {"support", each.support}});
  return {{"classes", classes}, {"confusion_matrix", retrained.confusion}};
}

}  // namespace sibyl
