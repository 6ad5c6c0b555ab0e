#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "sibyl/streaming/dataset.hpp"

namespace sibyl {

/// Samples in parts that are read and unpacked as a whole: chunks, shards. Derive from it: say in the
/// constructor which parts there are, and read one in part(). Those that are in use, two windows of them,
/// stay in memory, and each is read once for all threads.
class PartedDataset : public Dataset {
 public:
  ~PartedDataset() override;
  PartedDataset(const PartedDataset&) = delete;
  PartedDataset& operator=(const PartedDataset&) = delete;

  std::int64_t size() const override { return size_; }
  Split batch(std::int64_t samples) const override;
  /// A part that can't be read makes BadSamples.
  void read(std::span<const std::int64_t> places, const SampleRandom& random,
            const Split& into) const override;
  at::Tensor targets() const override { return targets_; }
  std::vector<std::int64_t> parts() const override { return begins_; }
  std::int64_t window() const override { return window_; }
  /// So many parts were read up to now, those counted that were read anew.
  std::int64_t parts_read() const;

 protected:
  PartedDataset();
  /// Called once, in the constructor. `begins`: the first place of each part, ascending from 0. `like`: a
  /// sample, of which the shapes and types are taken: (1, ...) each. `targets`: y of all samples where that
  /// is in memory (undefined: each part has its own). `window`: parts that samples are mixed in; 0: as many
  /// as fit into 128 MiB, at least 4 and at most 64.
  void lay_out(std::vector<std::int64_t> begins, std::int64_t size, const Split& like,
               const at::Tensor& targets = {}, std::int64_t window = 0);

  /// The samples of one part, of any type of number; without y where the targets are in memory. Called from
  /// several threads at a time, for different parts. Throws Error.
  virtual Split part(std::size_t number) const = 0;
  std::int64_t begin_of(std::size_t part) const { return begins_[part]; }
  std::int64_t end_of(std::size_t part) const {
    return part + 1 < begins_.size() ? begins_[part + 1] : size_;
  }

 private:
  class Cache;

  std::vector<std::int64_t> begins_;
  std::int64_t size_ = 0;
  std::int64_t window_ = 1;
  Split like_;
  at::Tensor targets_;
  std::unique_ptr<Cache> cache_;
};

}  // namespace sibyl
