#include "train/datasets/describe.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <map>
#include <sstream>

#include "base/numbers.hpp"
#include "sibyl/streaming/dataset.hpp"
#include "train/streaming/split_tensors.hpp"

namespace sibyl {

namespace {

constexpr int few = 12;  // classes, of which each is told

void describe_range(std::ostream& out, const at::Tensor& numbers) {
  const at::Tensor real = numbers.is_floating_point() ? numbers : numbers.to(at::kDouble);
  out << real.min().item<double>() << " to " << real.max().item<double>() << " (mean "
      << real.mean().item<double>() << ", deviation " << real.std(/*unbiased=*/false).item<double>() << ")";
}

void describe_input(std::ostream& out, const at::Tensor& x) {
  for (std::int64_t i = 1; i < x.dim(); ++i) out << (i > 1 ? " x " : "") << x.size(i);
  out << (x.dim() > 1 ? " each, " : "one number each, ");
  describe_range(out, x);
}

/// "a, b, c"; of many, the first and the last, where columns that are none (a number of the row) tend to
/// stand.
std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names.size() > 2 * few && i == few) {
      text += ", ...";
      i = names.size() - 3;
    }
    text += (i > 0 ? ", " : "") + (names[i].empty() ? "(no name)" : names[i]);
  }
  return text;
}

/// Names that only their case tells apart: are they one?
std::string alike(const std::vector<std::string>& names) {
  std::map<std::string, std::vector<std::string>> by_letters;
  for (const std::string& name : names) {
    std::string lower = name;
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    by_letters[lower].push_back(name);
  }
  std::vector<std::string> found;
  for (const auto& [lower, those] : by_letters)
    if (those.size() > 1) found.insert(found.end(), those.begin(), those.end());
  return found.empty() ? "" : " (only their case tells apart: " + listed(found) + ")";
}

void describe_classes(std::ostream& out, const at::Tensor& y, const std::vector<std::string>& names) {
  const auto lowest = y.min().item<std::int64_t>();
  if (lowest < 0) {
    out << "classes from " << lowest << ", which no loss takes: they have to begin with 0";
    return;
  }
  const at::Tensor counts = at::bincount(y.flatten(), {}, static_cast<std::int64_t>(names.size()));
  const std::int64_t classes = counts.size(0);
  const auto least = counts.min().item<std::int64_t>(), most = counts.max().item<std::int64_t>();
  out << quantity(classes, "class") << ", ";
  const bool named = static_cast<std::int64_t>(names.size()) == classes;
  if (classes > few) {
    out << least << " to " << most << " training samples each";
    if (named) out << ": " << listed(names);
  } else if (least == most && !named) {
    out << least << " training samples each";
  } else {
    out << "training samples of each:";
    for (std::int64_t i = 0; i < classes; ++i) {
      if (named) out << (i > 0 ? ", " : " ") << names[static_cast<std::size_t>(i)];
      out << " " << counts[i].item<std::int64_t>();
    }
  }
  if (named) out << alike(names);
}

/// What was found in a table's training rows that a list of features doesn't show.
void describe_table(std::ostream& out, const TablePreparation& table) {
  std::string gaps, texts;
  const auto name_in = [](std::string& list, const PreparedColumn& column) -> std::string& {
    return list += (list.empty() ? "" : ", ") + column.name + " ";
  };
  for (const PreparedColumn& column : table.columns) {
    if (column.gaps > 0) name_in(gaps, column) += std::to_string(column.gaps);
    if (column.kind != ColumnKind::text) continue;
    name_in(texts, column) += std::to_string(column.categories.size());
    if (column.categories.empty()) texts += " (no text is in two rows: drop the column?)";
    if (!column.is_one_hot) texts += " (as places)";
  }
  if (!gaps.empty()) out << "gaps  in training, filled in: " << gaps << "\n";
  if (!texts.empty()) out << "texts categories that are learnt: " << texts << "\n";
}

/// Where samples are read from, how many bytes an epoch has, and what `looked`, some of them, took.
void describe_reading(std::ostream& out, const Dataset& dataset, const Split& looked, double seconds) {
  double bytes = 0;
  for (const at::Tensor& tensor : tensors_of(looked)) bytes += static_cast<double>(tensor.nbytes());
  const auto samples = static_cast<double>(looked.size());
  out << "read  " << dataset.describe() << ": "
      << bytes / samples * static_cast<double>(dataset.size()) / (1 << 20) << " MiB an epoch; "
      << quantity(looked.size(), "sample") << " of it, which x and y are told of, took "
      << 1000 * seconds / samples << " ms each";
  if (const auto parts = dataset.parts().size(); parts > 1)
    out << "; in random order the samples of " << dataset.window() << " of " << parts << " parts at a time";
  out << "\n";
}

}  // namespace

std::string describe(const Data& data) {
  std::ostringstream out;
  out.precision(3);
  out << "data: " << data.train.size() << " training, " << data.validation.size() << " validation, "
      << data.test.size() << " test samples\n";
  if (data.train.size() == 0) return out.str();
  const auto began = std::chrono::steady_clock::now();
  const Split looked = look_at(data.train);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  const at::Tensor y = knows_targets(data.train) ? data.train.y : looked.y;
  out << "x     ";
  describe_input(out, looked.x);
  if (!data.feature_names.empty()) out << ": " << listed(data.feature_names);
  for (const at::Tensor& more : looked.more) {
    out << "\nmore  ";
    describe_input(out, more);
  }
  out << "\ny     ";
  if (y.is_floating_point()) {
    describe_range(out, y);
  } else {
    describe_classes(out, y, data.class_names);
  }
  out << "\n";
  if (data.train.dataset) describe_reading(out, *data.train.dataset, looked, seconds);
  if (data.preparation.table) describe_table(out, *data.preparation.table);
  return out.str();
}

}  // namespace sibyl
