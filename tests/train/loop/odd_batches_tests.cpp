// Data that does not fit the model, or the loss, or batch norm.
#include "train/stopping.hpp"
// Last: LibTorch has a CHECK of its own.
#include "catch.hpp"

using namespace sibyl;

namespace {

/// Samples of three features in `classes` classes, and a model that puts out `outputs` numbers.
struct Odd : HyperModel {
  std::int64_t samples = 60, classes = 3, outputs = 3, batch = 16;
  Loss the_loss = Loss::automatic;
  torch::Tensor y = {};

  torch::nn::Sequential build(HyperParameters&) override {
    return torch::nn::Sequential(torch::nn::Linear(3, 8), torch::nn::Dropout(0.2), torch::nn::BatchNorm1d(8),
                                 torch::nn::ReLU(), torch::nn::Linear(8, outputs));
  }
  int batch_size(HyperParameters&) override { return static_cast<int>(batch); }
  Loss loss(HyperParameters&) override { return the_loss; }
  Data data(const DataOptions&) override {
    auto generator = at::make_generator<at::CPUGeneratorImpl>(5);
    const auto its_y = y.defined() ? y : torch::arange(samples).remainder(classes);
    const Split all{.x = torch::randn({samples, 3}, generator), .y = its_y};
    return {.train = all, .validation = all, .test = {}};
  }
};

TrialEnded ended(const std::function<void(Odd&)>& change, Recorder& recorder) {
  auto model = std::make_shared<Odd>();
  change(*model);
  return train(model, options(), slot(0, 3), recorder);
}

std::string message(const std::function<void(Odd&)>& change) {
  Recorder recorder;
  const auto end = ended(change, recorder);
  CHECK(end.ending == Ending::failed);
  CHECK(end.cause == Cause::exception);
  return end.message;
}

}  // namespace

TEST_CASE("More classes than outputs are said in the job's words") {
  CHECK_THAT(message([](Odd& odd) { odd.outputs = 2; }),
             ContainsSubstring(
                 "The data has the classes 0 to 2, but the model puts out 2 numbers a sample: its last "
                 "layer has to put out 3, one for each class."));
  CHECK_THAT(message([](Odd& odd) { odd.outputs = 1, odd.classes = 2; }),
             ContainsSubstring("puts out 1 number a sample") &&
                 ContainsSubstring("One number for two classes goes with Loss::binary_cross_entropy."));
  // A class that only validation has, too.
  struct Rare : Odd {
    Data data(const DataOptions& options) override {
      Data data = Odd::data(options);
      data.train.y = data.train.y.clamp_max(1);
      return data;
    }
  };
  auto rare = std::make_shared<Rare>();
  rare->outputs = 2;
  Recorder recorder;
  CHECK_THAT(train(rare, options(), slot(0, 1), recorder).message, ContainsSubstring("classes 0 to 2"));
  CHECK(recorder.epochs.empty());
  CHECK(ended([](Odd& odd) { odd.outputs = 7; }, recorder).ending == Ending::reached);
}

TEST_CASE("Targets that a loss can't take are refused before a step") {
  CHECK_THAT(message([](Odd& odd) { odd.y = torch::arange(60).remainder(3) - 1; }),
             ContainsSubstring("The data has the class -1: classes are counted from 0."));
  const auto binary = [](Odd& odd) { odd.outputs = 1, odd.the_loss = Loss::binary_cross_entropy; };
  CHECK_THAT(message(binary),
             ContainsSubstring("binary_cross_entropy takes y from 0 to 1, but the data's go from "
                               "0 to 2"));
  Recorder recorder;
  CHECK(ended([&](Odd& odd) { binary(odd), odd.classes = 2; }, recorder).ending == Ending::reached);
  CHECK(ended([](Odd& odd) { odd.y = torch::arange(60).remainder(4).sub(1).mul(-100).clamp(-100, 0); },
              recorder)
            .ending == Ending::reached);  // LibTorch leaves -100 out
  // A loss of the job's own may take what it likes.
  struct Hinge : Odd {
    torch::Tensor compute_loss(const torch::Tensor& output, const torch::Tensor& y) const override {
      return (1 - output.squeeze(1) * y).clamp_min(0).mean();
    }
    std::vector<MetricKind> metrics(Loss) const override { return {}; }
  };
  auto hinge = std::make_shared<Hinge>();
  hinge->outputs = 1;
  hinge->y = torch::arange(60).remainder(2) * 2 - 1;
  CHECK(train(hinge, options(), slot(0, 1), recorder).ending == Ending::reached);
  // Values where classes were meant.
  CHECK_THAT(message([](Odd& odd) { odd.y = torch::rand({60}); }),
             ContainsSubstring("output has the shape [16, 3], but y has [16]") &&
                 ContainsSubstring("classes are whole numbers y"));
  CHECK(ended([](Odd& odd) { odd.y = torch::rand({60}), odd.outputs = 1; }, recorder).ending ==
        Ending::reached);
}

TEST_CASE("A last batch of one sample is left out where batch norm can't take it") {
  Recorder with, without;
  const auto end = ended([](Odd& odd) { odd.samples = 65; }, with);
  CHECK(end.ending == Ending::reached);
  CHECK(end.message ==
        "the last batch of an epoch has one sample, which batch norm can't take: it is left out");
  CHECK(ended([](Odd& odd) { odd.samples = 66; }, without).message == "");
  REQUIRE(with.epochs.size() == 3);

  SECTION("and only there") {
    struct Pictures : Odd {  // more than one value a channel
      torch::nn::Sequential build(HyperParameters&) override {
        return torch::nn::Sequential(torch::nn::Unflatten(1, std::vector<std::int64_t>{1, 3}),
                                     torch::nn::BatchNorm1d(1), torch::nn::Flatten(),
                                     torch::nn::Linear(3, 3));
      }
      StepResult training_step(torch::nn::Sequential& model, const torch::Tensor& x,
                               const torch::Tensor& y) override {
        ++steps;
        return HyperModel::training_step(model, x, y);
      }
      int steps = 0;
    };
    auto pictures = std::make_shared<Pictures>();
    pictures->samples = 65;
    Recorder recorder;
    CHECK(train(pictures, options(), slot(0, 1), recorder).message == "");
    CHECK(pictures->steps == 5);
  }
  SECTION("and goes on exactly after an interruption") {
    for (const int question : {3, 5, 7, 9}) {
      const TemporaryFolder folder;
      const auto odd = [] {
        auto model = std::make_shared<Odd>();
        model->samples = 65;
        return model;
      };
      StopAt stop(question);
      CHECK(train(odd(), options(folder.path()), slot(0, 3), stop).ending == Ending::interrupted);
      Recorder rest;
      train(odd(), options(folder.path()), slot(0, 3), rest);
      CHECK(same_metrics(rest.epochs, with.epochs));
    }
  }
  SECTION("but not all of an epoch") {
    for (const std::int64_t batch : {1, 16}) {
      CHECK_THAT(message([&](Odd& odd) { odd.batch = batch, odd.samples = batch == 1 ? 9 : 1; }),
                 ContainsSubstring("take a larger batch_size(), or no batch norm"));
    }
  }
}
