#include <fstream>
#include <thread>

#include "train/support.hpp"
// Last: LibTorch has a CHECK of its own.
#include "catch.hpp"

using namespace sibyl;

namespace {

Optimizer optimizer_of_case(int i) {
  switch (i) {
    case 0:
      return {.kind = "sgd", .learning_rate = 0.05, .momentum = 0.9, .nesterov = true};
    case 1:
      return {.kind = "adam", .learning_rate = 0.01, .weight_decay = 0.01};
    case 2:
      return {.kind = "adamw", .learning_rate = 0.01, .weight_decay = 0.01};
    case 3:
      return {.kind = "rmsprop", .learning_rate = 0.01, .momentum = 0.5};
    default:
      return {.kind = "sgd", .learning_rate = 0.05};
  }
}

std::filesystem::path file(const TemporaryFolder& folder) {
  return checkpoint_path(folder.path(), 3, 0);
}

/// Six epochs in one go: what every other way to train them must agree with.
struct Reference {
  std::shared_ptr<Blobs> model = std::make_shared<Blobs>();
  Recorder recorder;
  Reference() { train(model, options(), slot(0, 6), recorder); }
};

}  // namespace

TEST_CASE("Six epochs in one slot and in three have the same bits, with every optimizer") {
  const int which = GENERATE(0, 1, 2, 3, 4);
  CAPTURE(which);
  auto whole = std::make_shared<Blobs>();
  whole->how = optimizer_of_case(which);
  Recorder at_once;
  REQUIRE(train(whole, options(), slot(0, 6), at_once).ending == Ending::reached);

  const TemporaryFolder folder;
  auto parts = std::make_shared<Blobs>();
  parts->how = optimizer_of_case(which);
  Recorder in_parts;
  for (const auto& [first, last] : {std::pair{0, 1}, {1, 3}, {3, 6}}) {
    torch::manual_seed(static_cast<std::uint64_t>(last) *
                       1000);  // another worker: its generator stands elsewhere
    const auto ended = train(parts, options(folder.path()), slot(first, last), in_parts);
    REQUIRE(ended.ending == Ending::reached);
    CHECK(ended.message == "");
  }
  CHECK(in_parts.numbers() == std::vector{1, 2, 3, 4, 5, 6});
  CHECK(same_metrics(at_once.epochs, in_parts.epochs));
  CHECK(same_bits(whole->trained, parts->trained));
}

TEST_CASE("A trial is the same on another thread and after other trials") {
  const Reference reference;
  auto model = std::make_shared<Blobs>();
  Recorder other, recorder;
  TrialTrainer trainer(model, options());
  std::thread([&] {
    auto another = slot(0, 2);
    another.slot.trial = 8;
    trainer.train(another, other);
    trainer.train(slot(0, 6), recorder);
  }).join();
  CHECK(same_metrics(reference.recorder.epochs, recorder.epochs));
  CHECK_FALSE(same_metrics({reference.recorder.epochs.front()}, {other.epochs.front()}));
}

TEST_CASE("A missing checkpoint is made up for by training the trial again from its start") {
  const Reference reference;
  const TemporaryFolder folder;
  auto model = std::make_shared<Blobs>();
  Recorder recorder;
  train(model, options(folder.path()), slot(0, 3), recorder);
  std::filesystem::remove(file(folder));
  const auto ended = train(model, options(folder.path()), slot(3, 6), recorder);
  CHECK(ended.ending == Ending::reached);
  CHECK_THAT(ended.message, ContainsSubstring("is missing: trained again from the start"));
  CHECK(recorder.numbers() == std::vector{1, 2, 3, 4, 5, 6});  // 1 to 3 are known already
  CHECK(same_metrics(reference.recorder.epochs, recorder.epochs));
}

TEST_CASE("Without a folder for checkpoints, a promotion trains again and says so") {
  const Reference reference;
  Recorder recorder;
  const auto ended = train(std::make_shared<Blobs>(), options(), slot(4, 6), recorder);
  CHECK_THAT(ended.message, ContainsSubstring("no checkpoints are kept"));
  REQUIRE(recorder.numbers() == std::vector{5, 6});
  CHECK(((recorder.epochs.back().metrics == reference.recorder.epochs.back().metrics)));
}

TEST_CASE("A damaged checkpoint counts as missing") {
  const Reference reference;
  const TemporaryFolder folder;
  auto model = std::make_shared<Blobs>();
  Recorder recorder;
  train(model, options(folder.path()), slot(0, 3), recorder);
  const auto path = file(folder);
  const auto size = std::filesystem::file_size(path);
  std::string expected;
  SECTION("truncated") {
    std::filesystem::resize_file(path, size / 2);
    expected = "is truncated";
  }
  SECTION("empty") {
    std::filesystem::resize_file(path, 0);
    expected = "is truncated";
  }
  SECTION("a byte has changed") {
    std::fstream stream(path, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(static_cast<std::streamoff>(size / 2));
    const char byte = static_cast<char>(stream.get() ^ 1);
    stream.seekp(static_cast<std::streamoff>(size / 2));
    stream.put(byte);
    expected = "checksum is wrong";
  }
  const auto ended = train(model, options(folder.path()), slot(3, 6), recorder);
  CHECK(ended.ending == Ending::reached);
  CHECK_THAT(ended.message, ContainsSubstring(expected) && ContainsSubstring(path.string()));
  CHECK(same_metrics(reference.recorder.epochs, recorder.epochs));
}

TEST_CASE("A checkpoint ahead of the slot reports its history and trains only the rest") {
  const Reference reference;
  const TemporaryFolder folder;
  auto model = std::make_shared<Blobs>();
  Recorder lost, recorder;
  train(model, options(folder.path()), slot(0, 3), lost);
  const int steps = model->steps;

  SECTION("to the end of a longer slot") {
    auto again = slot(0, 6);
    again.attempt = 1;
    CHECK(train(model, options(folder.path()), again, recorder).ending == Ending::reached);
    CHECK(same_metrics(reference.recorder.epochs, recorder.epochs));
    CHECK(model->steps == 2 * steps);
    CHECK(recorder.epochs[0].started == lost.epochs[0].started);
    CHECK(recorder.epochs[0].seconds == lost.epochs[0].seconds);
    CHECK(recorder.epochs[0].attempt == 1);
  }
  SECTION("the same slot") {
    CHECK(train(model, options(folder.path()), slot(0, 3), recorder).ending == Ending::reached);
    CHECK(same_metrics(lost.epochs, recorder.epochs));
    CHECK(model->steps == steps);
  }
  SECTION("a shorter slot") {
    CHECK(train(model, options(folder.path()), slot(1, 2), recorder).ending == Ending::reached);
    CHECK(recorder.numbers() == std::vector{2});
    CHECK(model->steps == steps);
  }
}

TEST_CASE("The checkpoint of another sweep is not taken for this one's") {
  const TemporaryFolder folder;
  Recorder recorder, reference;
  auto other = options(folder.path());
  other.seed = 8;
  train(std::make_shared<Blobs>(), other, slot(0, 3), recorder);
  recorder = {};
  const auto ended = train(std::make_shared<Blobs>(), options(folder.path()), slot(0, 3), recorder);
  train(std::make_shared<Blobs>(), options(), slot(0, 3), reference);
  CHECK_THAT(ended.message, ContainsSubstring("belongs to another trial or sweep"));
  CHECK(same_metrics(reference.epochs, recorder.epochs));
}

TEST_CASE("A checkpoint that does not fit the job's changed model fails the trial with the reason") {
  struct Wider : Blobs {
    torch::nn::Sequential build(HyperParameters&) override {
      return torch::nn::Sequential(torch::nn::Linear(4, 17), torch::nn::BatchNorm1d(17), torch::nn::ReLU(),
                                   torch::nn::Dropout(0.3), torch::nn::Linear(17, 3));
    }
  };
  const TemporaryFolder folder;
  Recorder recorder;
  train(std::make_shared<Blobs>(), options(folder.path()), slot(0, 1), recorder);
  const auto ended = train(std::make_shared<Wider>(), options(folder.path()), slot(1, 2), recorder);
  CHECK(ended.ending == Ending::failed);
  CHECK(ended.cause == Cause::exception);
  CHECK_THAT(ended.message, ContainsSubstring("was the job changed?"));
}

TEST_CASE("What an on_epoch_end does to the optimizer goes on in the next slot") {
  struct Decay : Blobs {
    void on_epoch_end(FitContext& context, int, const std::vector<Metric>&) override {
      auto& options = context.optimizer().param_groups()[0].options();
      options.set_lr(options.get_lr() / 2);
    }
  };
  const TemporaryFolder folder;
  Recorder whole, parts;
  train(std::make_shared<Decay>(), options(), slot(0, 4), whole);
  train(std::make_shared<Decay>(), options(folder.path()), slot(0, 2), parts);
  train(std::make_shared<Decay>(), options(folder.path()), slot(2, 4), parts);
  CHECK(same_metrics(whole.epochs, parts.epochs));
  Recorder plain;
  train(std::make_shared<Blobs>(), options(), slot(0, 4), plain);
  CHECK_FALSE(same_metrics(plain.epochs, whole.epochs));
}
