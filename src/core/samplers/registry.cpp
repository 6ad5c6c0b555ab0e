#include "core/samplers/registry.hpp"

#include "base/find_kind.hpp"
#include "core/samplers/grid_search.hpp"
#include "core/samplers/model_samplers.hpp"
#include "core/samplers/random.hpp"
#include "core/samplers/sobol.hpp"
#include "sibyl/error.hpp"

namespace sibyl {

namespace {

std::vector<SamplerKind>& kinds() {
  static std::vector<SamplerKind> all{random_sampler(), sobol_sampler(), grid_sampler(), tpe_sampler(),
                                      gp_sampler()};
  return all;
}

}  // namespace

const std::vector<SamplerKind>& sampler_kinds() {
  return kinds();
}

const SamplerKind& sampler_kind(const std::string& name) {
  return find_kind("sampler", sampler_kinds(), name);
}

void add_sampler(SamplerKind kind) {
  for (const SamplerKind& each : kinds())
    if (each.name == kind.name || kind.name == "auto" || kind.name.empty())
      throw Error("a sampler of one's own can't have the name '" + kind.name + "': give it another");
  kinds().push_back(std::move(kind));
}

}  // namespace sibyl
