#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/samplers/sampler.hpp"

namespace sibyl {

/// A sampler as the command line and a sweep's record know it.
struct SamplerKind {
  std::string name;  ///< of `--sampler`
  std::string help;  ///< a few words
  std::unique_ptr<Sampler> (*make)(const SearchSpace& space, std::uint64_t seed);
};

/// All there are, the default first. A new one is a file beside this one, and a line in registry.cpp.
const std::vector<SamplerKind>& sampler_kinds();
/// The one of that name. Throws Error that names those there are.
const SamplerKind& sampler_kind(const std::string& name);

}  // namespace sibyl
