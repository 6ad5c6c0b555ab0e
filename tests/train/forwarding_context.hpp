#pragma once

#include "sibyl/training/hyper_model.hpp"

/// The context of a training, to be derived from where a test wants to step in.
struct ForwardingContext : sibyl::FitContext {
  explicit ForwardingContext(sibyl::FitContext& real) : real(real) {}
  sibyl::TrialId trial() const override { return real.trial(); }
  int execution() const override { return real.execution(); }
  std::uint64_t seed() const override { return real.seed(); }
  at::Device device() const override { return real.device(); }
  int first_epoch() const override { return real.first_epoch(); }
  int last_epoch() const override { return real.last_epoch(); }
  int max_epochs() const override { return real.max_epochs(); }
  torch::optim::Optimizer& optimizer() override { return real.optimizer(); }
  sibyl::Objective objective() const override { return real.objective(); }
  std::vector<double> scores() const override { return real.scores(); }
  std::vector<at::Tensor>& average_weights() override { return real.average_weights(); }
  bool cancelled() override { return real.cancelled(); }
  bool cancelled(std::int64_t step, const Keep& keep) override { return real.cancelled(step, keep); }
  sibyl::EpochPlace begin_epoch() override { return real.begin_epoch(); }
  bool report(int epoch, std::vector<sibyl::Metric> metrics) override {
    return real.report(epoch, std::move(metrics));
  }
  void warn(const std::string& text) override { real.warn(text); }
  void note(const std::string& name, const sibyl::Value& value) override { real.note(name, value); }
  void trained(std::int64_t samples) override { real.trained(samples); }

  sibyl::FitContext& real;
};
