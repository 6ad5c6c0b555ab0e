#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "sibyl/streaming/dataset.hpp"

namespace sibyl {

/// One sample of a torch::data dataset, its Example.
struct TorchExample {
  at::Tensor data, target;
};

/// Makes a batch of samples of different sizes.
using CollateExamples = std::function<Split(const std::vector<TorchExample>&)>;

struct PadSequences {
  double value = 0;      ///< behind a shorter sequence's end
  double target = -100;  ///< the same where y are sequences too: what a loss is told to ignore
};

/// Sequences (length, ...) as x (samples, longest, ...), their lengths as more[0] (samples), whole numbers.
/// y is stacked; sequences of different lengths are padded too.
CollateExamples pad_sequences(const PadSequences& how = {});

struct TorchDatasetOptions {
  CollateExamples collate = {};  ///< for samples of different sizes: pad_sequences(), or one of your own
  bool thread_safe = false;      ///< may several threads read at a time? Else there is a lock
  std::string name = "a torch::data dataset";  ///< for people
};

/// What is the same for all of them.
class TorchDatasetBase : public Dataset {
 public:
  std::int64_t size() const override { return size_; }
  Split batch(std::int64_t samples) const override;
  void read(std::span<const std::int64_t> places, const SampleRandom& random,
            const Split& into) const override;
  bool has_equal_sizes() const override { return !options_.collate; }
  Split collate(std::span<const std::int64_t> places, const SampleRandom& random) const override;
  std::string describe() const override;

 protected:
  explicit TorchDatasetBase(TorchDatasetOptions options) : options_(std::move(options)) {}
  /// Called in the constructor. Throws Error when there is no sample.
  void begin(std::size_t size);
  virtual TorchExample get(std::size_t place) const = 0;

 private:
  /// Throws BadSample for what get() throws.
  TorchExample example(std::span<const std::int64_t> places, std::size_t at) const;

  TorchDatasetOptions options_;
  std::int64_t size_ = 0;
  TorchExample first_;
  mutable std::mutex mutex_;
};

template <class Source>
class TorchDataset : public TorchDatasetBase {
 public:
  TorchDataset(Source source, TorchDatasetOptions options)
      : TorchDatasetBase(std::move(options)), source_(std::move(source)) {
    const auto size = source_.size();
    begin(size ? *size : 0);
  }

 protected:
  TorchExample get(std::size_t place) const override {
    auto examples = source_.get_batch(std::vector<std::size_t>{place});
    static_assert(
        requires { examples.at(0).data; },
        "torch_dataset() takes a dataset whose samples are Example<>s, without .map(Stack<>())");
    return {examples.at(0).data, examples.at(0).target};
  }

 private:
  mutable Source source_;
};

/// Any dataset of LibTorch's torch::data with places (map-style) whose samples are Example<Tensor, Tensor>,
/// with its transforms: `torch_dataset(torch::data::datasets::MNIST(folder).map(Normalize<>(.13, .31)))`.
/// Leave out .map(Stack<>()): Sibyl makes the batches. What a transform does at random isn't the same after a
/// resume: do that in a training_step() (see augmented()).
///
/// What get() throws is a BadSample. Throws Error where samples have different sizes and there is no collate.
template <class Source>
std::shared_ptr<const Dataset> torch_dataset(Source source, TorchDatasetOptions options = {}) {
  return std::make_shared<TorchDataset<Source>>(std::move(source), std::move(options));
}
template <class Source>
std::shared_ptr<const Dataset> torch_dataset(Source source, CollateExamples collate) {
  return torch_dataset(std::move(source), TorchDatasetOptions{.collate = std::move(collate)});
}

}  // namespace sibyl
