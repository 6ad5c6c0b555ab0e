#include "train/model/hyper_model_job.hpp"

#include "core/space/count.hpp"
#include "sibyl/sibyl.hpp"
#include "train/support.hpp"
// Last: LibTorch has a CHECK of its own.
#include "catch.hpp"

using namespace sibyl;

namespace {

struct Net : Blobs {
  torch::nn::Sequential build(HyperParameters& hp) override {
    const auto width = hp.Int("width", 2, 8);
    return torch::nn::Sequential(torch::nn::Linear(4, width), torch::nn::Linear(width, 3));
  }
  Optimizer optimizer(HyperParameters& hp) override {
    Optimizer optimizer{.kind = hp.Choice("optimizer", {"adam", "sgd"})};
    if (auto sgd = hp.conditional_scope("optimizer", {"sgd"}))
      optimizer.momentum = hp.Float("momentum", 0, 0.9);
    return optimizer;
  }
  int batch_size(HyperParameters& hp) override {
    return static_cast<int>(hp.Choice("batch", {std::int64_t{16}, std::int64_t{32}}));
  }
  Data data(const DataOptions&) override { throw Error("no data are needed to know the space"); }
};

}  // namespace

TEST_CASE("A job's search space is what its model, optimizer and batch size ask for, without data") {
  const auto job = make_job(std::make_shared<Net>());
  const SearchSpace space = job->search_space();
  CHECK(space.names() == std::vector<std::string>{"width", "optimizer", "momentum", "batch"});
  CHECK(space.hyperparameters()[2].conditions.size() == 1);
  CHECK(job->objective() == Objective{"val_loss", Direction::minimize});
  CHECK(job->versions().at("libtorch") == TORCH_VERSION);
}

TEST_CASE("What optimizer and precision ask for is in the search space, whatever else is overridden") {
  struct Precise : Net {
    Optimizer optimizer(HyperParameters& hp) override { return {.clip_norm = hp.Float("clip_norm", 1, 10)}; }
    Precision precision(HyperParameters& hp) override {
      return hp.Boolean("tf32") ? Precision::tf32 : Precision::full;
    }
  };
  struct OwnOptimizer : Precise {
    std::unique_ptr<torch::optim::Optimizer> make_optimizer(HyperParameters& hp,
                                                            torch::nn::Sequential& model) override {
      return std::make_unique<torch::optim::SGD>(model->parameters(), hp.Float("rate", 0.01, 0.1));
    }
  };
  struct OwnLoop : OwnOptimizer {
    void fit(HyperParameters&, torch::nn::Sequential&, const Data&, FitContext&) override {}
  };
  using Names = std::vector<std::string>;
  const auto asked = [](std::shared_ptr<HyperModel> model) {
    return make_job(std::move(model))->search_space().names();
  };
  CHECK(asked(std::make_shared<Precise>()) == Names{"width", "clip_norm", "batch", "tf32"});
  CHECK(asked(std::make_shared<OwnOptimizer>()) == Names{"width", "rate", "clip_norm", "batch", "tf32"});
  CHECK(asked(std::make_shared<OwnLoop>()) == Names{"width", "rate", "clip_norm", "batch", "tf32"});
}

TEST_CASE(
    "A configuration has what its model, optimizer and batch size ask for, and no other layer's units") {
  struct Layered : Net {
    torch::nn::Sequential build(HyperParameters& hp) override {
      hp.Boolean("normalize");  // for fit
      torch::nn::Sequential model;
      std::int64_t inputs = 4;
      const auto layers = hp.Int("layers", 1, 3, {.default_value = 3});
      for (std::int64_t i = 0; i < layers; ++i) {
        const auto units = hp.Int("units_" + std::to_string(i), 1, 3);
        model->push_back(torch::nn::Linear(inputs, units));
        inputs = units;
      }
      model->push_back(torch::nn::Linear(inputs, 3));
      return model;
    }
    Optimizer optimizer(HyperParameters&) override { return {}; }
  };
  const auto job = make_job(std::make_shared<Layered>());
  const SearchSpace space = job->search_space();
  Values given = draw(space, 1, 0);
  given["layers"] = std::int64_t{1};
  CHECK(given.contains("units_2"));
  const Configuration one = ask(job->questions(), given, {});
  std::vector<std::string> names;
  for (const Hyperparameter& each : one.hyperparameters) names.push_back(each.name);
  CHECK(names == std::vector<std::string>{"normalize", "layers", "units_0", "batch"});

  torch::manual_seed(3);
  const auto expected = torch::rand({4});
  torch::manual_seed(3);
  const Counted counted = count_configurations(space, [&](const Values& values, const Draws& draws) {
    return std::optional(ask(job->questions(), values, draws));
  });
  CHECK(torch::equal(torch::rand({4}), expected));
  CHECK(counted.all.size() == 39 * 2 * 2);  // normalize, batch
}

TEST_CASE("Finding the search space leaves LibTorch's random numbers alone") {
  const auto job = make_job(std::make_shared<Net>());
  torch::manual_seed(3);
  const auto expected = torch::rand({4});
  torch::manual_seed(3);
  job->search_space();
  CHECK(torch::equal(torch::rand({4}), expected));
}

TEST_CASE("A job makes a trainer that says where it trains") {
  const auto job = make_job(std::make_shared<Blobs>());
  auto two = options();
  two.threads = 2;
  const auto trainer = job->make_trainer(two);
  const WorkerJoined worker = trainer->describe();
  const bool on_cpu = test_device() == "cpu";
  CHECK(worker.device == (on_cpu ? "cpu" : "cuda:0"));
  CHECK(worker.uuid.empty() == on_cpu);
  CHECK(worker.threads == 2);
  Recorder recorder;
  CHECK(trainer->train(slot(0, 1), recorder).ending == Ending::reached);
  CHECK_THROWS_WITH(make_job(std::make_shared<Net>())->make_trainer(options()),
                    "no data are needed to know the space");
}
