#include "sibyl/objective.hpp"

#include <array>
#include <cmath>
#include <vector>

#include "base/nearest.hpp"
#include "sibyl/error.hpp"

namespace sibyl {

std::string_view to_string(Direction direction) {
  return direction == Direction::minimize ? "minimize" : "maximize";
}

namespace {

// The metrics of Sibyl, of scikit-learn, of Keras and of common training loops.
constexpr std::array less_is_better = {"loss",  "error",         "mae",     "mse",           "rmse",
                                       "mape",  "msle",          "nll",     "cross_entropy", "perplexity",
                                       "hinge", "kl_divergence", "log_loss"};
constexpr std::array more_is_better = {"accuracy", "acc",          "balanced_accuracy", "auc",
                                       "roc_auc",  "f1",           "f1_score",          "f1_macro",
                                       "f1_micro", "precision",    "precision_macro",   "precision_micro",
                                       "recall",   "recall_macro", "recall_micro",      "r2",
                                       "r2_score", "spearman",     "top_k_accuracy",    "iou",
                                       "mean_iou", "bleu",         "cosine_similarity", "reward"};

/// top_5_accuracy
bool is_top_accuracy(std::string_view name) {
  constexpr std::string_view begin = "top_", end = "_accuracy";
  if (name.size() <= begin.size() + end.size() || !name.starts_with(begin) || !name.ends_with(end))
    return false;
  name.remove_prefix(begin.size());
  name.remove_suffix(end.size());
  return name.find_first_not_of("0123456789") == std::string_view::npos;
}

std::vector<std::string> known_metrics(const std::string& prefix) {
  std::vector<std::string> names;
  for (const char* each : less_is_better) names.push_back(prefix + each);
  for (const char* each : more_is_better) names.push_back(prefix + each);
  return names;
}

template <class Names>
bool has(const Names& names, std::string_view name) {
  for (const std::string_view known : names)
    if (known == name) return true;
  return false;
}

}  // namespace

Objective Objective::parse(std::string_view text, const std::string& option) {
  const auto colon = text.find(':');
  const std::string metric(text.substr(0, colon));
  if (metric.empty())
    throw UsageError(option + " is empty: give a metric, such as val_accuracy or val_loss:min");
  if (colon != std::string_view::npos) {
    const std::string_view direction = text.substr(colon + 1);
    if (direction == "min" || direction == "minimize") return {metric, Direction::minimize};
    if (direction == "max" || direction == "maximize") return {metric, Direction::maximize};
    throw UsageError(option + " " + std::string(text) + ": '" + std::string(direction) +
                     "' is not a direction; say " + metric + ":min or " + metric + ":max");
  }
  std::string_view name = metric;
  for (const std::string_view prefix : {"val_", "test_", "train_"})
    if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
  if (has(less_is_better, name)) return {metric, Direction::minimize};
  if (has(more_is_better, name) || is_top_accuracy(name)) return {metric, Direction::maximize};
  throw UsageError("can't tell whether less or more of '" + metric + "' is better" +
                   did_you_mean(metric, known_metrics(metric.substr(0, metric.size() - name.size()))) +
                   "; say " + option + " " + metric + ":min or " + option + " " + metric + ":max");
}

std::string to_text(const Objective& objective) {
  return objective.metric + (objective.direction == Direction::minimize ? ":min" : ":max");
}

bool Objective::better(double a, double b) const {
  if (!std::isfinite(a)) return false;
  if (!std::isfinite(b)) return true;
  return direction == Direction::minimize ? a < b : a > b;
}

int best_epoch(const Trial& trial, const Objective& objective) {
  const ExecutionResult* best = nullptr;
  for (const ExecutionResult& each : trial.executions)
    if (best == nullptr || objective.better(each.score, best->score)) best = &each;
  return best ? best->epoch : 0;
}

}  // namespace sibyl
