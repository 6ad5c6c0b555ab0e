#include "sibyl/streaming/torch_dataset.hpp"

#include <torch/torch.h>

#include <thread>

// Last: LibTorch has a CHECK of its own.
#include "catch.hpp"

using namespace sibyl;

namespace {

/// Sample i has the value i in all of its places; sample 7 can't be read.
struct Numbers : torch::data::datasets::Dataset<Numbers> {
  explicit Numbers(bool sequences = false) : sequences_(sequences) {}
  torch::data::Example<> get(std::size_t i) override {
    if (inside_.exchange(true)) throw std::runtime_error("two threads at once");
    std::this_thread::yield();
    inside_ = false;
    TORCH_CHECK(i != 7, "number 7 is gone");
    const auto value = static_cast<double>(i);
    const auto length = static_cast<std::int64_t>(sequences_ ? i + 1 : 3);
    return {torch::full({length, 2}, value), torch::tensor(static_cast<std::int64_t>(i) % 4)};
  }
  torch::optional<std::size_t> size() const override { return 20; }
  Numbers(const Numbers& other)
      : torch::data::datasets::Dataset<Numbers>(other), sequences_(other.sequences_) {}

 private:
  bool sequences_;
  std::atomic<bool> inside_ = false;
};

const std::vector<std::int64_t> some = {5, 0, 19, 5};

}  // namespace

TEST_CASE("A dataset of LibTorch's is read as it is, with its transforms") {
  const auto dataset = torch_dataset(Numbers());
  CHECK(dataset->size() == 20);
  CHECK(dataset->has_equal_sizes());
  CHECK_FALSE(dataset->targets().defined());
  const Split into = dataset->batch(4);
  dataset->read(some, {}, into);
  CHECK(into.x.sizes() == at::IntArrayRef({4, 3, 2}));
  CHECK(torch::equal(into.x.select(1, 0).select(1, 0), torch::tensor({5.f, 0.f, 19.f, 5.f})));
  CHECK(torch::equal(into.y, torch::tensor({1, 0, 3, 1}, torch::kLong)));

  const auto changed = torch_dataset(Numbers().map(torch::data::transforms::Normalize<>(1, 2)));
  const Split of_changed = changed->batch(4);
  changed->read(some, {}, of_changed);
  CHECK(torch::equal(of_changed.x[2], torch::full({1, 3, 2}, 9.f)));
}

TEST_CASE("Threads take turns in a dataset of LibTorch's") {
  const auto dataset = torch_dataset(Numbers());
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      const Split into = dataset->batch(4);
      for (int i = 0; i < 50; ++i) dataset->read(some, {}, into);
      right += into.x[2][0][0].item<float>() == 19;
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(right == 4);
}

TEST_CASE("What a dataset of LibTorch's throws is a bad sample") {
  const auto dataset = torch_dataset(Numbers(), TorchDatasetOptions{.name = "the numbers"});
  const std::vector<std::int64_t> places = {6, 7};
  try {
    dataset->read(places, {}, dataset->batch(2));
    CHECK(false);
  } catch (const BadSample& bad) {
    CHECK(bad.at() == 1);
    CHECK(std::string(bad.what()) == "sample 7 of the numbers: number 7 is gone");
  }
  CHECK(dataset->describe() == "20 samples of the numbers");
}

TEST_CASE("Sequences are padded to the longest of the batch") {
  const auto dataset = torch_dataset(Numbers(true), pad_sequences({.value = -1}));
  CHECK_FALSE(dataset->has_equal_sizes());
  const Split batch = dataset->collate(std::vector<std::int64_t>{1, 3}, {});
  CHECK(torch::equal(batch.x.select(2, 0), torch::tensor({{1, 1, -1, -1}, {3, 3, 3, 3}}, torch::kFloat)));
  REQUIRE(batch.more.size() == 1);
  CHECK(torch::equal(batch.more[0], torch::tensor({2, 4}, torch::kLong)));
  CHECK(torch::equal(batch.y, torch::tensor({1, 3}, torch::kLong)));
  CHECK(dataset->batch(3).more.at(0).sizes() == at::IntArrayRef({3}));

  // Targets that are sequences too, and what can't be padded.
  const auto pad = pad_sequences();
  const Split tagged =
      pad({{torch::ones({1}), torch::tensor({4})}, {torch::ones({2}), torch::tensor({5, 6})}});
  CHECK(torch::equal(tagged.y, torch::tensor({{4, -100}, {5, 6}}, torch::kLong)));
  CHECK_THROWS_WITH(pad({{torch::ones({1, 2}), {}}, {torch::ones({1, 3}), {}}}),
                    ContainsSubstring("pads dimension 0 alone") && ContainsSubstring("[1, 3]"));
  CHECK_THROWS_WITH(pad({{torch::tensor(1.f), {}}}), ContainsSubstring("a single number"));
}

TEST_CASE("Samples of different sizes without a collate function are refused with what to do") {
  const auto dataset = torch_dataset(Numbers(true));
  CHECK_THROWS_WITH(dataset->read(some, {}, dataset->batch(4)),
                    ContainsSubstring("has the shape [6, 2] and the first one [1, 2]") &&
                        ContainsSubstring("pad_sequences()"));
}
