#pragma once

#include <string>
#include <vector>

#include "sibyl/sampler.hpp"

namespace sibyl {

/// All there are, the default first. A new one is a file beside this one, and a line in registry.cpp.
const std::vector<SamplerKind>& sampler_kinds();
/// The one of that name. Throws Error that names those there are.
const SamplerKind& sampler_kind(const std::string& name);
/// Adds one that is not Sibyl's own (see `sibyl::run`), before any command line is read: `--help`, the record
/// and all else know it as they know the others. Throws Error for a name that there is already.
void add_sampler(SamplerKind kind);

}  // namespace sibyl
