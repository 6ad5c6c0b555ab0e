#pragma once

#include <optional>
#include <vector>

#include "sibyl/data.hpp"

namespace sibyl {

/// How much memory an epoch's samples may take in their order. On the CPU they have to fit into its cache: of
/// more, a batch that was just gathered is nearer. On a GPU what counts is to launch nothing for a batch, but
/// the model comes first, and other workers may share the memory: a small part of what is free.
std::int64_t room_for_an_epoch(at::Device device);
/// The same for a GPU with so many bytes free, as far as that is known.
std::int64_t room_on_gpu(std::optional<std::int64_t> free);

/// Shuffled batches of tensors that lie where training is, gathered into the same memory again and again: all
/// of an epoch at its begin, or, where that would take more than `room`, each in its turn. (Training reads a
/// batch only until its step is done.)
class ResidentBatches {
 public:
  ResidentBatches(const Split& split, std::int64_t batch, std::int64_t room);

  /// Begins an epoch; `order` is where the data is.
  void shuffle(const at::Tensor& order);
  std::int64_t steps() const { return (split_.size() + batch_ - 1) / batch_; }
  const Split& at(std::int64_t step);

 private:
  const Split& split_;
  const std::int64_t batch_;
  const bool whole_;
  Split memory_;              ///< of all samples, or of a batch
  std::vector<Split> parts_;  ///< of the memory: all batches of an epoch, or the full one and the last
  at::Tensor order_;
};

}  // namespace sibyl
