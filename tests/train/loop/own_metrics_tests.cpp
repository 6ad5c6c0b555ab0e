#include <torch/torch.h>

#include "sibyl/sibyl.hpp"
#include "train/loop/validation.hpp"
#include "train/metrics/confusion_matrix.hpp"
#include "train/support.hpp"
// Last: LibTorch has a CHECK of its own.
#include "catch.hpp"

using namespace sibyl;

namespace {

/// Measures all that there is: sums, metrics of the whole set, and its own.
struct Measuring : Blobs {
  std::vector<std::int64_t> seen;     ///< samples that epoch_metrics() was given
  Measuring() { validation = 2300; }  // in three batches
  std::vector<MetricKind> metrics(Loss) const override {
    return {"accuracy", "f1_macro", "top_2_accuracy", "roc_auc", "balanced_accuracy"};
  }
  std::vector<Metric> epoch_metrics(const torch::Tensor& output, const torch::Tensor& y) override {
    seen.push_back(output.size(0));
    return {{"worst", compute(Loss::cross_entropy, output, y).item<double>()},
            {"hits", output.argmax(1).eq(y).sum().item<double>()}};
  }
  std::vector<BatchMetric> batch_metrics(const torch::Tensor& output, const torch::Tensor& y) override {
    return {{"sure", output.softmax(1).gather(1, y.unsqueeze(1)).mean()}};
  }
};

/// Asks what the sweep asks, and interrupts at one of the questions.
struct InterruptAt : Recorder {
  explicit InterruptAt(int question) {
    say = [this, question] { return ++asked == question ? Order::interrupt : Order::go_on; };
  }
  int asked = 0;
};

std::vector<EpochReported> trained(const std::shared_ptr<HyperModel>& model, int epochs = 2) {
  Recorder recorder;
  const auto ended = TrialTrainer(model, options()).train(slot(0, epochs), recorder);
  CAPTURE(ended.message);
  REQUIRE(ended.ending == Ending::reached);
  return recorder.epochs;
}

TrialEnded ended_by(const std::shared_ptr<HyperModel>& model, const std::string& objective,
                    Recorder& recorder, const std::string& monitor = {}) {
  TrainerOptions with = options();
  with.objective = {.metric = objective, .direction = Direction::maximize};
  if (!monitor.empty()) with.monitor = {.metric = monitor, .direction = Direction::maximize};
  return TrialTrainer(model, with).train(slot(0, 1), recorder);
}

}  // namespace

TEST_CASE("An epoch has the metrics of both splits, of the whole set and of the job's own") {
  const auto model = std::make_shared<Measuring>();
  const auto metrics = trained(model).back().metrics;
  std::vector<std::string> names;
  for (const Metric& each : metrics) names.push_back(each.name);
  CHECK(names == std::vector<std::string>{"loss", "accuracy", "f1_macro", "top_2_accuracy",
                                          "balanced_accuracy", "sure", "val_loss", "val_accuracy",
                                          "val_f1_macro", "val_top_2_accuracy", "val_balanced_accuracy",
                                          "val_sure", "val_roc_auc", "val_worst", "val_hits",
                                          "learning_rate"});
  CHECK(model->seen == std::vector<std::int64_t>{2300, 2300});
  CHECK(value_of(metrics, "val_worst") == Approx(value_of(metrics, "val_loss")).epsilon(1e-5));
  CHECK(value_of(metrics, "val_hits") == Approx(2300 * value_of(metrics, "val_accuracy")));
  CHECK(value_of(metrics, "val_sure") > 0.3);
  CHECK(value_of(metrics, "sure") > 0.3);
}

TEST_CASE("Metrics go on exactly after an interruption, in training and in validation") {
  const auto whole = trained(std::make_shared<Measuring>());
  InterruptAt never(0);
  train(std::make_shared<Measuring>(), options(), slot(0, 2), never);
  for (int question = 1; question <= never.asked; ++question) {
    CAPTURE(question);
    const TemporaryFolder folder;
    InterruptAt stop(question);
    train(std::make_shared<Measuring>(), options(folder.path()), slot(0, 2), stop);
    Recorder rest;
    train(std::make_shared<Measuring>(), options(folder.path()), slot(0, 2), rest);
    CHECK(same_metrics(rest.epochs, whole));
  }
}

TEST_CASE("A metric reads itself from a text") {
  for (const char* name :
       {"accuracy", "f1_macro", "roc_auc", "rmse", "spearman", "top_3_accuracy", "top_12_accuracy"})
    CHECK(to_string(MetricKind(name)) == name);
  CHECK(MetricKind("top_3_accuracy").k() == 3);
  CHECK(MetricKind("top_3_accuracy") == MetricKind::top_k_accuracy);
  CHECK_THROWS_WITH(MetricKind("f1_makro"), ContainsSubstring("did you mean 'f1_macro'?"));
  for (const char* name : {"top_k_accuracy", "top_0_accuracy", "top_-1_accuracy", "top__accuracy", ""})
    CHECK_THROWS_AS(MetricKind(name), Error);
}

TEST_CASE("Sums of other metrics than a checkpoint has are refused") {
  const auto output = torch::randn({9, 4}), y = torch::randint(4, {9}, torch::kLong);
  const auto means = [](std::vector<MetricKind> kinds) {
    return Means(Loss::cross_entropy, kinds, torch::kCPU);
  };
  Means counted = means({"accuracy", "f1_macro"}), fresh = means({"accuracy", "f1_macro", "top_2_accuracy"});
  counted.add(torch::tensor(0.0), output, y);
  CHECK_THROWS_WITH(fresh.restore(counted.state()), ContainsSubstring("metrics() changed"));
  CHECK_THROWS_WITH(means({"accuracy"}).restore(counted.state()), ContainsSubstring("metrics() changed"));
  CHECK_THROWS_WITH(means({"accuracy", "f1_macro"}).restore(torch::zeros({2})),
                    ContainsSubstring("metrics() changed"));
  CHECK_NOTHROW(means({"accuracy", "f1_macro"}).restore(means({"accuracy", "f1_macro"}).state()));
}

TEST_CASE("Outputs are gathered as long as nobody knows that no metric needs them") {
  struct Counting : Blobs {
    int asked = 0;
    std::vector<Metric> epoch_metrics(const torch::Tensor& output, const torch::Tensor& y) override {
      ++asked;
      return HyperModel::epoch_metrics(output, y);
    }
  };
  const auto model = std::make_shared<Counting>();
  trained(model, 3);
  CHECK(model->asked == 1);
}

TEST_CASE("A metric of one's own needs a name of its own") {
  struct Twice : Blobs {
    std::vector<Metric> epoch_metrics(const torch::Tensor&, const torch::Tensor&) override {
      return {{"accuracy", 1.0}};
    }
  };
  Recorder recorder;
  CHECK_THAT(train(std::make_shared<Twice>(), options(), slot(0, 1), recorder).message,
             ContainsSubstring("epoch_metrics() gives accuracy, which is measured already"));
  struct Several : Blobs {
    std::vector<BatchMetric> batch_metrics(const torch::Tensor& output, const torch::Tensor&) override {
      return {{"all", output}};
    }
  };
  CHECK_THAT(train(std::make_shared<Several>(), options(), slot(0, 1), recorder).message,
             ContainsSubstring("one number for each: all is none"));
}

TEST_CASE("An objective that is not measured is refused before a step, and rank 0 is told what there is") {
  const auto model = std::make_shared<Blobs>();
  Recorder recorder;
  const auto ended = ended_by(model, "val_acuracy", recorder);
  CHECK_THAT(ended.message, ContainsSubstring("(did you mean 'val_accuracy'?)") &&
                                ContainsSubstring("only loss, accuracy, val_loss, val_accuracy"));
  CHECK(model->steps == 0);
  REQUIRE(recorder.epochs.size() == 1);
  CHECK(names(recorder.epochs[0].metrics, "val_accuracy"));

  Recorder monitored;
  CHECK_THAT(ended_by(model, "val_accuracy", monitored, "val_f1").message, ContainsSubstring("--monitor"));
  CHECK(monitored.epochs.empty());
  CHECK(model->steps == 0);
}

TEST_CASE("A metric of one's own may be the objective") {
  for (const char* metric : {"val_worst", "val_sure", "sure", "val_roc_auc"}) {
    Recorder recorder;
    CHECK(ended_by(std::make_shared<Measuring>(), metric, recorder).ending == Ending::reached);
  }
  Recorder recorder;
  const auto ended = ended_by(std::make_shared<Measuring>(), "val_sures", recorder);
  CHECK_THAT(ended.message,
             ContainsSubstring("(did you mean 'val_sure'?)") && ContainsSubstring("val_worst"));
}

TEST_CASE("What a job may be measured by is known without data where it measures nothing of its own") {
  struct Plain : HyperModel {
    torch::nn::Sequential build(HyperParameters&) override { return {}; }
    Data data(const DataOptions&) override { return {}; }
  };
  struct Own : Plain {
    std::vector<Metric> epoch_metrics(const torch::Tensor&, const torch::Tensor&) override { return {}; }
  };
  struct Fitting : Plain {
    void fit(HyperParameters&, torch::nn::Sequential&, const Data&, FitContext&) override {}
  };
  STATIC_REQUIRE(measures_as_usual<Plain>);
  STATIC_REQUIRE_FALSE(measures_as_usual<Own>);
  STATIC_REQUIRE_FALSE(measures_as_usual<Fitting>);
  const auto names = make_job(std::make_shared<Plain>(), false)->possible_metrics();
  CHECK(names == std::vector<std::string>{"loss", "mae", "mse", "val_loss", "val_mae", "val_mse", "accuracy",
                                          "val_accuracy"});
  CHECK(make_job(std::make_shared<Own>())->possible_metrics().empty());
}

TEST_CASE("A confusion matrix has a row for each class, of a label for 0 and 1") {
  const auto output = torch::tensor({{1.0, 0.0, 0.0}, {0.0, 1.0, 0.0}, {1.0, 0.0, 0.0}, {0.0, 0.0, 1.0}});
  const auto y = torch::tensor({0, 1, 1, -100}, torch::kLong);
  CHECK(confusion_matrix(Loss::cross_entropy, output, y) == ConfusionMatrix{{1, 0, 0}, {1, 1, 0}, {0, 0, 0}});
  const auto label = torch::tensor({0.0f, 1.0f, 1.0f}), logits = torch::tensor({{2.0f}, {1.0f}, {-1.0f}});
  CHECK(confusion_matrix(Loss::binary_cross_entropy, logits, label) == ConfusionMatrix{{0, 1}, {1, 1}});
  CHECK(confusion_matrix(Loss::binary_cross_entropy, output, output).empty());
  CHECK(confusion_matrix(Loss::mse, logits, label).empty());
}

TEST_CASE("What a loss asks for belongs to the search space") {
  struct Smooth : Blobs {
    Loss loss(HyperParameters& hp) override {
      return {.kind = "cross_entropy", .label_smoothing = hp.Float("label_smoothing", 0, 0.3)};
    }
  };
  const auto model = std::make_shared<Smooth>();
  const std::vector<std::string> asked = make_job(model)->search_space().names();
  CHECK(std::find(asked.begin(), asked.end(), "label_smoothing") != asked.end());
  Recorder plain, smooth;
  Suggestion suggestion = slot(0, 1);
  suggestion.hyperparameters = {{"label_smoothing", 0.0}};
  train(model, options(), suggestion, plain);
  suggestion.hyperparameters = {{"label_smoothing", 0.3}};
  train(model, options(), suggestion, smooth);
  CHECK_FALSE(same_metrics(smooth.epochs, plain.epochs));
}

TEST_CASE("A balanced loss weighs the training split's classes") {
  struct Balanced : Blobs {
    bool twice = false;
    Loss loss(HyperParameters&) override { return {.kind = "cross_entropy", .balanced = true}; }
    torch::Tensor class_weights() const override { return twice ? torch::ones({3}) : torch::Tensor(); }
  };
  struct Weighted : Blobs {
    torch::Tensor class_weights() const override {
      const auto counts = torch::bincount(const_cast<Weighted*>(this)->data({}).train.y).to(torch::kDouble);
      return 150 / (3 * counts);
    }
  };
  CHECK(same_metrics(trained(std::make_shared<Balanced>()), trained(std::make_shared<Weighted>())));
  const auto both = std::make_shared<Balanced>();
  both->twice = true;
  Recorder recorder;
  CHECK_THAT(train(both, options(), slot(0, 1), recorder).message,
             ContainsSubstring("leave one of them out"));
}
