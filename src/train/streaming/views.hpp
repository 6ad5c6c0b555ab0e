#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "sibyl/streaming/dataset.hpp"

namespace sibyl {

/// Tensors in memory as a dataset: samples that don't fit onto the device.
class InMemory : public Dataset {
 public:
  /// Tensors on the CPU.
  explicit InMemory(Split split) : split_(std::move(split)) {}

  std::int64_t size() const override { return split_.size(); }
  Split batch(std::int64_t samples) const override;
  void read(std::span<const std::int64_t> places, const SampleRandom& random,
            const Split& into) const override;
  at::Tensor targets() const override { return split_.y; }
  std::string describe() const override { return "the host's memory"; }
  const Split& tensors() const { return split_; }

 private:
  Split split_;
};

/// Some samples of another dataset.
class Subset : public Dataset {
 public:
  Subset(std::shared_ptr<const Dataset> all, const at::Tensor& places);

  std::int64_t size() const override { return static_cast<std::int64_t>(places_.size()); }
  Split batch(std::int64_t samples) const override { return all_->batch(samples); }
  void read(std::span<const std::int64_t> places, const SampleRandom& random,
            const Split& into) const override;
  at::Tensor targets() const override;
  /// Where the places ascend; else the parts of the whole are of no use.
  std::vector<std::int64_t> parts() const override;
  std::int64_t window() const override { return all_->window(); }
  bool has_equal_sizes() const override { return all_->has_equal_sizes(); }
  Split collate(std::span<const std::int64_t> places, const SampleRandom& random) const override;
  std::string describe() const override { return all_->describe(); }

 private:
  std::vector<std::int64_t> mapped(std::span<const std::int64_t> places) const;

  std::shared_ptr<const Dataset> all_;
  std::vector<std::int64_t> places_;
};

/// The samples of one dataset, and behind them those of another with samples of the same shapes.
class Joined : public Dataset {
 public:
  /// Throws Error where their samples differ in shape or type.
  Joined(std::shared_ptr<const Dataset> first, std::shared_ptr<const Dataset> second);

  std::int64_t size() const override { return first_->size() + second_->size(); }
  Split batch(std::int64_t samples) const override { return first_->batch(samples); }
  void read(std::span<const std::int64_t> places, const SampleRandom& random,
            const Split& into) const override;
  at::Tensor targets() const override;
  std::vector<std::int64_t> parts() const override;
  std::int64_t window() const override { return first_->window(); }
  std::string describe() const override { return first_->describe(); }

 private:
  std::shared_ptr<const Dataset> first_, second_;
};

/// Another dataset's samples with their x changed, in the loader's threads.
class Prepared : public Dataset {
 public:
  /// `change` takes and gives a batch's x; each sample becomes the same in any batch.
  using Change = std::function<at::Tensor(const at::Tensor&)>;
  Prepared(std::shared_ptr<const Dataset> raw, Change change)
      : raw_(std::move(raw)), change_(std::move(change)) {}

  std::int64_t size() const override { return raw_->size(); }
  Split batch(std::int64_t samples) const override;
  void read(std::span<const std::int64_t> places, const SampleRandom& random,
            const Split& into) const override;
  at::Tensor targets() const override { return raw_->targets(); }
  std::vector<std::int64_t> parts() const override { return raw_->parts(); }
  std::int64_t window() const override { return raw_->window(); }
  bool has_equal_sizes() const override { return raw_->has_equal_sizes(); }
  Split collate(std::span<const std::int64_t> places, const SampleRandom& random) const override;
  std::string describe() const override { return raw_->describe(); }

 private:
  std::shared_ptr<const Dataset> raw_;
  Change change_;
};

}  // namespace sibyl
