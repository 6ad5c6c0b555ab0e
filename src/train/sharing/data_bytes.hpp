#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/archive.hpp"
#include "base/sharing/sealed_memory.hpp"
#include "sibyl/data.hpp"
#include "sibyl/reports.hpp"

namespace sibyl {

/// A job's data as training takes it, and what was found out about it on the way.
struct LoadedData {
  Data data;
  /// So many of the training samples are those; behind them are those for validation (for folds).
  std::int64_t training = 0;
  std::vector<DataPart> parts = {};  ///< as the job returned it
  std::string description = {};      ///< for people
};

/// Training and validation samples apart, as the job returned them. No copies.
Data unjoined(const LoadedData& loaded);

/// Loaded data as bytes, exact to the bit, for another process of the same program. The pieces are valid as
/// long as this lives.
class DataBytes {
 public:
  explicit DataBytes(const LoadedData& loaded);

  /// Empty for data that can't be handed over, as samples that are read when they are needed.
  const Pieces& pieces() const { return pieces_; }
  std::size_t size() const;

 private:
  void add(std::span<const std::byte> bytes);

  Bytes header_;
  std::vector<at::Tensor> tensors_;
  Pieces pieces_;
};

/// The tensors lie in the bytes, nothing is copied; `owner` lives as long as any of them. Throws Error for
/// bytes that are no data.
LoadedData data_in(std::span<std::byte> bytes, const std::shared_ptr<const void>& owner);

}  // namespace sibyl
