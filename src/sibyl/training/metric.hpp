#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <string_view>
#include <vector>

namespace sibyl {

/// What is measured of each epoch, with and without "val_"; reads itself from a text, as OptimizerKind does.
/// The names mean what they mean in scikit-learn: each is that of the whole split, whatever the batches.
class MetricKind {
 public:
  enum Kind {
    // Of classes: of two or more, or of several labels that are each 0 or 1.
    accuracy,  ///< of several labels: of all of them together
    balanced_accuracy,
    top_k_accuracy,  ///< as a text "top_3_accuracy"
    precision,       ///< of two classes: of class 1
    precision_macro,
    precision_micro,
    recall,
    recall_macro,
    recall_micro,
    f1,
    f1_macro,
    f1_micro,
    roc_auc,  ///< of validation alone; of more than two classes each against the rest, and their mean
    // Of values; of several in a sample the mean of theirs.
    mae,
    mse,
    rmse,
    r2,
    mape,
    spearman,  ///< of validation alone
  };
  /// `k`: of top_k_accuracy.
  constexpr MetricKind(Kind kind, int k = 5) : kind_(kind), k_(kind == top_k_accuracy ? k : 0) {}
  /// Throws Error for a name that it does not know.
  MetricKind(std::string_view name);
  MetricKind(const std::string& name) : MetricKind(std::string_view(name)) {}
  MetricKind(const char* name) : MetricKind(std::string_view(name)) {}
  constexpr operator Kind() const { return kind_; }
  constexpr int k() const { return k_; }

 private:
  Kind kind_;
  int k_;
};
/// As a text says it: "f1_macro", "top_3_accuracy".
std::string to_string(MetricKind kind);

/// A metric of one's own of a batch, a number on the batch's device. Sibyl takes the mean over an epoch's
/// samples.
struct BatchMetric {
  std::string name;  ///< without "val_"
  at::Tensor mean;   ///< over the batch
};

}  // namespace sibyl
