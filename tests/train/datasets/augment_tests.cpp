#include "sibyl/data/augment.hpp"

#include "sibyl/error.hpp"
#include "train/stopping.hpp"
// Last: LibTorch has a CHECK of its own.
#include "catch.hpp"

using namespace sibyl;

namespace {

/// Who trains what, and nothing else.
struct Identity : FitContext {
  Identity(std::uint64_t seed, TrialId trial, int execution)
      : seed_(seed), trial_(trial), execution_(execution) {}
  TrialId trial() const override { return trial_; }
  int execution() const override { return execution_; }
  std::uint64_t seed() const override { return seed_; }
  at::Device device() const override { return at::kCPU; }
  int first_epoch() const override { return 0; }
  int last_epoch() const override { return 1; }
  torch::optim::Optimizer& optimizer() override { throw Error("there is none"); }
  bool cancelled() override { return false; }
  bool cancelled(std::int64_t, const Keep&) override { return false; }
  EpochPlace begin_epoch() override { return {}; }
  bool report(int, std::vector<Metric>) override { return true; }

 private:
  std::uint64_t seed_;
  TrialId trial_;
  int execution_;
};

/// Pictures in which every pixel has a number of its own, from 1.
at::Tensor pictures(std::int64_t samples) {
  return torch::arange(1, samples * 2 * 5 * 6 + 1, torch::kFloat).view({samples, 2, 5, 6});
}

at::Tensor changed(const Augment& how, const FitContext& context, int epoch, std::int64_t samples = 40) {
  return Augmentation(how, samples, context, epoch)(pictures(samples), torch::arange(samples));
}

/// A training loop of its own, with augmentation, which can go on within an epoch.
struct Augmented : Blobs {
  torch::nn::Sequential build(HyperParameters&) override {
    return torch::nn::Sequential(torch::nn::Flatten(), torch::nn::Linear(2 * 5 * 6, 3));
  }
  Data data(const DataOptions&) override {
    const auto split = [](int samples) {
      auto generator = at::make_generator<at::CPUGeneratorImpl>(5);
      return Split{.x = torch::rand({samples, 2, 5, 6}, generator),
                   .y = torch::randint(0, 3, {samples}, generator, torch::TensorOptions(torch::kLong))};
    };
    return {.train = split(100), .validation = {}, .test = {}};
  }
  void fit(HyperParameters&, torch::nn::Sequential& model, const Data& data, FitContext& context) override {
    const std::int64_t samples = data.train.size(), batch = 16;
    torch::Tensor sum = torch::zeros({}, context.device());
    for (int epoch = context.first_epoch() + 1; epoch <= context.last_epoch(); ++epoch) {
      const EpochPlace place = context.begin_epoch();
      if (place.kept.empty())
        sum.zero_();
      else
        sum.copy_(place.kept[0]);
      const auto order = context.order(samples, epoch);
      const Augmentation augmentation({.flip = true, .shift = 2}, samples, context, epoch);
      for (std::int64_t step = place.step; step * batch < samples; ++step) {
        if (context.cancelled(step, [&] { return std::vector{sum}; })) return;
        const auto places = order.narrow(0, step * batch, std::min(batch, samples - step * batch));
        const auto x = augmentation(data.train.x.index_select(0, places), places);
        const auto y = data.train.y.index_select(0, places);
        context.optimizer().zero_grad();
        auto loss = compute_loss(model->forward(x), y);
        loss.backward();
        context.optimizer().step();
        sum += loss.detach();
      }
      if (!context.report(epoch, {{"loss", sum.item<double>()}, {"val_loss", sum.item<double>()}})) return;
    }
  }
};

}  // namespace

TEST_CASE("Each picture is shifted and flipped as a whole; what comes in is zero") {
  const std::int64_t samples = 200;
  const auto before = pictures(samples);
  const auto after = changed({.flip = true, .shift = 2}, Identity(1, 2, 0), 3, samples);
  REQUIRE(after.sizes() == before.sizes());
  std::map<std::tuple<int, int, bool>, int> seen;
  for (std::int64_t i = 0; i < samples; ++i) {
    bool found = false;
    for (int down = -2; down <= 2; ++down) {
      for (int right = -2; right <= 2; ++right) {
        for (const bool flip : {false, true}) {
          auto expected = torch::zeros_like(before[i]);
          for (int row = 0; row < 5; ++row) {
            for (int column = 0; column < 6; ++column) {
              const int from_row = row - down, from_column = (flip ? 5 - column : column) - right;
              if (from_row >= 0 && from_row < 5 && from_column >= 0 && from_column < 6)
                expected.select(1, row).select(1, column).copy_(
                    before[i].select(1, from_row).select(1, from_column));
            }
          }
          if (!torch::equal(expected, after[i])) continue;
          found = true;
          ++seen[{down, right, flip}];
        }
      }
    }
    REQUIRE(found);
  }
  CHECK(seen.size() > 45);  // of 50
}

TEST_CASE("Augmentation does only what it is asked to") {
  CHECK(torch::equal(changed({.flip = false, .shift = 0}, Identity(1, 2, 0), 3), pictures(40)));
  const auto flipped = changed({.flip = true, .shift = 0}, Identity(1, 2, 0), 3);
  int flips = 0;
  for (std::int64_t i = 0; i < 40; ++i) {
    const auto original = pictures(40)[i];
    if (torch::equal(flipped[i], original.flip(2)))
      ++flips;
    else
      REQUIRE(torch::equal(flipped[i], original));
  }
  CHECK(flips > 8);
  CHECK(flips < 32);
  CHECK_THROWS_AS(changed({.flip = true, .shift = -1}, Identity(1, 2, 0), 3), Error);
  CHECK_THROWS_AS(Augmentation({}, 3, Identity(1, 2, 0), 1)(torch::ones({3, 4}), torch::arange(3)), Error);
}

TEST_CASE("Augmentation is a function of seed, trial, execution and epoch alone") {
  const Augment how{.flip = true, .shift = 2};
  const auto first = changed(how, Identity(1, 2, 0), 3);
  torch::rand({100});
  CHECK(torch::equal(changed(how, Identity(1, 2, 0), 3), first));
  CHECK_FALSE(torch::equal(changed(how, Identity(2, 2, 0), 3), first));
  CHECK_FALSE(torch::equal(changed(how, Identity(1, 3, 0), 3), first));
  CHECK_FALSE(torch::equal(changed(how, Identity(1, 2, 1), 3), first));
  CHECK_FALSE(torch::equal(changed(how, Identity(1, 2, 0), 4), first));

  // In any batches.
  const Augmentation augmentation(how, 40, Identity(1, 2, 0), 3);
  const auto places = torch::tensor({17, 3, 39}, torch::kLong);
  CHECK(torch::equal(augmentation(pictures(40).index_select(0, places), places),
                     first.index_select(0, places)));
}

TEST_CASE("Training with augmentation that is stopped within an epoch goes on as if it had not been") {
  const TemporaryFolder undisturbed;
  auto model = std::make_shared<Augmented>();
  Recorder whole;
  REQUIRE(train(model, options(undisturbed.path()), slot(0, 3), whole).ending == Ending::reached);
  for (const int question : {3, 9, 15}) {
    CAPTURE(question);
    const TemporaryFolder folder;
    StopAt stop(question);
    REQUIRE(train(std::make_shared<Augmented>(), options(folder.path()), slot(0, 3), stop).ending ==
            Ending::interrupted);
    Recorder rest;
    REQUIRE(train(model, options(folder.path()), slot(0, 3), rest).ending == Ending::reached);
    CHECK(same_metrics(rest.epochs, whole.epochs));
  }
}

TEST_CASE("A batch is augmented by LibTorch's generator") {
  torch::manual_seed(3);
  const auto x = pictures(200);
  const auto still = augmented(x, {.flip = false, .shift = 0});
  CHECK(torch::equal(still, x));
  const auto flipped = augmented(x, {.flip = true, .shift = 0});
  int turned = 0;
  for (int i = 0; i < 200; ++i) {
    const bool same = flipped[i].equal(x[i]);
    CHECK((same || flipped[i].equal(x[i].flip({2}))));
    turned += !same;
  }
  CHECK(turned > 60);
  CHECK(turned < 140);
  torch::manual_seed(5);
  const auto first = augmented(x, {.flip = true, .shift = 2});
  CHECK_FALSE(first.equal(augmented(x, {.flip = true, .shift = 2})));
  torch::manual_seed(5);
  CHECK(first.equal(augmented(x, {.flip = true, .shift = 2})));
  CHECK_THROWS_AS(augmented(x, {.shift = -1}), Error);
}

TEST_CASE("Mixup mixes samples and what is asked of them by one part") {
  torch::manual_seed(1);
  const auto x = torch::arange(6, torch::kFloat).unsqueeze(1), y = torch::arange(6, torch::kLong);
  const Mixed mixed = mixup(x, y, 0.4);
  CHECK(mixed.part >= 0);
  CHECK(mixed.part <= 1);
  CHECK(mixed.y.equal(y));
  const auto expected = mixed.part * x + (1 - mixed.part) * mixed.other_y.to(torch::kFloat).unsqueeze(1);
  CHECK(torch::allclose(mixed.x, expected));
  const auto loss = mixed.loss([](const torch::Tensor& its_y) { return its_y.to(torch::kFloat); });
  CHECK(torch::allclose(loss, expected.squeeze(1)));
  double sum = 0;
  for (int i = 0; i < 400; ++i) sum += mixup(x, y, 0.4).part;
  CHECK(sum / 400 == Approx(0.5).margin(0.06));
  CHECK_THROWS_AS(mixup(x, y, 0), Error);
}

TEST_CASE("CutMix puts a rectangle of another picture into each") {
  torch::manual_seed(2);
  const auto y = torch::arange(5, torch::kLong);
  const auto x = y.to(torch::kFloat).view({5, 1, 1, 1}).expand({5, 2, 8, 6}).contiguous();
  for (int i = 0; i < 20; ++i) {
    const Mixed mixed = cutmix(x, y, 1);
    const auto own = mixed.x.eq(x);
    for (int sample = 0; sample < 5; ++sample) {
      const auto other = static_cast<float>(mixed.other_y[sample].item<std::int64_t>());
      CHECK((own[sample] | mixed.x[sample].eq(other)).all().item<bool>());
      if (mixed.other_y[sample].item<std::int64_t>() != sample)
        CHECK(own[sample].to(torch::kFloat).mean().item<double>() == Approx(mixed.part));
    }
  }
}
