#pragma once

#include "core/samplers/registry.hpp"

namespace sibyl {

// Samplers that choose by a model of earlier results, see GuidedSampler.
SamplerKind tpe_sampler();
SamplerKind gp_sampler();

}  // namespace sibyl
