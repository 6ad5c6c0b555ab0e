#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sibyl/objective.hpp"
#include "sibyl/reports.hpp"
#include "sibyl/search_space.hpp"
#include "sibyl/trial.hpp"

// A sampler of one's own: derive from OverRandom, say what it is in a SamplerKind, and pass that to
// `sibyl::run`.
namespace sibyl {

/// What is known at a slot's end: a sampler and a scheduler learn of it by this one value. Its budget is
/// `slot.last_epoch`. A slot that was interrupted, or that is to be retried, has not ended.
struct Observation {
  Slot slot;
  Values hyperparameters = {};  ///< those that a worker found, too
  double score = 0;             ///< the trial's best so far, mean of its executions; NaN: it failed
  double latest = std::numeric_limits<double>::quiet_NaN();  ///< after its last epoch, mean of these
  bool failed = false;
  /// It has ended its training by itself, or was ended (Scheduler::ends_early), so that its score stands for
  /// later rungs too.
  bool ended_early = false;
};

/// Values for a trial, and where they come from.
struct Sample {
  Values values;
  Origin origin;
};

/// Chooses the values of new trials. `sample` is a question: asked twice it answers the same. It must be a
/// function of the seed, of the trial's number, and of what the sampler was told, and of nothing else: so a
/// sweep is the same on any number of workers, and after a resume, which tells a new sampler all of it again.
/// It may run in a thread of its own (see takes_long): meanwhile nothing is told, but other questions are
/// asked.
class Sampler {
 public:
  virtual ~Sampler() = default;

  /// For the next trial, `trial`. Called only while it is not exhausted, or where repeats are wanted.
  virtual Sample sample(TrialId trial) const = 0;
  /// Does it choose that trial's values by the results of earlier ones? If so it is told first what is known
  /// by the plan when that trial starts (see PlannedResults), in the plan's order, and the trial waits for
  /// it.
  virtual bool learns(TrialId) const { return false; }
  /// May it take a while to choose that trial's values (a model is fitted, a job is asked)?
  virtual bool takes_long(TrialId trial) const { return learns(trial); }
  /// A trial was started with these values (also told on replay).
  virtual void started(TrialId trial, const Values& values) = 0;
  // What follows is told to a sampler that learns.
  /// A trial has hyperparameters that the search space does not name, or was not given a value of.
  virtual void found(const HyperparametersFound&) {}
  /// A trial is through with a slot: with Hyperband there is one for each of its rungs.
  virtual void observed(const Observation&) {}

  /// Every configuration of the search space has been tried.
  virtual bool exhausted() const { return false; }
  /// Of a sample's hyperparameters, those that a space does not name.
  virtual std::vector<Hyperparameter> beyond(const SearchSpace& /*known*/, const Values&) const { return {}; }
};

/// Random search without duplicates. It knows which configurations were tried: samplers that choose in other
/// ways have one beside them, to tell what is new, and to choose where they can't.
class RandomSearch : public Sampler {
 public:
  /// The configuration that these values make of the next trial, `trial`: all of them, or what its job asks
  /// for. None if a trial has had it.
  virtual std::optional<Values> if_untried(const Values& values, TrialId trial) const = 0;
  /// How many configurations no trial has had; none: that is not known.
  virtual std::optional<std::uint64_t> untried() const = 0;
};

/// A sampler with random search beside it, which knows what is new and chooses where the sampler does not. A
/// question that is asked again costs nothing.
class OverRandom : public Sampler {
 public:
  Sample sample(TrialId trial) const final {
    if (!latest_ || latest_->first != trial) latest_.emplace(trial, choose(trial));
    return latest_->second;
  }
  bool takes_long(TrialId trial) const override { return learns(trial) || random_->takes_long(trial); }
  void started(TrialId trial, const Values& values) override {
    latest_.reset();
    random_->started(trial, values);
  }
  void found(const HyperparametersFound& found) override { random_->found(found); }
  void observed(const Observation& observation) override {
    latest_.reset();
    random_->observed(observation);
  }
  bool exhausted() const override { return random_->exhausted(); }
  std::vector<Hyperparameter> beyond(const SearchSpace& known, const Values& values) const override {
    return random_->beyond(known, values);
  }

 protected:
  explicit OverRandom(std::unique_ptr<RandomSearch> random) : random_(std::move(random)) {}
  const RandomSearch& random() const { return *random_; }

 private:
  virtual Sample choose(TrialId trial) const = 0;

  std::unique_ptr<RandomSearch> random_;
  mutable std::optional<std::pair<TrialId, Sample>> latest_;
};

/// A trial of another sweep (`--warm-start`): what it had of this search space, and its score at each epoch
/// at which it was compared.
struct EarlierTrial {
  Values values;
  std::map<int, double> scores;
  bool operator==(const EarlierTrial&) const = default;
};

/// What a sampler may want to know of the sweep; each takes of it what it needs.
struct SamplerSettings {
  std::uint64_t seed = 0;
  Objective objective = {};
  bool several_budgets = false;  ///< trials are compared at several epochs: the scheduler has higher rungs
  /// Only which trials wait for results is of interest, and not their values: nothing is to be modelled.
  bool rehearsal = false;
  int grid_points = 0;  ///< of each range of numbers that has more values; 0: all values
  // Of a sampler that learns:
  std::map<std::string, std::string> priors = {};  ///< "VALUE" or "VALUE:STRENGTH" by name, see `--prior`
  std::vector<EarlierTrial> earlier = {};          ///< of other sweeps, in their order
};

/// A sampler as the command line and a sweep's record know it.
struct SamplerKind {
  std::string name;  ///< of `--sampler`
  std::string help;  ///< a few words
  /// `random`: random search in that space, or in that which it exhausts. Throws UsageError where the sampler
  /// has no use for such a space.
  std::unique_ptr<Sampler> (*make)(std::unique_ptr<RandomSearch> random, const SearchSpace& space,
                                   const SamplerSettings& settings);
  bool learns = false;  ///< chooses some trials by the results of others (see Sampler::learns)
  /// Of a sampler that is through when every configuration of a space was tried: that space, made of the
  /// job's. Throws UsageError as `make`. Null: it goes on as long as it is asked.
  SearchSpace (*exhausts)(const SearchSpace& space, const SamplerSettings& settings) = nullptr;
};

/// SamplerKind::make of a class that is made so.
template <class Own>
std::unique_ptr<Sampler> make_sampler(std::unique_ptr<RandomSearch> random, const SearchSpace& space,
                                      const SamplerSettings& settings) {
  return std::make_unique<Own>(std::move(random), space, settings);
}

}  // namespace sibyl
