#include <charconv>
#include <stdexcept>

#include "base/find_kind.hpp"
#include "sibyl/training/metric.hpp"

namespace sibyl {

namespace {

const NamedKinds<MetricKind::Kind>& simple_metrics() {
  static const NamedKinds<MetricKind::Kind> all = {{"accuracy", MetricKind::accuracy},
                                                   {"balanced_accuracy", MetricKind::balanced_accuracy},
                                                   {"precision", MetricKind::precision},
                                                   {"precision_macro", MetricKind::precision_macro},
                                                   {"precision_micro", MetricKind::precision_micro},
                                                   {"recall", MetricKind::recall},
                                                   {"recall_macro", MetricKind::recall_macro},
                                                   {"recall_micro", MetricKind::recall_micro},
                                                   {"f1", MetricKind::f1},
                                                   {"f1_macro", MetricKind::f1_macro},
                                                   {"f1_micro", MetricKind::f1_micro},
                                                   {"roc_auc", MetricKind::roc_auc},
                                                   {"mae", MetricKind::mae},
                                                   {"mse", MetricKind::mse},
                                                   {"rmse", MetricKind::rmse},
                                                   {"r2", MetricKind::r2},
                                                   {"mape", MetricKind::mape},
                                                   {"spearman", MetricKind::spearman}};
  return all;
}

constexpr std::string_view before_k = "top_", behind_k = "_accuracy";

/// k of "top_3_accuracy", 0 for what is no such text.
int k_of(std::string_view name) {
  if (!name.starts_with(before_k) || !name.ends_with(behind_k) ||
      name.size() <= before_k.size() + behind_k.size())
    return 0;
  name.remove_prefix(before_k.size());
  name.remove_suffix(behind_k.size());
  int k = 0;
  const auto [end, problem] = std::from_chars(name.data(), name.data() + name.size(), k);
  return problem == std::errc() && end == name.data() + name.size() && k > 0 ? k : 0;
}

}  // namespace

MetricKind::MetricKind(std::string_view name) : kind_(top_k_accuracy), k_(k_of(name)) {
  if (k_ > 0) return;
  NamedKinds<Kind> known = simple_metrics();
  known.emplace_back("top_5_accuracy", top_k_accuracy);  // or with another number, which was seen above
  kind_ = kind_named(name, "metric", known);
}

std::string to_string(MetricKind kind) {
  if (kind == MetricKind::top_k_accuracy)
    return std::string(before_k) + std::to_string(kind.k()) + std::string(behind_k);
  for (const auto& [name, known] : simple_metrics())
    if (known == kind) return name;
  throw std::logic_error("a metric without a name");
}

}  // namespace sibyl
