// An analytic learning curve in place of training: for demonstrations, scaling runs and tests. It needs no
// LibTorch, and shows how a job is written without it: what to ask, what to report, when to stop, how to go
// on.
//
//     mpirun -n 5 build/jobs/synthetic --max-epochs 27 --set epoch_seconds=0.1 --inject exception=0.05
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <thread>

#include <sibyl/hyperparameters.hpp>
#include <sibyl/job.hpp>

namespace {

using namespace sibyl;

struct Curve {
  double best_loss = 0;  // after infinitely many epochs
  double speed = 0;      // how fast the loss gets there
  // Settings: fixed hyperparameters, which --set changes.
  double epoch_seconds = 0, noise = 0;

  explicit Curve(HyperParameters& hp) {
    const double rate = hp.Float("learning_rate", 1e-4, 1,
                                 {.sampling = Sampling::log, .default_value = 1e-2, .may_change = true});
    const auto width =
        static_cast<double>(hp.Int("width", 8, 256, {.sampling = Sampling::log, .default_value = 64}));
    const double dropout = hp.Float("dropout", 0, 0.5, {.default_value = 0.1, .may_change = true});
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

double now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// An epoch, or the part of it that was trained before the sweep was stopped.
struct TrainedEpoch {
  double started = 0, seconds = 0;
  bool whole = false;
};

// An execution's checkpoint: a line an epoch. The curve itself is a function of the trial and the epoch.
class Checkpoint {
 public:
  Checkpoint(const TrainerOptions& options, TrialId trial, int execution) : options_(options) {
    if (options.checkpoints.empty()) return;
    file_ =
        options.checkpoints / checkpoint_folder(trial) / ("execution_" + std::to_string(execution) + ".txt");
    std::ifstream in(file_);
    std::uint64_t seed = 0;
    if (!(in >> seed) || seed != options.seed) return;
    int epoch = 0;
    for (TrainedEpoch each; in >> epoch >> each.started >> each.seconds >> each.whole;) epochs_[epoch] = each;
  }

  // Nothing yet, for one that was not trained.
  TrainedEpoch at(int epoch) const {
    const auto found = epochs_.find(epoch);
    return found == epochs_.end() ? TrainedEpoch{} : found->second;
  }
  void add(int epoch, const TrainedEpoch& trained) {
    epochs_[epoch] = trained;
    const double since = now() - saved_;
    if ((options_.checkpoint_seconds > 0 && since > options_.checkpoint_seconds) ||
        (options_.checkpoint_epochs > 0 && epoch % options_.checkpoint_epochs == 0))
      save();
  }
  // A checkpoint that can't be written costs some epochs again, and nothing else.
  void save() {
    if (file_.empty()) return;
    std::error_code ignored;
    std::filesystem::create_directories(file_.parent_path(), ignored);
    const auto beside = file_.string() + ".tmp";
    std::ofstream out(beside);
    out.precision(17);
    out << options_.seed << '\n';
    for (const auto& [epoch, trained] : epochs_)
      out << epoch << ' ' << trained.started << ' ' << trained.seconds << ' ' << trained.whole << '\n';
    out.close();
    if (out) std::filesystem::rename(beside, file_, ignored);
    saved_ = now();
  }

 private:
  const TrainerOptions& options_;
  std::filesystem::path file_;  // empty: none is kept
  std::map<int, TrainedEpoch> epochs_;
  double saved_ = now();
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
    const double began = now();
    const Slot& slot = suggestion.slot;
    HyperParameters hp(suggestion.hyperparameters, options_.seed, slot.trial);
    const Curve curve(hp);
    if (auto found = hp.take_found(); !found.empty())
      reporter.found({.hyperparameters = std::move(found), .values = hp.values()});

    TrialEnded ended;
    for (int execution = 0; execution < suggestion.executions; ++execution) {
      Checkpoint checkpoint(options_, slot.trial, execution);
      for (int epoch = slot.first_epoch + 1; epoch <= slot.last_epoch && ended.ending == Ending::reached;
           ++epoch)
        ended = train_epoch(curve, suggestion, execution, epoch, checkpoint, reporter);
      if (ended.ending == Ending::interrupted || suggestion.executions > 1) checkpoint.save();
      if (ended.ending != Ending::reached) break;
    }
    ended.seconds = now() - began;
    return ended;
  }

 private:
  TrialEnded train_epoch(const Curve& curve, const Suggestion& suggestion, int execution, int epoch,
                         Checkpoint& checkpoint, Reporter& reporter) {
    const auto end = [](Ending ending, Cause cause = Cause::none, const std::string& message = "") {
      TrialEnded ended;
      ended.ending = ending;
      ended.cause = cause;
      ended.message = message;
      return ended;
    };
    const TrialId trial = suggestion.slot.trial;
    RandomStream random(options_.seed, "curve", trial, execution, epoch);
    const double loss = curve.loss(epoch), val_loss = 1.05 * loss + curve.noise * random.normal();
    EpochReported report{.execution = execution, .epoch = epoch, .metrics = {}};
    report.metrics = {{"loss", loss}, {"val_loss", val_loss}, {"val_accuracy", std::exp(-val_loss)}};
    TrainedEpoch trained = checkpoint.at(epoch);
    if (!trained.whole) {
      const double goes_on = now();
      if (trained.started == 0) trained.started = goes_on;
      const Order order = pass(curve.epoch_seconds - trained.seconds, reporter);
      trained.seconds += now() - goes_on;
      if (order != Order::go_on) {
        checkpoint.add(epoch, trained);
        return end(order == Order::cancel ? Ending::cancelled : Ending::interrupted);
      }
      try {
        options_.faults.strike({options_.seed, trial, execution, epoch, suggestion.attempt}, report.metrics);
      } catch (const std::bad_alloc&) {
        return end(Ending::failed, Cause::out_of_memory, "the host's memory is exhausted (std::bad_alloc)");
      } catch (const std::exception& problem) {
        return end(Ending::failed, Cause::exception, problem.what());
      }
      if (std::isnan(report.metrics[0].value))
        return end(Ending::failed, Cause::diverged, "loss is NaN in epoch " + std::to_string(epoch));
      trained.whole = true;
      checkpoint.add(epoch, trained);
    }
    // What the checkpoint has is told again: the sweep may have been killed before it was written down.
    report.started = trained.started;
    report.seconds = trained.seconds;
    reporter.epoch(std::move(report));
    return end(Ending::reached);
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
  std::function<void(HyperParameters&)> questions() override {
    return [](HyperParameters& hp) { Curve asked(hp); };
  }
  std::unique_ptr<Trainer> make_trainer(const TrainerOptions& options) override {
    return std::make_unique<CurveTrainer>(options);
  }
};

}  // namespace

int main(int argc, char** argv) {
  return sibyl::run(argc, argv, [] { return std::make_unique<Synthetic>(); });
}
