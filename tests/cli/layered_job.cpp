// A job whose answers decide what is asked next: as many layers as `layers` says, each with units of its own.
// How many layers its default has is in $USUAL, how wide they are in $WIDEST. Its "build" misbehaves where a
// setting says so, and a trial that was given a hyperparameter that it does not ask for fails.
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "sibyl/error.hpp"
#include "sibyl/hyperparameters.hpp"
#include "sibyl/job.hpp"

namespace {

using namespace sibyl;

struct Network {
  double size = 0;
  double epoch_seconds = 0;

  explicit Network(HyperParameters& hp) {
    const char* usual = std::getenv("USUAL");
    const char* widest = std::getenv("WIDEST");
    const auto layers = hp.Int("layers", 1, 3, {.default_value = usual ? std::atoi(usual) : 3});
    for (std::int64_t i = 0; i < layers; ++i)
      size = 4 * size +
             static_cast<double>(hp.Int("units_" + std::to_string(i), 1, widest ? std::atoi(widest) : 3));
    epoch_seconds = hp.Fixed("epoch_seconds", 0.0);
    if (layers == hp.Fixed("throws_at", 0)) throw Error("no network has so many layers");
    if (layers == hp.Fixed("hangs_at", 0)) std::this_thread::sleep_for(std::chrono::hours(1));
    if (layers == hp.Fixed("crashes_at", 0)) {
      std::signal(SIGSEGV, SIG_DFL);  // a sanitizer would print, and exit
      std::raise(SIGSEGV);
    }
  }
};

class NetworkTrainer : public Trainer {
 public:
  explicit NetworkTrainer(std::uint64_t seed) : seed_(seed) {}
  WorkerJoined describe() const override {
    WorkerJoined joined;
    joined.device = "none";
    return joined;
  }
  TrialEnded train(const Suggestion& suggestion, Reporter& reporter) override {
    const Slot& slot = suggestion.slot;
    TrialEnded ended;
    const auto fail = [&](const std::string& why) {
      ended.ending = Ending::failed;
      ended.cause = Cause::exception;
      ended.message = why;
      return ended;
    };
    HyperParameters hp(suggestion.hyperparameters, seed_, slot.trial);
    try {
      const Network network(hp);
      if (hp.asked().size() != suggestion.hyperparameters.size())
        return fail("given another hyperparameter than is asked for");
      for (int epoch = slot.first_epoch + 1; epoch <= slot.last_epoch; ++epoch) {
        std::this_thread::sleep_for(std::chrono::duration<double>(network.epoch_seconds));
        if (const Order order = reporter.order(); order != Order::go_on) {
          ended.ending = order == Order::cancel ? Ending::cancelled : Ending::interrupted;
          return ended;
        }
        reporter.epoch({.epoch = epoch, .metrics = {{"val_loss", network.size / epoch}}});
      }
    } catch (const Error& problem) {
      return fail(problem.what());
    }
    return ended;
  }

 private:
  std::uint64_t seed_;
};

class Layered : public Job {
 public:
  Objective objective() const override { return {"val_loss", Direction::minimize}; }
  SearchSpace search_space() override {
    HyperParameters hp;
    Network asked(hp);
    return hp.space();
  }
  std::function<void(HyperParameters&)> questions() override {
    return [](HyperParameters& hp) { Network asked(hp); };
  }
  std::unique_ptr<Trainer> make_trainer(const TrainerOptions& options) override {
    return std::make_unique<NetworkTrainer>(options.seed);
  }
};

}  // namespace

int main(int argc, char** argv) {
  return sibyl::run(argc, argv, [] { return std::make_unique<Layered>(); });
}
