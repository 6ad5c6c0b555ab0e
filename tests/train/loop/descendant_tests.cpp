#include "train/support.hpp"
// Last: LibTorch has a CHECK of its own.
#include "catch.hpp"

using namespace sibyl;

namespace {

/// Trial 5, which goes on from trial 3's epoch 2.
Suggestion descendant(int last_epoch) {
  Suggestion suggestion = slot(2, last_epoch);
  suggestion.slot.trial = 5;
  suggestion.parent = 3;
  return suggestion;
}

std::shared_ptr<Blobs> blobs(double learning_rate) {
  auto model = std::make_shared<Blobs>();
  model->how = {.kind = "adam", .learning_rate = learning_rate};
  return model;
}

bool close(const std::vector<at::Tensor>& a, const std::vector<at::Tensor>& b) {
  for (std::size_t i = 0; i < 6; ++i)  // the parameters; what follows are the buffers of batch normalization
    if (!torch::allclose(a[i], b[i], 0, 1e-6)) return false;
  return true;
}

}  // namespace

TEST_CASE("A descendant takes over its parent's weights, and has a learning rate of its own") {
  const TemporaryFolder folder;
  Recorder recorder;
  auto parent = blobs(0.01);
  REQUIRE(train(parent, options(folder.path()), slot(0, 2), recorder).ending == Ending::reached);

  auto still = blobs(1e-12);  // learns nothing: its weights are those that it took over
  Recorder its;
  const auto ended = train(still, options(folder.path()), descendant(4), its);
  CHECK(ended.ending == Ending::reached);
  CHECK(ended.message == "");
  CHECK(its.numbers() == std::vector{3, 4});
  CHECK(close(still->trained, parent->trained));
  REQUIRE(std::filesystem::exists(checkpoint_path(folder.path(), 5, 0)));

  SECTION("Its later slots go on from its own checkpoint, whatever became of the parent's") {
    std::filesystem::remove_all(folder.path() / checkpoint_folder(3));
    Suggestion later = descendant(6);
    later.slot.first_epoch = 4;
    const auto on = train(still, options(folder.path()), later, its);
    CHECK(on.message == "");
    CHECK(its.numbers() == std::vector{3, 4, 5, 6});
    CHECK(close(still->trained, parent->trained));
  }
}

TEST_CASE(
    "A descendant that finds no checkpoint of its parent's epoch is trained from the start, and says so") {
  const TemporaryFolder folder;
  Recorder recorder;
  const bool there = GENERATE(true, false);
  if (there)
    REQUIRE(train(blobs(0.01), options(folder.path()), slot(0, 1), recorder).ending == Ending::reached);
  Recorder its;
  const auto ended = train(blobs(0.01), options(folder.path()), descendant(4), its);
  CHECK(ended.ending == Ending::reached);
  CHECK_THAT(ended.message, ContainsSubstring(there ? "is not of epoch 2" : "is missing") &&
                                ContainsSubstring("trained again from the start"));
  CHECK(its.numbers() == std::vector{3, 4});
}
