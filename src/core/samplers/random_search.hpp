#pragma once

#include <cstdint>
#include <optional>

#include "core/samplers/sampler.hpp"

namespace sibyl {

/// Random search without duplicates. It knows which configurations were tried: samplers that choose in other
/// ways have one beside them, to tell what is new, and to choose where they can't.
class RandomSearch : public Sampler {
 public:
  /// The configuration that these values make of the next trial, `trial`: all of them, or what its job asks
  /// for. None if a trial has had it.
  virtual std::optional<Values> if_untried(const Values& values, TrialId trial) const = 0;
  /// How many configurations no trial has had; none: that is not known.
  virtual std::optional<std::uint64_t> untried() const = 0;
};

}  // namespace sibyl
