#include "bench/samplers/proposers.hpp"

namespace sibyl::bench {

const std::vector<ProposerKind>& proposer_kinds() {
  static const std::vector<ProposerKind> all = {
      {"random", [](const UnitCube&, std::uint64_t) { return std::unique_ptr<Proposer>(); }},
  };
  return all;
}

}  // namespace sibyl::bench
