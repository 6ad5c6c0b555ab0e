#include "sibyl/streaming/parted_dataset.hpp"

#include <torch/torch.h>

#include <atomic>
#include <functional>
#include <thread>

// Last: LibTorch has a CHECK of its own.
#include "catch.hpp"

using namespace sibyl;

namespace {

/// Sample i is (i, i + 0.5), its y is 10 i, in parts of 5 with a rest of 3.
struct FivesDataset : PartedDataset {
  explicit FivesDataset(std::int64_t window, const at::Tensor& known_targets = {}) {
    lay_out({0, 5, 10, 15, 20}, 23, {.x = at::zeros({1, 2}), .y = at::zeros({1}, at::kLong)}, known_targets,
            window);
  }
  Split part(std::size_t number) const override {
    reading_at_once = std::max<int>(reading_at_once, ++reading);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    --reading;
    if (static_cast<std::int64_t>(number) == broken)
      throw Error("part " + std::to_string(number) + " is broken");
    const at::Tensor i = at::arange(begin_of(number), end_of(number), at::kDouble);
    Split split{.x = at::stack({i, i + 0.5}, 1), .y = {}};
    if (!targets().defined()) split.y = (i * 10).to(at::kInt);
    return split;
  }
  mutable std::atomic<int> reading = 0, reading_at_once = 0;
  std::atomic<std::int64_t> broken = -1;
};

void check_samples(const Dataset& dataset, const std::vector<std::int64_t>& places) {
  const Split into = dataset.batch(static_cast<std::int64_t>(places.size()));
  dataset.read(places, {}, into);
  const at::Tensor wanted = at::tensor(places, at::kLong);
  CHECK(torch::equal(into.x, at::stack({wanted, wanted + 0.5}, 1).to(at::kFloat)));
  CHECK(torch::equal(into.y, wanted * 10));
}

}  // namespace

TEST_CASE("Samples of any parts are read, in any order, with the types of the batch") {
  const FivesDataset dataset(2);
  CHECK(dataset.size() == 23);
  CHECK(dataset.parts() == std::vector<std::int64_t>{0, 5, 10, 15, 20});
  CHECK(dataset.window() == 2);
  check_samples(dataset, {22, 0, 7, 7, 4, 19});
  check_samples(dataset, {});
  const FivesDataset with_targets(2, at::arange(23) * 10);
  check_samples(with_targets, {22, 0, 7, 7, 4, 19});
  CHECK(torch::equal(with_targets.targets(), at::arange(23) * 10));
}

TEST_CASE("A part is read once for all threads, and parts are read at the same time") {
  const FivesDataset dataset(3);
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (std::int64_t i = 0; i < 5; ++i) {
        const std::vector<std::int64_t> places = {i, 5 + i, 10 + i, 15 + i};
        const Split into = dataset.batch(4);
        dataset.read(places, {}, into);
        right += torch::equal(into.y, at::tensor(places, at::kLong) * 10);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(right == 20);
  CHECK(dataset.parts_read() == 4);
  CHECK(dataset.reading_at_once > 1);
}

TEST_CASE("What was not used for two windows is forgotten") {
  const FivesDataset dataset(1);
  for (const std::int64_t place : {0, 5, 0, 10}) check_samples(dataset, {place});
  CHECK(dataset.parts_read() == 3);
  check_samples(dataset, {0});  // used after part 1
  CHECK(dataset.parts_read() == 3);
  check_samples(dataset, {5});
  CHECK(dataset.parts_read() == 4);
}

TEST_CASE("A part that can't be read makes its samples bad, and is tried anew") {
  FivesDataset dataset(2);
  dataset.broken = 2;
  const Split into = dataset.batch(4);
  const std::vector<std::int64_t> places = {1, 14, 11, 6};
  try {
    dataset.read(places, {}, into);
    CHECK(false);
  } catch (const BadSample& bad) {
    CHECK(bad.at() == 1);
    CHECK(std::string(bad.what()) == "part 2 is broken");
  }
  dataset.broken = -1;
  check_samples(dataset, places);
}

TEST_CASE("Without a window of one's own it is by the memory that parts take") {
  struct Sized : PartedDataset {
    Sized(std::int64_t floats, std::int64_t rows) {
      lay_out({0, rows}, 2 * rows, {.x = at::zeros({1, floats}), .y = {}});
    }
    Split part(std::size_t) const override { return {}; }
  };
  CHECK(Sized(10, 10).window() == 64);
  CHECK(Sized(1 << 12, 1 << 9).window() == 15);  // a little more than 8 MiB each, as they are counted
  CHECK(Sized(1 << 20, 1 << 10).window() == 4);
}

TEST_CASE("Parts that don't cover the samples are refused") {
  struct Wrong : PartedDataset {
    explicit Wrong(std::vector<std::int64_t> begins) {
      lay_out(std::move(begins), 10, {.x = at::zeros({1}), .y = {}});
    }
    Split part(std::size_t) const override { return {}; }
  };
  for (const auto& begins : std::vector<std::vector<std::int64_t>>{{}, {1}, {0, 5, 5}, {0, 10}})
    CHECK_THROWS_WITH(Wrong(begins), ContainsSubstring("ascending places"));
}
