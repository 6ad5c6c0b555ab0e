// A job with a sampler of its own.
#include <sibyl/error.hpp>
#include <sibyl/hyperparameters.hpp>
#include <sibyl/job.hpp>

#include "core/samplers/around_the_best.hpp"

namespace {

using namespace sibyl;

double score(HyperParameters& hp) {
  const double x = hp.Float("x", 0, 1, {.default_value = 0.5});
  const double y = hp.Float("y", 1e-3, 1, {.sampling = Sampling::log});
  return (x - 0.3) * (x - 0.3) + (y - 0.1) * (y - 0.1);
}

class PlaneTrainer : public Trainer {
 public:
  WorkerJoined describe() const override {
    WorkerJoined joined;
    joined.device = "none";
    return joined;
  }
  TrialEnded train(const Suggestion& suggestion, Reporter& reporter) override {
    HyperParameters hp(suggestion.hyperparameters, 0, suggestion.slot.trial);
    const double found = score(hp);
    for (int epoch = suggestion.slot.first_epoch + 1; epoch <= suggestion.slot.last_epoch; ++epoch)
      reporter.epoch({.epoch = epoch, .metrics = {{"val_loss", found + 0.1 / epoch}}});
    return {};
  }
};

class Plane : public Job {
 public:
  Objective objective() const override { return {"val_loss", Direction::minimize}; }
  SearchSpace search_space() override {
    HyperParameters hp;
    score(hp);
    return hp.space();
  }
  std::unique_ptr<Trainer> make_trainer(const TrainerOptions&) override {
    return std::make_unique<PlaneTrainer>();
  }
};

}  // namespace

int main(int argc, char** argv) {
  return sibyl::run(argc, argv, [] { return std::make_unique<Plane>(); }, {around_the_best()});
}
