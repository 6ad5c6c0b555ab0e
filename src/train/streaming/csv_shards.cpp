#include "sibyl/streaming/csv_shards.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/numbers.hpp"
#include "train/datasets/input_file.hpp"

namespace sibyl {

namespace {

std::vector<std::filesystem::path> shards_of(const std::filesystem::path& folder) {
  if (!std::filesystem::is_directory(folder)) refuse(folder, "there is no such folder");
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::filesystem::path name = entry.path().filename();
    if (name.string().starts_with('.')) continue;
    if (name.extension() == ".gz") name = name.stem();
    const auto kind = name.extension();
    if (entry.is_regular_file() && (kind == ".csv" || kind == ".tsv" || kind == ".txt"))
      files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  if (files.empty()) refuse(folder, "holds no .csv, .tsv or .txt files, plain or with .gz");
  return files;
}

/// What is known of a shard without looking at its cells.
struct ShardLines {
  std::string first;
  std::int64_t count = 0;  ///< that are not blank
};

ShardLines lines_of(const std::filesystem::path& path, char separator) {
  InputFile file(path);
  ShardLines lines;
  std::vector<char> piece(std::size_t{1} << 20);
  bool quoted = false, blank = true;
  const auto end_line = [&] {
    lines.count += !blank;
    blank = true;
  };
  while (const std::size_t size = file.read(piece.data(), piece.size())) {
    for (std::size_t i = 0; i < size; ++i) {
      const char c = piece[i];
      if (c == '"') quoted = !quoted;
      if ((c == '\n' || c == '\r') && !quoted) {
        end_line();
        continue;
      }
      blank = blank && (c == ' ' || (c == '\t' && separator != '\t'));
      if (lines.count == 0 && !blank) lines.first += c;
    }
  }
  end_line();
  return lines;
}

bool is_class(float value) {
  return value >= 0 && value == std::floor(value) && value < 1e6F;
}

}  // namespace

CsvShards::CsvShards(const std::filesystem::path& folder, const CsvShardsOptions& options)
    : CsvShards(shards_of(folder), options) {}

CsvShards::CsvShards(std::vector<std::filesystem::path> files, const CsvShardsOptions& options)
    : files_(std::move(files)), csv_(options.csv) {
  if (files_.empty()) throw Error("CsvShards was given no files.");
  const Csv first(files_.front(), csv_);
  if (!first.classes().empty())
    refuse(first.file(), "begins with scikit-learn's line of classes, which is for a file that stands alone");
  // What was found of the first holds for all.
  csv_.header = !first.names().empty();
  csv_.decimal = first.decimal();
  columns_ = first.columns();
  for (const std::string& name : options.targets) targets_.push_back(first.column(name));
  if (targets_.empty())
    throw Error("CsvShards takes a column that is y, or several (CsvShardsOptions::targets).");
  for (std::size_t i = 0; i < columns_; ++i) {
    if (std::find(targets_.begin(), targets_.end(), i) != targets_.end()) continue;
    features_.push_back(i);
    if (*csv_.header) feature_names_.push_back(first.names()[i]);
  }
  if (features_.empty()) refuse(first.file(), "has no column besides those that are y");
  const at::Tensor y = numbers_of(first).y;
  const auto* const values = y.data_ptr<float>();
  classes_ = targets_.size() == 1 && std::all_of(values, values + y.numel(), is_class);

  std::vector<std::int64_t> begins;
  std::int64_t size = 0;
  std::string header;
  for (const std::filesystem::path& file : files_) {
    const ShardLines lines = lines_of(file, csv_.separator);
    if (file == files_.front()) header = lines.first;
    if (*csv_.header && lines.first != header) {
      refuse(file, "has other columns than " + files_.front().string() + ": it begins with '" +
                       lines.first.substr(0, 200) + "' and not '" + header.substr(0, 200) + "'");
    }
    const std::int64_t rows = lines.count - (*csv_.header ? 1 : 0);
    if (rows < 1) refuse(file, "has no line of numbers: it has to have one for each sample");
    begins.push_back(size);
    size += rows;
  }
  const auto count = static_cast<std::int64_t>(targets_.size());
  Split like{.x = at::zeros({1, static_cast<std::int64_t>(features_.size())}), .y = {}};
  like.y = classes_ ? at::zeros({1}, at::kLong) : count == 1 ? at::zeros({1}) : at::zeros({1, count});
  lay_out(std::move(begins), size, like, {}, options.window);
}

Split CsvShards::numbers_of(const Csv& csv) const {
  const auto rows = static_cast<std::int64_t>(csv.rows());
  const auto matrix = [&](const std::vector<std::size_t>& columns) {
    at::Tensor values = at::empty({rows, static_cast<std::int64_t>(columns.size())});
    auto* at = values.data_ptr<float>();
    for (std::size_t row = 0; row < csv.rows(); ++row) {
      for (const std::size_t column : columns) {
        const auto number = csv.number(row, column);
        if (!number) {
          csv.refuse_cell(row, column,
                          "holds '" + std::string(csv.cell(row, column).substr(0, 40)) +
                              "', which is no number: CsvShards takes numbers alone");
        }
        *at++ = static_cast<float>(*number);
      }
    }
    return values;
  };
  Split split{.x = matrix(features_), .y = matrix(targets_)};
  if (targets_.size() == 1) split.y = split.y.squeeze(1);
  return split;
}

Split CsvShards::part(std::size_t number) const {
  const Csv csv(files_[number], csv_);
  const std::int64_t rows = end_of(number) - begin_of(number);
  if (csv.columns() != columns_) {
    refuse(files_[number], "has " + quantity(csv.columns(), "column") + ", but " + files_.front().string() +
                               " has " + std::to_string(columns_));
  }
  if (static_cast<std::int64_t>(csv.rows()) != rows) {
    refuse(files_[number], "has " + quantity(csv.rows(), "row") + ", but had " + std::to_string(rows) +
                               " at the start: was it changed?");
  }
  Split split = numbers_of(csv);
  if (!classes_) return split;
  const auto* const values = split.y.data_ptr<float>();
  for (std::size_t row = 0; row < csv.rows(); ++row) {
    if (is_class(values[row])) continue;
    csv.refuse_cell(row, targets_.front(),
                    "holds '" + std::string(csv.cell(row, targets_.front())) +
                        "', which is no class (a whole number from 0), as all of " + files_.front().string() +
                        " are");
  }
  split.y = split.y.to(at::kLong);
  return split;
}

std::string CsvShards::describe() const {
  return quantity(static_cast<std::uint64_t>(size()), "sample") + " in " +
         quantity(files_.size(), "CSV file") + (files_.size() == 1 ? " " : ", the first of them ") +
         files_.front().string();
}

}  // namespace sibyl
