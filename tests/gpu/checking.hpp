#pragma once
// What the checks have in common: what is trained, how, and how a check is said.
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <filesystem>

#include "models.hpp"
#include "train/device/step_graph.hpp"
#include "train/forwarding_context.hpp"

namespace check {

using namespace sibyl;

inline std::string device = "cuda";
inline int failed = 0;

inline void say(bool good, const std::string& name, const std::string& detail = "") {
  failed += good ? 0 : 1;
  std::printf("%s %s%s%s\n", good ? "ok  " : "FAIL", name.c_str(), detail.empty() ? "" : ": ",
              detail.c_str());
  std::fflush(stdout);
}

template <class F>
void attempt(const std::string& name, F&& f) {
  try {
    f();
  } catch (const c10::Error& e) {
    say(false, name, std::string("threw ") + e.what_without_backtrace());
  } catch (const std::exception& e) {
    say(false, name, std::string("threw ") + e.what());
  }
}

/// Counts what replays a training has.
struct CountingGraph : StepGraph {
  CountingGraph(std::unique_ptr<StepGraph> real, int& replays) : real(std::move(real)), replays(replays) {}
  bool waits(const Step& step) override { return real->waits(step); }
  void record(const Step& step) override { real->record(step); }
  void replay() override {
    ++replays;
    real->replay();
  }
  std::unique_ptr<StepGraph> real;
  int& replays;
};

struct CountingContext : ForwardingContext {
  CountingContext(FitContext& real, int& replays) : ForwardingContext(real), replays(replays) {}
  std::unique_ptr<StepGraph> step_graph(bool own_code) override {
    auto graph = real.step_graph(own_code);
    if (!graph) return nullptr;
    return std::make_unique<CountingGraph>(std::move(graph), replays);
  }
  int& replays;
};

struct Model : HyperModel {
  Case its_case;
  Optimizer how;
  Precision how_precise = Precision::full;
  bool weighted = false, regression = false, noisy = false;
  std::function<void()> before_loss;                    // called in every step
  std::int64_t samples = device == "cpu" ? 192 : 1100;  // on the CPU the check itself is tried
  int replays = 0;

  nn::Sequential build(HyperParameters&) override {
    if (regression) return nn::Sequential(nn::Linear(4, 16), nn::Tanh(), nn::Linear(16, 1));
    return its_case.build();
  }
  Optimizer optimizer(HyperParameters&) override { return how; }
  Precision precision(HyperParameters&) override { return how_precise; }
  int batch_size(HyperParameters&) override { return static_cast<int>(its_case.batch); }
  torch::Tensor class_weights() const override {
    return weighted ? torch::linspace(0.5, 2, 10) : torch::Tensor();
  }
  Objective objective() const override { return Objective::parse("val_loss"); }
  Data data(const DataOptions&) override {
    const Split all = blobs(its_case, samples + 250);
    const auto part = [&](std::int64_t begin, std::int64_t n) {
      Split split{.x = all.x.narrow(0, begin, n), .y = all.y.narrow(0, begin, n)};
      if (regression) split.y = split.x.sum(1).sub(1);
      return split;
    };
    return {.train = part(0, samples), .validation = part(samples, 250), .test = {}};
  }
  torch::Tensor compute_loss(const torch::Tensor& output, const torch::Tensor& y) const override {
    if (before_loss) before_loss();
    return HyperModel::compute_loss(output, y);
  }
  StepResult training_step(nn::Sequential& model, const torch::Tensor& x, const torch::Tensor& y) override {
    if (!noisy) return HyperModel::training_step(model, x, y);
    return HyperModel::training_step(model, x + 0.1 * torch::randn_like(x), y);
  }
  void fit(HyperParameters& hp, nn::Sequential& model, const Data& data, FitContext& context) override {
    CountingContext counting(context, replays);
    HyperModel::fit(hp, model, data, counting);
  }
};

inline TrainerOptions options(const std::string& where, const std::filesystem::path& checkpoints = {}) {
  TrainerOptions options;
  options.seed = 7;
  options.objective = Objective::parse("val_loss");
  options.device = where;
  options.checkpoints = checkpoints;
  return options;
}

inline Suggestion slot(int first, int last) {
  Suggestion suggestion;
  suggestion.slot.trial = 3;
  suggestion.slot.first_epoch = first;
  suggestion.slot.last_epoch = last;
  return suggestion;
}

inline TrialEnded train(const std::shared_ptr<Model>& model, const TrainerOptions& options,
                        const Suggestion& what, Recorder& into) {
  return TrialTrainer(model, options).train(what, into);
}

/// A sample more or less that is hit is no difference between two devices: there accuracies count for a
/// tenth.
inline double largest_difference(const Recorder& a, const Recorder& b, double of_accuracy = 1) {
  double worst = a.epochs.size() == b.epochs.size() && !a.epochs.empty() ? 0 : 1e9;
  for (std::size_t i = 0; i < std::min(a.epochs.size(), b.epochs.size()); ++i) {
    for (std::size_t k = 0; k < a.epochs[i].metrics.size(); ++k) {
      const double x = a.epochs[i].metrics[k].value, y = b.epochs[i].metrics[k].value;
      const double weight = a.epochs[i].metrics[k].name.ends_with("accuracy") ? of_accuracy : 1;
      worst = std::max(worst, std::isfinite(x - y) ? weight * std::abs(x - y) : 1e9);
    }
  }
  return worst;
}

inline std::filesystem::path folder(const std::string& name) {
  const auto path =
      std::filesystem::temp_directory_path() / ("gpu_checks_" + std::to_string(getpid())) / name;
  std::filesystem::create_directories(path);
  return path;
}

inline std::shared_ptr<Model> model_of(const std::string& name) {
  auto model = std::make_shared<Model>();
  model->its_case = cases().at(name);
  return model;
}

// In replay_checks.cpp and optimizer_checks.cpp:

/// With its steps replayed and with each launched: the same, to the bit where the device repeats itself.
void replays(const std::string& name, const std::shared_ptr<Model>& model, double tolerance = 0,
             const std::string& which = "auto", bool deterministic = false);
void graphs(c10::Device where);
/// A fused optimizer against LibTorch's own, and what it launches against its step, on the device itself.
void optimizers(c10::Device where);

}  // namespace check
