#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sibyl/data.hpp"
#include "sibyl/error.hpp"
#include "sibyl/random.hpp"

namespace sibyl {

/// What is random in how samples are read: a function of who trains what, so the same on any worker, in any
/// loader thread, and after any resume.
class SampleRandom {
 public:
  /// Nothing is: samples are validated with, or looked at.
  SampleRandom() = default;
  SampleRandom(std::uint64_t seed, std::int64_t trial, int execution, int epoch)
      : key_(RandomStream::key(seed, "sample", trial, execution, epoch)) {}

  /// Only then are samples changed at random.
  bool trains() const { return key_.has_value(); }
  /// For the sample at that place of its dataset.
  RandomStream of(std::int64_t place) const { return RandomStream(key_.value_or(0), place); }

 private:
  std::optional<std::uint64_t> key_;
};

/// A sample that can't be read (its file is truncated, say): with `--max-bad-samples` the next one that can
/// be takes its place.
class BadSample : public Error {
 public:
  /// `at`: which of those that read() was asked for, from 0. `problem`: which file, and what is wrong with
  /// it.
  BadSample(std::size_t at, const std::string& problem) : Error(problem), at_(at) {}
  std::size_t at() const { return at_; }

 private:
  std::size_t at_;
};

/// Samples that are read when they are needed: for data that is larger than memory, or that is made on the
/// way. Derive from it, or take what there is: PictureFolder, Hdf5Dataset, CsvShards, torch_dataset().
/// All but its making is called from several threads at a time.
class Dataset {
 public:
  virtual ~Dataset() = default;

  /// Samples, whose places are 0 to below it.
  virtual std::int64_t size() const = 0;
  /// Memory on the CPU for so many samples, not filled: it says what shapes and types samples have.
  virtual Split batch(std::int64_t samples) const = 0;
  /// Fills `into`, rows of a batch(), with the samples at these places, in their order. Throws BadSample for
  /// one that can't be read, Error where none can be.
  virtual void read(std::span<const std::int64_t> places, const SampleRandom& random,
                    const Split& into) const = 0;

  /// The y of all samples (samples, ...), if that is in memory anyway: for balanced losses, folds of equal
  /// classes, and what people are told of the data. Undefined: it is only known by reading.
  virtual at::Tensor targets() const { return {}; }
  /// Where it is slow to read samples at random: the first place of each part that is read at once, ascending
  /// from 0. Epochs then take the parts at random, and the samples of `window()` parts at a time.
  virtual std::vector<std::int64_t> parts() const { return {}; }
  virtual std::int64_t window() const { return 16; }
  /// For samples of different sizes: a batch whose tensors' sizes are a function of its samples (padded to
  /// the longest of them, say), in place of batch() and read().
  virtual bool has_equal_sizes() const { return true; }
  virtual Split collate(std::span<const std::int64_t> places, const SampleRandom& random) const;
  /// Where it lies and how it is read, for people: "20000 pictures of 10 classes in /data/birds".
  virtual std::string describe() const { return "a dataset of the job's own"; }
};

/// As a part of Data: `return {.train = streamed(pictures), ...}`. Sibyl's fit() reads its batches ahead of
/// the steps, in `--loader-threads`; a fit() of one's own reads them itself.
Split streamed(std::shared_ptr<const Dataset> dataset);

/// Those samples of it, in that order (whole numbers, on the CPU).
Split chosen(const Split& all, const at::Tensor& places);

/// Copies of the samples at these places, in memory, as tensors.
Split read_samples(const Split& split, std::span<const std::int64_t> places);

}  // namespace sibyl
