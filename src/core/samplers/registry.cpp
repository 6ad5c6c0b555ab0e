#include "core/samplers/registry.hpp"

#include "base/find_kind.hpp"
#include "core/samplers/grid_search.hpp"
#include "core/samplers/model_samplers.hpp"
#include "core/samplers/random.hpp"
#include "core/samplers/sobol.hpp"

namespace sibyl {

const std::vector<SamplerKind>& sampler_kinds() {
  static const std::vector<SamplerKind> kinds{random_sampler(), sobol_sampler(), grid_sampler(),
                                              tpe_sampler(), gp_sampler()};
  return kinds;
}

const SamplerKind& sampler_kind(const std::string& name) {
  return find_kind("sampler", sampler_kinds(), name);
}

}  // namespace sibyl
