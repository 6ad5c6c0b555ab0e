#include "train/loop/epoch_metrics.hpp"
#include "train/loop/resident_batches.hpp"
#include "train/optimizers/optimizer_step.hpp"
#include "train/stopping.hpp"
// Last: LibTorch has a CHECK of its own.
#include "catch.hpp"

using namespace sibyl;

namespace {

Split numbered(std::int64_t samples) {
  return {.x = torch::arange(2 * samples, torch::kFloat).reshape({samples, 2}), .y = torch::arange(samples)};
}

std::vector<EpochReported> trained(const std::shared_ptr<Blobs>& model, int epochs = 3) {
  Recorder recorder;
  const auto ended = train(model, options(), slot(0, epochs), recorder);
  INFO(ended.message);
  CHECK(ended.ending == Ending::reached);
  return recorder.epochs;
}

std::shared_ptr<Blobs> blobs(Optimizer how) {
  auto model = std::make_shared<Blobs>();
  model->how = how;
  return model;
}

/// In one slot, and in two, the first of which is interrupted at a question.
void check_resumes(Optimizer how) {
  const auto whole = trained(blobs(how), 4);
  const TemporaryFolder folder;
  StopAt stop(9);
  CHECK(train(blobs(how), options(folder.path()), slot(0, 4), stop).ending == Ending::interrupted);
  Recorder rest;
  train(blobs(how), options(folder.path()), slot(0, 4), rest);
  CHECK(same_metrics(rest.epochs, whole));
}

}  // namespace

TEST_CASE("Batches are the same whether an epoch is gathered at once or batch by batch") {
  const Split all = numbered(10);
  const auto order = torch::tensor({3, 1, 4, 0, 5, 9, 2, 6, 8, 7}, torch::kLong);
  for (const std::int64_t batch : {1, 3, 5, 10, 99}) {
    ResidentBatches at_once(all, batch, 1 << 20), one_by_one(all, batch, 0);
    for (const auto& places : {order, order.flip(0)}) {
      at_once.shuffle(places);
      one_by_one.shuffle(places);
      REQUIRE(at_once.steps() == one_by_one.steps());
      std::vector<at::Tensor> seen;
      for (std::int64_t step = 0; step < at_once.steps(); ++step) {
        const Split a = at_once.at(step), b = one_by_one.at(step);
        CHECK(torch::equal(a.x, b.x));
        CHECK(torch::equal(a.y, b.y));
        CHECK(torch::equal(a.x.select(1, 0), 2 * a.y.to(torch::kFloat)));
        seen.push_back(a.y.clone());
      }
      CHECK(torch::equal(torch::cat(seen), places));
    }
  }
}

TEST_CASE("Means count hits as the metric does") {
  torch::manual_seed(1);
  auto output = torch::randn({50, 7});
  output[3].fill_(0);  // all the same: the first counts
  const auto y = torch::randint(7, {50}, torch::kLong);
  for (const auto& out : {output, output.t().contiguous().t(), output.to(torch::kDouble)}) {
    Means means(Loss::cross_entropy, {MetricKind::accuracy}, torch::kCPU);
    means.add(torch::tensor(2.0), out, y);
    std::vector<Metric> metrics;
    means.append_to(metrics, "");
    CHECK(metrics[0].value == 2.0);
    CHECK(metrics[1].value == Approx(output.argmax(1).eq(y).to(torch::kDouble).mean().item<double>()));
  }
}

TEST_CASE("As many hits are the same accuracy, whatever the batches and the device's arithmetic") {
  torch::manual_seed(1);
  const auto output = torch::randn({1000, 3}), labels = torch::randint(2, {1000, 3}).to(torch::kFloat);
  const auto y = torch::randint(3, {1000}, torch::kLong);
  const auto accuracy = [](Loss loss, const at::Tensor& out, const at::Tensor& y, std::int64_t batch,
                           bool cut) {
    Means means(loss, {MetricKind::accuracy}, torch::kCPU);
    for (std::int64_t begin = 0; begin < y.size(0); begin += batch) {
      const std::int64_t n = std::min(batch, y.size(0) - begin);
      means.add(torch::tensor(0.0), out.narrow(0, begin, n), y.narrow(0, begin, n));
      if (!cut) continue;
      const at::Tensor state = means.state();
      means = Means(loss, {MetricKind::accuracy}, torch::kCPU);
      means.restore(state);
    }
    std::vector<Metric> metrics;
    means.append_to(metrics, "");
    return metrics[1].value;
  };
  const auto hits = static_cast<double>(output.argmax(1).eq(y).sum().item<std::int64_t>());
  const auto labels_hit = static_cast<double>(output.gt(0).eq(labels.gt(0.5)).sum().item<std::int64_t>());
  for (const std::int64_t batch : {1, 7, 64, 300, 1000}) {
    for (const bool cut : {false, true}) {
      CAPTURE(batch, cut);
      CHECK(accuracy(Loss::cross_entropy, output, y, batch, cut) == hits / 1000);
      CHECK(accuracy(Loss::cross_entropy, output.to(torch::kDouble), y, batch, cut) == hits / 1000);
      CHECK(accuracy(Loss::binary_cross_entropy, output, labels, batch, cut) == labels_hit / 3000);
    }
  }
}

TEST_CASE("An epoch's copy takes a small part of a GPU's free memory") {
  const std::int64_t gib = std::int64_t{1} << 30;
  CHECK(room_on_gpu(80 * gib) == 10 * gib);
  CHECK(room_on_gpu(0) == 0);
  CHECK(room_on_gpu(std::nullopt) < gib);
}

TEST_CASE("TF32 is on as long as a trial that asks for it trains") {
  struct Seeing : Blobs {
    bool products = false;
    Precision precision(HyperParameters&) override { return Precision::tf32; }
    torch::Tensor compute_loss(const torch::Tensor& output, const torch::Tensor& y) const override {
      const_cast<Seeing*>(this)->products = at::globalContext().allowTF32CuBLAS();
      return Blobs::compute_loss(output, y);
    }
  };
  const bool before = at::globalContext().allowTF32CuBLAS();
  const auto model = std::make_shared<Seeing>();
  const auto metrics = trained(model);
  CHECK(model->products);
  CHECK(at::globalContext().allowTF32CuBLAS() == before);
  if (test_device() == "cpu")
    CHECK(same_metrics(metrics, trained(std::make_shared<Blobs>())));  // it has no TF32
}

TEST_CASE("Clipped gradients keep their direction and have the norm") {
  auto a = torch::zeros({2}).set_requires_grad(true), b = torch::zeros({}).set_requires_grad(true),
       unused = torch::zeros({3}).set_requires_grad(true);
  const auto optimizer = Optimizer{.kind = "sgd"}.make({a, b, unused});
  a.mutable_grad() = torch::tensor({3.f, 0.f});
  b.mutable_grad() = torch::tensor(4.f);
  clip_gradients(*optimizer, gradient_length(*optimizer), 10);
  CHECK(b.grad().item<float>() == 4.f);
  clip_gradients(*optimizer, gradient_length(*optimizer), 1);
  CHECK(a.grad()[0].item<float>() == Approx(0.6f));
  CHECK(b.grad().item<float>() == Approx(0.8f));
  drop_gradients(*optimizer);
  CHECK_FALSE(a.grad().defined());
  CHECK_FALSE(gradient_length(*optimizer).defined());
}

TEST_CASE("A step has the schedule's rate and leaves the optimizer its own") {
  auto weight = torch::zeros({}).set_requires_grad(true);
  const Optimizer how{
      .kind = "sgd", .learning_rate = 1, .schedule = {.kind = "step", .every = 1, .factor = 0.5}};
  const auto optimizer = how.make({weight});
  weight.mutable_grad() = torch::ones({});
  {
    const RateScope rates(*optimizer, how.schedule.at({.epoch = 3}));
    optimizer->step();
  }
  CHECK(weight.item<float>() == -0.25f);
  CHECK(optimizer->param_groups()[0].options().get_lr() == 1);
}

TEST_CASE("A schedule and clipping change the training, and go on exactly after an interruption") {
  const auto plain = trained(blobs({.kind = "adam", .learning_rate = 0.02}));
  for (const char* kind : {"constant", "step", "exponential", "linear", "polynomial", "cosine",
                           "cosine_restarts", "one_cycle", "plateau"}) {
    INFO(kind);
    const Schedule schedule{.kind = kind,
                            .epochs = 4,
                            .every = 2,
                            .factor = 0.5,
                            .patience = 0,
                            .min_delta = 0.05,
                            .warmup = 1.5};
    CHECK_FALSE(
        same_metrics(trained(blobs({.kind = "adam", .learning_rate = 0.02, .schedule = schedule})), plain));
    check_resumes({.kind = "adam", .learning_rate = 0.02, .schedule = schedule});
  }
  const Optimizer clipped{.kind = "sgd", .learning_rate = 0.1, .momentum = 0.9, .clip_norm = 0.1};
  CHECK_FALSE(same_metrics(trained(blobs({.kind = "sgd", .learning_rate = 0.1, .momentum = 0.9})),
                           trained(blobs(clipped))));
  check_resumes(clipped);
}

TEST_CASE("A schedule that makes no sense fails the trial with what it lacks") {
  Recorder recorder;
  const auto ended = train(blobs({.schedule = {.kind = "cosine", .epochs = 2, .warmup = 2}}), options(),
                           slot(0, 1), recorder);
  CHECK(ended.ending == Ending::failed);
  CHECK_THAT(ended.message, ContainsSubstring("takes more epochs than its warmup"));
}

TEST_CASE(
    "An optimizer of LibTorch's trains as the fused one, with the schedule and clip_norm of optimizer()") {
  struct Own : Blobs {
    std::unique_ptr<torch::optim::Optimizer> make_optimizer(HyperParameters&,
                                                            torch::nn::Sequential& model) override {
      return std::make_unique<torch::optim::Adam>(model->parameters(), torch::optim::AdamOptions(0.02));
    }
  };
  auto own = std::make_shared<Own>();
  own->how = {.learning_rate = 0.02, .clip_norm = 0.5, .schedule = {.kind = "cosine", .epochs = 3}};
  const auto theirs = trained(own), ours = trained(blobs(own->how));
  for (std::size_t i = 0; i < ours.size(); ++i) {
    CHECK(value_of(theirs[i].metrics, "loss") == Approx(value_of(ours[i].metrics, "loss")).epsilon(1e-3));
  }
}

TEST_CASE("Class weights weigh training and validation") {
  struct Weighted : Blobs {
    std::vector<float> weights;
    torch::Tensor class_weights() const override { return torch::tensor(weights); }
  };
  const auto with = [](std::vector<float> weights) {
    auto model = std::make_shared<Weighted>();
    model->weights = std::move(weights);
    return model;
  };
  const auto plain = trained(std::make_shared<Blobs>());
  const auto same = trained(with({2, 2, 2})), other = trained(with({1, 1, 9}));
  CHECK(value_of(same[2].metrics, "val_loss") ==
        Approx(value_of(plain[2].metrics, "val_loss")).epsilon(1e-4));
  CHECK(std::abs(value_of(other[2].metrics, "val_loss") - value_of(plain[2].metrics, "val_loss")) > 1e-3);

  Recorder recorder;
  CHECK_THAT(train(with({1, 2}), options(), slot(0, 1), recorder).message,
             ContainsSubstring("the model's output has 3 classes"));
  CHECK_THROWS_AS(compute(Loss::mse, torch::ones({2, 1}), torch::ones({2, 1}), {.classes = torch::ones({1})}),
                  Error);
}

TEST_CASE("A training step of one's own") {
  struct Noisy : Interruptible {
    StepResult training_step(torch::nn::Sequential& model, const torch::Tensor& x,
                             const torch::Tensor& y) override {
      auto result = HyperModel::training_step(model, x + 0.1 * torch::randn_like(x), y);
      for (const auto& weight : model->parameters()) result.loss = result.loss + 1e-3 * weight.pow(2).sum();
      return result;
    }
  };
  const auto noisy = trained(std::make_shared<Noisy>(), 2);
  CHECK_FALSE(same_metrics(noisy, trained(std::make_shared<Interruptible>(), 2)));
  for (const int question : {2, 6, 8, 11}) {
    const TemporaryFolder folder;
    StopAt stop(question);
    train(std::make_shared<Noisy>(), options(folder.path()), slot(0, 2), stop);
    Recorder rest;
    train(std::make_shared<Noisy>(), options(folder.path()), slot(0, 2), rest);
    CHECK(same_metrics(rest.epochs, noisy));
  }
}

TEST_CASE("Mixed precision is for GPUs, and for the CPU only when asked for") {
  if (test_device() != "cpu") return;  // what it looks at is the CPU's precision
  struct Mixed : Blobs {
    Precision how_precise = Precision::full;
    at::ScalarType inside{};
    Precision precision(HyperParameters&) override { return how_precise; }
    torch::Tensor compute_loss(const torch::Tensor& output, const torch::Tensor& y) const override {
      CHECK(output.scalar_type() == torch::kFloat);
      const_cast<Mixed*>(this)->inside = torch::ones({2, 2}).matmul(torch::ones({2, 2})).scalar_type();
      return Blobs::compute_loss(output, y);
    }
  };
  const auto plain = trained(std::make_shared<Blobs>());
  auto model = std::make_shared<Mixed>();
  model->how_precise = Precision::mixed;
  CHECK(same_metrics(trained(model), plain));
  CHECK(model->inside == torch::kFloat);
  model->how_precise = Precision::mixed_on_cpu_too;
  const auto mixed = trained(model);
  CHECK(model->inside == torch::kBFloat16);
  CHECK_FALSE(same_metrics(mixed, plain));
  CHECK(value_of(mixed[2].metrics, "loss") == Approx(value_of(plain[2].metrics, "loss")).epsilon(0.05));
  for (const auto& tensor : model->trained) CHECK(tensor.scalar_type() != torch::kBFloat16);
  CHECK(torch::ones({2, 2}).matmul(torch::ones({2, 2})).scalar_type() == torch::kFloat);  // it is over
}
