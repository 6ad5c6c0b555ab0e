// What can be compared. A new one is a line in proposers.cpp.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/samplers/proposer.hpp"

namespace sibyl::bench {

struct ProposerKind {
  std::string name;
  /// Null: points are drawn at random.
  std::unique_ptr<Proposer> (*make)(const UnitCube& cube, std::uint64_t seed);
};

const std::vector<ProposerKind>& proposer_kinds();

}  // namespace sibyl::bench
