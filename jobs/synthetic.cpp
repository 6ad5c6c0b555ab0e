// An analytic learning curve in place of training: for demonstrations, scaling runs and tests. It needs no
// LibTorch, and shows how a job is written without it: what to ask, what to report, when to stop.
//
//     mpirun -n 5 build/jobs/synthetic --max-epochs 27 --set epoch_seconds=0.1 --inject exception=0.05
#include <chrono>
#include <cmath>
#include <thread>

#include "cli/run.hpp"
#include "core/hyperparameters.hpp"

namespace {

using namespace sibyl;

struct Curve {
  double best_loss = 0;  // after infinitely many epochs
  double speed = 0;      // how fast the loss gets there
  // Settings: fixed hyperparameters, which --set changes.
  double epoch_seconds = 0, noise = 0;

  explicit Curve(HyperParameters& hp) {
    const double rate =
        hp.Float("learning_rate", 1e-4, 1, {.sampling = Sampling::log, .default_value = 1e-2});
    const auto width =
        static_cast<double>(hp.Int("width", 8, 256, {.sampling = Sampling::log, .default_value = 64}));
    const double dropout = hp.Float("dropout", 0, 0.5, {.default_value = 0.1});
    double momentum = 0.9;
    if (hp.Choice("optimizer", {"sgd", "adam"}) == "sgd") {
      if (auto sgd = hp.conditional_scope("optimizer", {"sgd"})) momentum = hp.Float("momentum", 0, 0.99);
    }
    epoch_seconds = hp.Fixed("epoch_seconds", 0.01);
    noise = hp.Fixed("noise", 0.01);

    const double too_fast = std::log10(rate / 0.02);
    best_loss = 0.1 + 0.05 * too_fast * too_fast + 0.3 / std::sqrt(width) + std::pow(dropout - 0.2, 2) +
                0.05 * (1 - momentum);
    speed = 0.3 * std::sqrt(rate / 0.01) / (1 + rate / 0.1);
  }

  double loss(int epoch) const { return best_loss + (2.3 - best_loss) * std::exp(-speed * epoch); }
};

class CurveTrainer : public Trainer {
 public:
  explicit CurveTrainer(TrainerOptions options) : options_(std::move(options)) {}

  WorkerJoined describe() const override {
    WorkerJoined joined;
    joined.device = "none";
    joined.device_name = "an analytic curve";
    joined.threads = options_.threads;
    return joined;
  }

  TrialEnded train(const Suggestion& suggestion, Reporter& reporter) override {
    const auto began = std::chrono::steady_clock::now();
    const Slot& slot = suggestion.slot;
    HyperParameters hp(suggestion.hyperparameters, options_.seed, slot.trial);
    const Curve curve(hp);
    TrialEnded ended;
    const auto end = [&](Ending ending, Cause cause = Cause::none, const std::string& message = "") {
      ended.ending = ending;
      ended.cause = cause;
      ended.message = message;
      ended.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
      return ended;
    };
    if (auto found = hp.take_found(); !found.empty())
      reporter.found({.hyperparameters = std::move(found), .values = hp.values()});

    for (int execution = 0; execution < suggestion.executions; ++execution) {
      for (int epoch = slot.first_epoch + 1; epoch <= slot.last_epoch; ++epoch) {
        RandomStream random(options_.seed, "curve", slot.trial, execution, epoch);
        EpochReported report{.execution = execution, .epoch = epoch, .started = now(), .metrics = {}};
        const auto epoch_began = std::chrono::steady_clock::now();
        // Nothing needs to be saved: the curve is a function of the trial and the epoch.
        if (const Order order = pass(curve.epoch_seconds, reporter); order != Order::go_on)
          return end(order == Order::cancel ? Ending::cancelled : Ending::interrupted);
        const double loss = curve.loss(epoch), val_loss = 1.05 * loss + curve.noise * random.normal();
        report.seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - epoch_began).count();
        report.metrics = {{"loss", loss}, {"val_loss", val_loss}, {"val_accuracy", std::exp(-val_loss)}};
        try {
          options_.faults.strike({options_.seed, slot.trial, execution, epoch, suggestion.attempt},
                                 report.metrics);
        } catch (const std::bad_alloc&) {
          return end(Ending::failed, Cause::out_of_memory, "the host's memory is exhausted (std::bad_alloc)");
        } catch (const std::exception& problem) {
          return end(Ending::failed, Cause::exception, problem.what());
        }
        if (std::isnan(report.metrics[0].value))
          return end(Ending::failed, Cause::diverged, "loss is NaN in epoch " + std::to_string(epoch));
        reporter.epoch(std::move(report));
      }
    }
    return end(Ending::reached);
  }

 private:
  static double now() {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  }

  // Lets the time of an epoch pass, unless something else is ordered.
  static Order pass(double seconds, Reporter& reporter) {
    using Clock = std::chrono::steady_clock;
    const auto until =
        Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
    while (true) {
      if (const Order order = reporter.order(); order != Order::go_on) return order;
      const auto left = until - Clock::now();
      if (left <= Clock::duration::zero()) return Order::go_on;
      std::this_thread::sleep_for(std::min<Clock::duration>(left, std::chrono::milliseconds(20)));
    }
  }

  TrainerOptions options_;
};

class Synthetic : public Job {
 public:
  Objective objective() const override { return {"val_loss", Direction::minimize}; }
  SearchSpace search_space() override {
    HyperParameters hp;
    Curve asked(hp);
    return hp.space();
  }
  std::unique_ptr<Trainer> make_trainer(const TrainerOptions& options) override {
    return std::make_unique<CurveTrainer>(options);
  }
};

}  // namespace

int main(int argc, char** argv) {
  return sibyl::run(argc, argv, [] { return std::make_unique<Synthetic>(); });
}
