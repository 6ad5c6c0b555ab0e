#include "train/support.hpp"
// Last: LibTorch has a CHECK of its own.
#include "catch.hpp"

using namespace sibyl;

namespace {

std::shared_ptr<Blobs> blobs(Optimizer how) {
  auto model = std::make_shared<Blobs>();
  model->how = how;
  return model;
}

Optimizer cosine(double epochs = 0) {
  return {.kind = "sgd", .learning_rate = 0.5, .schedule = {.kind = "cosine", .epochs = epochs}};
}

TrainerOptions up_to(int max_epochs, const std::filesystem::path& checkpoints = {}) {
  auto sweep = options(checkpoints);
  sweep.max_epochs = max_epochs;
  return sweep;
}

std::vector<double> rates(const Recorder& recorder) {
  std::vector<double> rates;
  for (const auto& report : recorder.epochs) rates.push_back(value_of(report.metrics, "learning_rate"));
  return rates;
}

}  // namespace

TEST_CASE("A cosine that is not told its epochs takes the sweep's, in any slots") {
  Recorder told, whole, parts;
  CHECK(train(blobs(cosine(6)), up_to(6), slot(0, 6), told).message == "");
  CHECK(train(blobs(cosine()), up_to(6), slot(0, 6), whole).message == "");
  CHECK(same_metrics(whole.epochs, told.epochs));
  const TemporaryFolder folder;
  for (const auto& [first, last] : {std::pair(0, 1), {1, 2}, {2, 6}})
    train(blobs(cosine()), up_to(6, folder.path()), slot(first, last), parts);
  CHECK(same_metrics(parts.epochs, told.epochs));
}

TEST_CASE("Each epoch reports the learning rate of its last step") {
  Recorder recorder;
  SECTION("of a schedule") {
    train(blobs(cosine(4)), up_to(4), slot(0, 4), recorder);
    const auto rate = rates(recorder);
    REQUIRE(rate.size() == 4);
    CHECK(rate[0] > rate[1]);
    CHECK(rate[3] > 0);
    CHECK(rate[3] == Approx(0.5 * cosine(4).schedule.at({.epoch = 4, .step = 4, .steps = 5})));
  }
  SECTION("as on_epoch_end changes it") {
    struct Halving : Blobs {
      void on_epoch_end(FitContext& context, int, const std::vector<Metric>&) override {
        auto& group = context.optimizer().param_groups()[0].options();
        group.set_lr(group.get_lr() / 2);
      }
    };
    auto halving = std::make_shared<Halving>();
    halving->how.learning_rate = 0.5;
    train(halving, options(), slot(0, 3), recorder);
    CHECK(rates(recorder) == std::vector{0.5, 0.25, 0.125});
  }
  SECTION("of a loop of one's own") {
    auto scripted = std::make_shared<Scripted>();
    scripted->how.learning_rate = 0.125;
    scripted->script = val_losses({1, 1});
    train(scripted, options(), slot(0, 2), recorder);
    CHECK(rates(recorder) == std::vector{0.125, 0.125});
  }
  SECTION("unless that says it better") {
    auto scripted = std::make_shared<Scripted>();
    scripted->script = [](int, int) { return std::vector<Metric>{{"val_loss", 1}, {"learning_rate", 3}}; };
    train(scripted, options(), slot(0, 1), recorder);
    CHECK(rates(recorder) == std::vector{3.0});
    CHECK(recorder.epochs[0].metrics.size() == 2);
  }
  SECTION("and not where an optimizer has none") {
    struct Rateless : torch::optim::OptimizerCloneableOptions<Rateless> {};
    struct Still : torch::optim::Optimizer {
      using torch::optim::Optimizer::Optimizer;
      torch::Tensor step(LossClosure) override { return {}; }
    };
    struct Own : Scripted {
      std::unique_ptr<torch::optim::Optimizer> make_optimizer(HyperParameters&,
                                                              torch::nn::Sequential& model) override {
        return std::make_unique<Still>(std::vector<torch::optim::OptimizerParamGroup>{model->parameters()},
                                       std::make_unique<Rateless>());
      }
    };
    auto own = std::make_shared<Own>();
    own->script = val_losses({1});
    CHECK(train(own, options(), slot(0, 1), recorder).ending == Ending::reached);
    CHECK(recorder.epochs.at(0).metrics.size() == 2);
  }
}

TEST_CASE("A trial that is trained past its schedule's end says so") {
  Recorder recorder;
  const auto ended = train(blobs(cosine(2)), up_to(9), slot(0, 4, 2), recorder);
  CHECK(ended.ending == Ending::reached);
  CHECK(ended.message ==
        "the cosine schedule ends with epoch 2, and the trial is trained to epoch 4: from there on its "
        "learning "
        "rate is 0, and nothing is learned; leave the schedule's epochs out, and they are --max-epochs");
  CHECK(rates(recorder)[3] == 0);
  CHECK(train(blobs(cosine(2)), up_to(9), slot(0, 2), recorder).message == "");
  auto some_is_left = cosine(2);
  some_is_left.schedule.final = 0.1;
  CHECK_THAT(train(blobs(some_is_left), up_to(9), slot(0, 3), recorder).message,
             ContainsSubstring("is 0.1 of the optimizer's"));
}

TEST_CASE("A sweep shorter than a cosine's warmup is trained within the warmup") {
  auto warm = cosine();
  warm.schedule.warmup = 3;
  Recorder recorder;
  CHECK(train(blobs(warm), up_to(2), slot(0, 2), recorder).ending == Ending::reached);
  CHECK(rates(recorder)[0] == Approx(0.5 / 3));
  CHECK(rates(recorder)[1] == Approx(1.0 / 3));
}

TEST_CASE("A cosine without epochs has no rates of its own") {
  CHECK_THROWS_AS((Schedule{.kind = "cosine"}.at({.epoch = 1})), Error);
  CHECK((Schedule{.kind = "cosine"}.over(8).at({.epoch = 5})) == Approx(0.5));
  CHECK((Schedule{.kind = "cosine", .epochs = 4}.over(8).at({.epoch = 5})) == Approx(0));
}
