#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sibyl/data/csv.hpp"
#include "sibyl/streaming/parted_dataset.hpp"

namespace sibyl {

struct CsvShardsOptions {
  /// The columns that are y, by name or place: "-1" is the last.
  std::vector<std::string> targets = {"-1"};
  CsvOptions csv = {};
  std::int64_t window = 0;  ///< shards that samples are mixed in; 0: see PartedDataset
};

/// Samples from many CSV files of numbers with the same columns, plain or gzipped: larger than memory
/// together, some MB each. x (samples, columns) as floats; y (samples) of one target column, else (samples,
/// targets): classes (whole numbers from 0) if the first shard has nothing else there, else floats.
///
/// The constructor reads all files once, for their lines and headers, and the first one's cells. It throws
/// Error: no files, one that is damaged, other columns than the first has, no such target. A cell that is no
/// number is told of, with its file and line, when its shard is read.
class CsvShards : public PartedDataset {
 public:
  explicit CsvShards(std::vector<std::filesystem::path> files, const CsvShardsOptions& options = {});
  /// The .csv, .csv.gz, .tsv, .tsv.gz and .txt files of a folder, by name.
  explicit CsvShards(const std::filesystem::path& folder, const CsvShardsOptions& options = {});

  /// Of x's columns; empty where the files have no header.
  const std::vector<std::string>& feature_names() const { return feature_names_; }
  std::string describe() const override;

 protected:
  Split part(std::size_t number) const override;

 private:
  Split numbers_of(const Csv& csv) const;

  std::vector<std::filesystem::path> files_;
  CsvOptions csv_;
  std::vector<std::size_t> features_, targets_;  // columns
  std::size_t columns_ = 0;
  bool classes_ = false;
  std::vector<std::string> feature_names_;
};

}  // namespace sibyl
