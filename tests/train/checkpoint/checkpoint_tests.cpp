#include "train/support.hpp"
// Last: LibTorch has a CHECK of its own.
#include "catch.hpp"

using namespace sibyl;

namespace {

struct Trained {
  torch::nn::Sequential model{torch::nn::Linear(3, 2), torch::nn::BatchNorm1d(2)};
  std::unique_ptr<torch::optim::Optimizer> optimizer = Optimizer{.kind = "adam"}.make(model->parameters());
  std::vector<at::Tensor> best, average;

  void step() {
    optimizer->zero_grad();
    model->forward(torch::ones({4, 3}) * torch::arange(4).unsqueeze(1)).pow(2).sum().backward();
    optimizer->step();
  }
  TrainingState state() {
    return {.model = *model, .optimizer = *optimizer, .device = at::kCPU, .best = best, .average = average};
  }
};

const CheckpointOwner owner{.seed = 0xFFFF'FFFF'FFFF'FFFF,
                            .trial = 12,
                            .execution = 1,
                            .hyperparameters = {{"rate", 0.1}, {"kind", "a"}}};

}  // namespace

TEST_CASE("A checkpoint brings back progress, weights, optimizer and random numbers") {
  const TemporaryFolder folder;
  const auto path = checkpoint_path(folder.path(), 12, 1);
  CHECK(path == folder.path() / "trial_000012" / "execution_1.pt");

  Trained saved;
  saved.step();
  saved.best = {torch::ones({2}), torch::zeros({1})};
  TrainingProgress progress{.epoch = 2,
                            .stopped = true,
                            .early_stopping = {.best = 0.25, .best_epoch = 1, .waited = 1},
                            .history = {},
                            .part = {}};
  progress.history.push_back(
      {.epoch = 1, .started = 100.5, .seconds = 2, .metrics = {{"loss", 0.1}, {"val_loss", 0.25}}});
  progress.history.push_back({.epoch = 2, .started = 102.5, .seconds = 3, .metrics = {{"loss", 0.05}}});
  write_checkpoint(path, owner, progress, saved.state());
  for (const auto& entry : std::filesystem::directory_iterator(path.parent_path()))
    CHECK(entry.path().extension() != ".tmp");
  const auto next_random = torch::rand({3});
  saved.step();

  std::string note;
  auto checkpoint = Checkpoint::read(path, owner, at::kCPU, note);
  REQUIRE(checkpoint);
  CHECK(note == "");
  CHECK(checkpoint->progress().epoch == 2);
  CHECK(checkpoint->progress().stopped);
  CHECK_FALSE(checkpoint->progress().part);
  CHECK(checkpoint->progress().early_stopping == progress.early_stopping);
  REQUIRE(checkpoint->progress().history.size() == 2);
  CHECK(((checkpoint->progress().history[0].metrics == progress.history[0].metrics)));
  CHECK(((checkpoint->progress().history[1].metrics == progress.history[1].metrics)));
  CHECK(checkpoint->progress().history[1].epoch == 2);
  CHECK(checkpoint->progress().history[1].started == 102.5);
  CHECK(checkpoint->progress().history[1].seconds == 3);

  Trained restored;
  checkpoint->restore(restored.state());
  CHECK(same_bits(restored.best, saved.best));
  CHECK(torch::equal(torch::rand({3}), next_random));
  restored.step();
  CHECK(same_bits(restored.model->parameters(), saved.model->parameters()));
  CHECK(same_bits(restored.model->buffers(), saved.model->buffers()));
}

TEST_CASE("A checkpoint without epochs or steps round-trips") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "c.pt";
  Trained fresh, other;
  write_checkpoint(path, owner, {}, fresh.state());
  std::string note;
  auto checkpoint = Checkpoint::read(path, owner, at::kCPU, note);
  REQUIRE(checkpoint);
  CHECK(checkpoint->progress().history.empty());
  CHECK(std::isnan(checkpoint->progress().early_stopping.best));
  checkpoint->restore(other.state());
  CHECK(same_bits(other.model->parameters(), fresh.model->parameters()));
}

TEST_CASE("A checkpoint within an epoch brings back the place and what was kept there") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "c.pt";
  Trained trained;
  TrainingProgress progress;
  progress.part = {
      .place = {.step = 17, .kept = {torch::rand({3}, torch::kFloat64), torch::tensor(std::int64_t{5})}},
      .started = 100.5,
      .seconds = 2.25};
  write_checkpoint(path, owner, progress, trained.state());
  std::string note;
  const auto checkpoint = Checkpoint::read(path, owner, at::kCPU, note);
  REQUIRE(checkpoint);
  const auto& part = checkpoint->progress().part;
  REQUIRE(part);
  CHECK(part->place.step == 17);
  CHECK(same_bits(part->place.kept, progress.part->place.kept));
  CHECK(part->started == 100.5);
  CHECK(part->seconds == 2.25);
}

TEST_CASE("A device that does not take a good checkpoint is no reason to start the trial anew") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "c.pt";
  Trained trained;
  write_checkpoint(path, owner, {.epoch = 3, .early_stopping = {}, .history = {}, .part = {}},
                   trained.state());
  std::string note;
  const at::Device not_there(at::kCUDA, 99);
  CHECK_THROWS_AS(Checkpoint::read(path, owner, not_there, note), std::exception);
  CHECK(note == "");
  std::filesystem::resize_file(path, 100);
  CHECK_FALSE(Checkpoint::read(path, owner, not_there, note));
  CHECK(note != "");
}

TEST_CASE("A checkpoint is its owner's only") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "c.pt";
  Trained trained;
  write_checkpoint(path, owner, {}, trained.state());
  std::string note;
  auto other = owner;
  const auto readable = [&] { return Checkpoint::read(path, other, at::kCPU, note).has_value(); };
  CHECK(readable());
  SECTION("seed") {
    other.seed = 1;
  }
  SECTION("trial") {
    other.trial = 11;
  }
  SECTION("execution") {
    other.execution = 0;
  }
  SECTION("value") {
    other.hyperparameters["rate"] = 0.2;
  }
  SECTION("a value that was not there") {
    other.hyperparameters["more"] = true;
  }
  CHECK_FALSE(readable());
  CHECK_THAT(note, ContainsSubstring("belongs to another trial or sweep"));
  other = owner;
  other.hyperparameters.erase("kind");  // it was found later than the suggestion was made
  CHECK(readable());
}
