#include "sweep/options/without_effect.hpp"

#include "core/schedulers/registry.hpp"

namespace sibyl {

namespace {

struct Use {
  std::vector<std::string> options;
  bool (*is_made)(const SweepOptions& options);
  std::string of;
};

const std::vector<Use>& uses() {
  using Options = SweepOptions;
  static const std::vector<Use> all{
      {{"eta"},
       [](const Options& o) { return o.scheduler == "hyperband" || o.scheduler == "asha"; },
       "--scheduler hyperband or asha"},
      {{"iterations"}, [](const Options& o) { return o.scheduler == "hyperband"; }, "--scheduler hyperband"},
      {{"min-epochs", "brackets"},
       [](const Options& o) { return o.scheduler == "asha"; },
       "--scheduler asha"},
      {{"population", "generation-epochs"},
       [](const Options& o) { return o.scheduler == "pbt"; },
       "--scheduler pbt"},
      {{"median-startup", "median-warmup", "median-interval"},
       [](const Options& o) { return o.median_stopping; },
       "--median-stopping"},
      {{"grid-points"}, [](const Options& o) { return o.sampler == "grid"; }, "--sampler grid"},
      {{"min-delta", "start-from-epoch"}, [](const Options& o) { return o.patience > 0; }, "--patience"},
      {{"width", "order"},
       [](const Options& o) { return depends_on_order(o); },
       "samplers that learn and schedulers that decide as they go"},
      {{"width"}, [](const Options& o) { return !o.by_arrival || !depends_on_order(o); }, "--order plan"},
  };
  return all;
}

}  // namespace

std::vector<std::string> without_effect(const SweepOptions& options, const std::set<std::string>& typed) {
  std::vector<std::string> lines;
  for (const Use& use : uses())
    for (const std::string& name : use.options)
      if (typed.contains(name) && !use.is_made(options))
        lines.push_back("--" + name + " has no effect here: it is for " + use.of);
  const auto plan = make_scheduler(options.scheduler, options, {})->planned();
  if (plan && plan->trials > 0 && plan->trials < static_cast<std::int64_t>(options.first.size()))
    lines.push_back("--try has no effect after the first " + std::to_string(plan->trials) + " of its " +
                    std::to_string(options.first.size()) + " configurations: no more trials are planned");
  return lines;
}

}  // namespace sibyl
