#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "sibyl/streaming/dataset.hpp"

namespace sibyl {

class NpyRows;

/// Samples from plain .npy files that are larger than memory, one for each input, with a row a sample: read
/// from where they lie, and no more of the file. x and `more` as floats, y, which is in memory, as classes or
/// floats.
///
/// The constructor throws Error as read_npy() and samples() do, and for a gzipped file; it doesn't look for
/// NaN in x.
class NpyDataset : public Dataset {
 public:
  NpyDataset(const std::filesystem::path& x, const std::filesystem::path& y,
             const std::vector<std::filesystem::path>& more = {});
  ~NpyDataset() override;
  NpyDataset(const NpyDataset&) = delete;
  NpyDataset& operator=(const NpyDataset&) = delete;

  std::int64_t size() const override;
  Split batch(std::int64_t samples) const override;
  void read(std::span<const std::int64_t> places, const SampleRandom& random,
            const Split& into) const override;
  at::Tensor targets() const override { return targets_; }
  std::string describe() const override;

 private:
  std::vector<std::unique_ptr<NpyRows>> inputs_;
  at::Tensor targets_;
};

}  // namespace sibyl
