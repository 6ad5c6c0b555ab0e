#include "sibyl/data/split.hpp"
#include "train/loop/data_parts.hpp"
#include "train/stopping.hpp"
#include "train/streaming/views.hpp"
// Last: LibTorch has a CHECK of its own.
#include "catch.hpp"

using namespace sibyl;

namespace {

/// Interruptible, its samples read one by one, with noise of their own in training.
struct StreamedBlobs : Interruptible {
  struct Noisy : InMemory {
    using InMemory::InMemory;
    bool tells_targets = true;
    std::int64_t bad = -1;

    void read(std::span<const std::int64_t> places, const SampleRandom& random,
              const Split& into) const override {
      for (std::size_t i = 0; i < places.size(); ++i)
        if (places[i] == bad) throw BadSample(i, "picture " + std::to_string(bad) + " is truncated");
      InMemory::read(places, random, into);
      if (!random.trains()) return;
      for (std::size_t i = 0; i < places.size(); ++i)
        into.x[static_cast<std::int64_t>(i)] += 0.1 * random.of(places[i]).normal();
    }
    at::Tensor targets() const override { return tells_targets ? InMemory::targets() : at::Tensor(); }
  };

  bool tells_targets = true;
  std::int64_t bad = -1;

  Data data(const DataOptions& options) override {
    Data data = Interruptible::data(options);
    for (Split* part : {&data.train, &data.validation}) {
      auto noisy = std::make_shared<Noisy>(*part);
      noisy->tells_targets = tells_targets;
      if (part == &data.train) noisy->bad = bad;
      *part = streamed(noisy);
    }
    return data;
  }
  std::vector<MetricKind> metrics(Loss) const override { return {"accuracy", "f1_macro"}; }
};

TrainerOptions with_threads(int threads, const std::filesystem::path& folder = {}) {
  TrainerOptions with = options(folder);
  with.loader_threads = threads;
  with.cuda_graphs = "off";
  return with;
}

/// A network of two inputs.
struct Pair : torch::nn::Module {
  Pair() {
    left = register_module("left", torch::nn::Linear(2, 8));
    right = register_module("right", torch::nn::Linear(2, 8));
  }
  torch::Tensor forward(const torch::Tensor& a, const torch::Tensor& b) {
    return torch::relu(left(a) + right(b));
  }
  torch::nn::Linear left{nullptr}, right{nullptr};
};

/// Blobs whose four features come as two tensors of two.
struct PairedBlobs : Blobs {
  torch::nn::Sequential build(HyperParameters&) override {
    return torch::nn::Sequential(Pair(), torch::nn::Linear(8, 3));
  }
  Data data(const DataOptions& options) override {
    Data data = Blobs::data(options);
    for (Split* part : {&data.train, &data.validation}) {
      const at::Tensor all = part->x;
      part->x = all.narrow(1, 0, 2).contiguous();
      part->more = {all.narrow(1, 2, 2).contiguous()};
    }
    return data;
  }
};

}  // namespace

TEST_CASE("Data in the host's memory is trained with as data on the device is, to the last bit") {
  auto on_device = std::make_shared<Interruptible>(), on_host = std::make_shared<Interruptible>();
  Recorder there, here;
  auto with = options();
  REQUIRE(train(on_device, with, slot(0, 3), there).ending == Ending::reached);
  with.data_placement = "host";
  with.loader_threads = 2;
  const TrialTrainer trainer(on_host, with);
  CHECK_THAT(trainer.describe().data, ContainsSubstring("from the host's memory"));
  REQUIRE(train(on_host, with, slot(0, 3), here).ending == Ending::reached);
  CHECK(same_metrics(there.epochs, here.epochs));
  CHECK(same_bits(on_device->trained, on_host->trained));
}

TEST_CASE("Folds of data in the host's memory are those of data on the device") {
  Recorder there, here;
  auto with = options();
  with.folds = 3;
  REQUIRE(train(std::make_shared<Blobs>(), with, slot(0, 2, 3), there).ending == Ending::reached);
  with.data_placement = "host";
  REQUIRE(train(std::make_shared<Blobs>(), with, slot(0, 2, 3), here).ending == Ending::reached);
  CHECK(same_metrics(there.epochs, here.epochs));
}

TEST_CASE("A training that reads its samples goes on at the very batch, with any number of threads") {
  const bool tells_targets = GENERATE(true, false);
  const auto make = [&] {
    auto model = std::make_shared<StreamedBlobs>();
    model->tells_targets = tells_targets;
    model->bad = 77;
    return model;
  };
  auto whole = make();
  StopAt never(1'000'000);
  const auto with = [](int threads, const std::filesystem::path& folder = {}) {
    TrainerOptions with = with_threads(threads, folder);
    with.max_bad_samples = 1;
    return with;
  };
  const TrialEnded ended = train(whole, with(1), slot(0, 3), never);
  REQUIRE(ended.ending == Ending::reached);
  // Five batches of training, and the validation's.
  for (const int question : {1, 3, 6, 7, 9, 13}) {
    CAPTURE(question);
    const TemporaryFolder folder;
    StopAt stop(question);
    REQUIRE(train(make(), with(2, folder.path()), slot(0, 3), stop).ending == Ending::interrupted);
    auto rest = make();
    Recorder after;
    const TrialEnded gone_on = train(rest, with(3, folder.path()), slot(0, 3), after);
    REQUIRE(gone_on.ending == Ending::reached);
    CHECK(gone_on.message == ended.message);
    Values notes;
    for (const EpochReported& epoch : after.epochs) notes.update(epoch.notes);
    CHECK(notes.at("bad samples") == Value(std::int64_t{1}));
    CHECK(same_bits(whole->trained, rest->trained));
    CHECK(same_metrics(
        {never.epochs.end() - static_cast<std::ptrdiff_t>(after.epochs.size()), never.epochs.end()},
        after.epochs));
  }
}

TEST_CASE("A sample that can't be read fails its trial, or is left out and told of") {
  auto model = std::make_shared<StreamedBlobs>();
  model->bad = 77;
  Recorder recorder;
  auto with = with_threads(2);
  auto ended = train(model, with, slot(0, 2), recorder);
  CHECK(ended.ending == Ending::failed);
  CHECK_THAT(ended.message, ContainsSubstring("picture 77 is truncated (with --max-bad-samples"));
  with.max_bad_samples = 1;
  ended = train(model, with, slot(0, 2), recorder);
  CHECK(ended.ending == Ending::reached);
  CHECK_THAT(ended.message, ContainsSubstring("1 training sample can't be read"));
  CHECK(recorder.epochs.at(0).notes.at("bad samples") == Value(std::int64_t{1}));
}

TEST_CASE("Samples that are read have a description, and a fingerprint that goes by them") {
  StreamedBlobs model;
  const Data data = model.data({});
  const TrialTrainer trainer(std::make_shared<StreamedBlobs>(), with_threads(1));
  CHECK_THAT(trainer.describe().data, ContainsSubstring("150 training"));
  CHECK_THAT(trainer.describe().data, ContainsSubstring("read  the host's memory: "));
  const auto parts = data_parts(data);
  REQUIRE(parts.size() == 4);
  CHECK(parts[0].name == "train.x");
  CHECK(parts[0].shape == std::vector<std::int64_t>{150, 4});
}

TEST_CASE("A model takes several inputs, from tensors or read ones, whatever is done to batches") {
  const auto result = [](const char* placement, int micro_batch) {
    struct Parted : PairedBlobs {
      int micro_batch = 0;
      int micro_batch_size(HyperParameters&) override { return micro_batch; }
    };
    auto model = std::make_shared<Parted>();
    model->micro_batch = micro_batch;
    auto with = options();
    with.data_placement = placement;
    Recorder recorder;
    REQUIRE(train(model, with, slot(0, 4), recorder).ending == Ending::reached);
    return recorder.epochs;
  };
  const auto there = result("device", 0);
  CHECK(there.back().metrics.at(0).value < there.front().metrics.at(0).value);  // it learns
  CHECK(same_metrics(there, result("host", 0)));
  CHECK(std::abs(result("device", 8).back().metrics.at(0).value - there.back().metrics.at(0).value) < 1e-3);
  const TrialTrainer trainer(std::make_shared<PairedBlobs>(), options());
  CHECK_THAT(trainer.describe().data, ContainsSubstring("\nmore  2 each"));
}

TEST_CASE("Inputs that are not of as many samples are refused") {
  struct Odd : PairedBlobs {
    Data data(const DataOptions& options) override {
      Data data = PairedBlobs::data(options);
      data.train.more[0] = data.train.more[0].narrow(0, 0, 7);
      return data;
    }
  };
  CHECK_THROWS_WITH(TrialTrainer(std::make_shared<Odd>(), options()),
                    ContainsSubstring("another input in train"));
}
