#pragma once

#include <algorithm>

#include "core/oracle/oracle.hpp"
#include "core/samplers/random.hpp"
#include "core/schedulers/hyperband/hyperband.hpp"
#include "store/sweep.hpp"
#include "store/tensorboard/tensorboard.hpp"

namespace sibyl::test {

/// A Hyperband sweep over `opened()`'s space that a TensorBoardLog learns of. The val_loss of a trial at an
/// epoch is (trial + 1) / epoch, plus 1 for each execution. Trial 0 finds "dropout", trial 2 diverges at its
/// epoch 2, trial 4 fails before its first.
class LoggedSweep {
 public:
  LoggedSweep(const std::filesystem::path& folder, int executions, std::size_t max_waiting = 1 << 20)
      : log(folder, max_waiting),
        oracle_(opened().space, {.objective = loss, .executions = executions},
                std::make_unique<RandomSampler>(opened().space, 1),
                std::make_unique<Hyperband>(HyperbandOptions{.max_epochs = 9}, loss)),
        executions_(executions) {
    tell(opened());
  }

  void tell(const Event& event) {
    events.push_back(event);
    const Consequences consequences = oracle_.tell(event);
    log.tell(event, consequences, oracle_.trials(), oracle_.space());
  }

  /// Begins a slot, if the sweep is not over.
  bool step() {
    const Decision decision = oracle_.ask();
    const auto* suggestion = std::get_if<Suggestion>(&decision);
    if (suggestion == nullptr) return false;
    train(*suggestion);
    return true;
  }

  Suggestion next() const { return std::get<Suggestion>(oracle_.ask()); }
  const std::vector<Trial>& trials() const { return oracle_.trials(); }

  TensorBoardLog log;
  std::vector<Event> events;

 private:
  void train(const Suggestion& suggestion) {
    const Slot& slot = suggestion.slot;
    const TrialId id = slot.trial;
    tell(TrialStarted{now(), 1, suggestion});
    if (id == 0 && slot.first_epoch == 0)
      tell(HyperparametersFound{
          0, 0, {{"dropout", FloatRange{0, 0.5, 0.1, Sampling::linear}, 0.1, {}}}, {{"dropout", 0.3}}});
    TrialEnded end{now(), id, suggestion.attempt, 1, Ending::reached, Cause::none, "", 1};
    if (id == 4) end.ending = Ending::failed;
    if (id == 4) end.cause = Cause::exception;
    for (int execution = 0; execution < executions_; ++execution)
      for (int epoch = slot.first_epoch + 1; epoch <= slot.last_epoch && end.ending == Ending::reached;
           ++epoch) {
        double value = (static_cast<double>(id) + 1) / epoch + execution;
        if (id == 2 && epoch == 2) value = NaN;
        if (std::isnan(value)) end.ending = Ending::failed;
        if (std::isnan(value)) end.cause = Cause::diverged;
        tell(EpochReported{id,
                           suggestion.attempt,
                           execution,
                           epoch,
                           now(),
                           0.5,
                           1,
                           {{"loss", value / 2}, {"val_loss", value}}});
      }
    end.time = now();
    tell(end);
  }
  double now() { return time_ += 0.5; }

  static inline const Objective loss{"val_loss", Direction::minimize};
  Oracle oracle_;
  int executions_;
  double time_ = 1'700'000'001;
};

}  // namespace sibyl::test
