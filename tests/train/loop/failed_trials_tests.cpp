#include <limits>
#include <new>

#include "train/support.hpp"
// Last: LibTorch has a CHECK of its own.
#include "catch.hpp"

using namespace sibyl;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

struct Failing : Blobs {
  std::function<void()> in_build = [] {};
  torch::nn::Sequential build(HyperParameters& hp) override {
    in_build();
    return Blobs::build(hp);
  }
};

}  // namespace

TEST_CASE("A loss or an objective that is no number ends the trial as diverged") {
  auto model = std::make_shared<Scripted>();
  Recorder recorder;
  SECTION("NaN objective") {
    model->script = val_losses({0.5, not_a_number, 0.5});
    const auto ended = train(model, options(), slot(0, 3), recorder);
    CHECK(ended.ending == Ending::failed);
    CHECK(ended.cause == Cause::diverged);
    CHECK(ended.message == "val_loss is NaN in epoch 2");
    CHECK(recorder.numbers() == std::vector{1, 2});
  }
  SECTION("infinite loss") {
    model->script = [](int, int) {
      return std::vector<Metric>{{"loss", -std::numeric_limits<double>::infinity()}, {"val_loss", 1}};
    };
    CHECK(train(model, options(), slot(0, 3), recorder).message == "loss is infinite in epoch 1");
  }
  SECTION("another metric may be anything") {
    model->script = [](int, int) { return std::vector<Metric>{{"val_loss", 1}, {"ratio", not_a_number}}; };
    CHECK(train(model, options(), slot(0, 3), recorder).ending == Ending::reached);
  }
  SECTION("for real") {
    auto wild = std::make_shared<Blobs>();
    wild->how = {.kind = "sgd", .learning_rate = 1e30};
    CHECK(train(wild, options(), slot(0, 3), recorder).cause == Cause::diverged);
  }
  SECTION("and leaves no checkpoint to go on from") {
    const TemporaryFolder folder;
    model->script = val_losses({not_a_number});
    train(model, options(folder.path()), slot(0, 1), recorder);
    CHECK_FALSE(std::filesystem::exists(checkpoint_path(folder.path(), 3, 0)));
  }
}

TEST_CASE("A cancelled trial returns before its next step") {
  auto model = std::make_shared<Blobs>();
  Recorder recorder;
  int asked = 0;
  recorder.say = [&] { return ++asked > 7 ? Order::cancel : Order::go_on; };
  const auto ended = train(model, options(), slot(0, 9), recorder);
  CHECK(ended.ending == Ending::cancelled);
  CHECK(ended.message == "cancelled after 1 epoch");
  CHECK(recorder.numbers() == std::vector{1});
  // 5 batches of 32, one question at the validation and one after the epoch; the eighth says no.
  CHECK(model->steps == 5);
  CHECK(asked == 8);
}

TEST_CASE("What a job throws fails its trial, and the next trial trains") {
  auto model = std::make_shared<Failing>();
  TrialTrainer trainer(model, options());
  Recorder recorder;
  TrialEnded ended;
  SECTION("an exception") {
    model->in_build = [] { throw std::runtime_error("no such layer"); };
    ended = trainer.train(slot(0, 1), recorder);
    CHECK(ended.cause == Cause::exception);
    CHECK(ended.message == "no such layer");
  }
  SECTION("no exception at all") {
    model->in_build = [] { throw 42; };
    ended = trainer.train(slot(0, 1), recorder);
    CHECK(ended.cause == Cause::exception);
  }
  SECTION("LibTorch's own, without its backtrace") {
    model->in_build = [] { torch::ones({2, 3}).matmul(torch::ones({2, 3})); };
    ended = trainer.train(slot(0, 1), recorder);
    CHECK(ended.cause == Cause::exception);
    CHECK_THAT(ended.message, ContainsSubstring("2x3"));
    CHECK_THAT(ended.message, !ContainsSubstring("frame #"));
    CHECK(ended.message.size() < 700);
  }
  SECTION("bad_alloc") {
    model->in_build = [] { throw std::bad_alloc(); };
    ended = trainer.train(slot(0, 1), recorder);
    CHECK(ended.cause == Cause::out_of_memory);
  }
#ifndef __SANITIZE_ADDRESS__
  SECTION("a tensor that no host can hold") {
    model->in_build = [] { torch::empty({std::int64_t{1} << 46}); };
    ended = trainer.train(slot(0, 1), recorder);
    CHECK(ended.cause == Cause::out_of_memory);
  }
#endif
  CHECK(ended.ending == Ending::failed);
  CHECK(ended.trial == 3);
  model->in_build = [] {};
  CHECK(trainer.train(slot(0, 1), recorder).ending == Ending::reached);
}

TEST_CASE("A model with more parameters than allowed is too large") {
  struct Small : Blobs {
    std::int64_t max_parameters() const override { return 100; }
  };
  Recorder recorder;
  const auto ended = train(std::make_shared<Small>(), options(), slot(0, 1), recorder);
  CHECK(ended.ending == Ending::failed);
  CHECK(ended.cause == Cause::too_large);
  CHECK(ended.message == "the model has 163 parameters, and max_parameters() allows 100");
}

TEST_CASE("A training loop that breaks the rules fails its trial with what it did wrong") {
  auto model = std::make_shared<Scripted>();
  Recorder recorder;
  SECTION("it does not measure the objective") {
    model->script = [](int, int) { return std::vector<Metric>{{"loss", 1}, {"accuracy", 1}}; };
    const auto ended = train(model, options(), slot(0, 1), recorder);
    CHECK(ended.cause == Cause::exception);
    CHECK_THAT(ended.message,
               ContainsSubstring("The objective is val_loss, but an epoch has only loss, accuracy"));
    REQUIRE(recorder.epochs.size() == 1);  // rank 0 sees it, and gives the sweep up if no epoch has it
    CHECK_FALSE(names(recorder.epochs[0].metrics, "val_loss"));
  }
  struct Rogue : Blobs {
    int reports = 0;
    void fit(HyperParameters&, torch::nn::Sequential&, const Data&, FitContext& context) override {
      for (int i = 1; i <= reports; ++i) context.report(2 * i - 1, {{"val_loss", 1}});
    }
  };
  auto rogue = std::make_shared<Rogue>();
  SECTION("it skips an epoch") {
    rogue->reports = 2;
    CHECK_THAT(train(rogue, options(), slot(0, 5), recorder).message,
               ContainsSubstring("reported epoch 3 after epoch 1"));
  }
  SECTION("it returns early") {
    rogue->reports = 1;
    CHECK_THAT(train(rogue, options(), slot(0, 5), recorder).message,
               ContainsSubstring("returned after 1 epoch of 5"));
  }
}

TEST_CASE(
    "Hyperparameters that build, optimizer and fit ask for are reported as found, before the next epoch") {
  struct Asking : Blobs {
    torch::nn::Sequential build(HyperParameters& hp) override {
      hp.Int("given", 1, 9);
      width = hp.Int("width", 1, 1000);
      return Blobs::build(hp);
    }
    Optimizer optimizer(HyperParameters& hp) override {
      return {.learning_rate = hp.Float("learning_rate", 1e-4, 1e-2, {.sampling = Sampling::log})};
    }
    void fit(HyperParameters& hp, torch::nn::Sequential& model, const Data& data,
             FitContext& context) override {
      Data prepared = data;
      if (hp.Boolean("normalize")) prepared.train.x = prepared.train.x / 2;
      HyperModel::fit(hp, model, prepared, context);
      hp.Float("late", 0, 1);
    }
    std::int64_t width = 0;
  };
  auto model = std::make_shared<Asking>();
  auto suggestion = slot(0, 2, 2);
  suggestion.hyperparameters["given"] = std::int64_t{5};
  suggestion.attempt = 2;
  Recorder recorder;
  REQUIRE(train(model, options(), suggestion, recorder).ending == Ending::reached);
  CHECK(recorder.sequence ==
        std::vector{'f', 'f', 'e', 'e', 'f', 'e', 'e'});  // nothing new in the second execution
  REQUIRE(recorder.finds.size() == 3);
  const auto& first = recorder.finds[0];
  CHECK(first.trial == 3);
  CHECK(first.attempt == 2);
  REQUIRE(first.hyperparameters.size() == 2);
  CHECK(first.hyperparameters[0].name == "width");
  CHECK(first.hyperparameters[1].name == "learning_rate");
  CHECK(first.values.size() == 2);
  CHECK(first.values.at("width") == Value(model->width));
  CHECK(recorder.finds[1].values.contains("normalize"));
  CHECK(recorder.finds[2].values.contains("late"));
}

TEST_CASE("What is not the trial's fault comes through as an exception") {
  SECTION("a report that can't be sent, even past a job that catches everything") {
    struct Broken : Recorder {
      void epoch(EpochReported) override { throw std::runtime_error("the oracle is gone"); }
    };
    struct Catching : Blobs {
      void fit(HyperParameters& hp, torch::nn::Sequential& model, const Data& data,
               FitContext& context) override {
        try {
          HyperModel::fit(hp, model, data, context);
        } catch (const std::exception&) {
        }
      }
    };
    Broken reporter;
    CHECK_THROWS_WITH(TrialTrainer(std::make_shared<Catching>(), options()).train(slot(0, 1), reporter),
                      "the oracle is gone");
  }
  SECTION("a checkpoint that can't be written") {
    const TemporaryFolder folder;
    const auto in_the_way = folder.path() / "file";
    {
      std::FILE* file = std::fopen(in_the_way.c_str(), "w");
      std::fclose(file);
    }
    Recorder recorder;
    CHECK_THROWS_AS(train(std::make_shared<Blobs>(), options(in_the_way), slot(0, 1), recorder),
                    WorkerCannotTrain);
  }
}

TEST_CASE("Data that can't be trained on is refused before any trial") {
  struct Odd : Blobs {
    Data odd;
    Data data(const DataOptions&) override { return odd; }
  };
  auto model = std::make_shared<Odd>();
  CHECK_THROWS_WITH(TrialTrainer(model, options()), ContainsSubstring("no training samples"));
  model->odd.train = {.x = torch::ones({3, 4}), .y = torch::ones({2})};
  CHECK_THROWS_WITH(TrialTrainer(model, options()), ContainsSubstring("counts the samples"));
  model->odd.train = {.x = torch::ones({3, 4}), .y = {}};
  CHECK_THROWS_WITH(TrialTrainer(model, options()), ContainsSubstring("x but no y"));
  auto no_threads = options();
  no_threads.threads = 0;
  CHECK_THROWS_AS(TrialTrainer(std::make_shared<Blobs>(), no_threads), UsageError);
}
