#include "train/streaming/views.hpp"

#include <set>

#include "sibyl/data/split.hpp"
#include "train/streaming/epoch_order.hpp"
#include "train/streaming/numbered.hpp"
#include "train/streaming/split_tensors.hpp"
// Last: LibTorch has a CHECK of its own.
#include "catch.hpp"

using namespace sibyl;

namespace {

Split read_all(const Split& split) {
  std::vector<std::int64_t> places(static_cast<std::size_t>(split.size()));
  std::iota(places.begin(), places.end(), std::int64_t{0});
  return read_samples(split, places);
}

std::vector<std::int64_t> numbers(const at::Tensor& tensor) {
  const at::Tensor whole = tensor.to(torch::kLong).contiguous();
  return {whole.data_ptr<std::int64_t>(), whole.data_ptr<std::int64_t>() + whole.numel()};
}

std::vector<std::int64_t> firsts(const Split& split) {
  return numbers(read_all(split).x.select(1, 0));
}

}  // namespace

TEST_CASE("Some samples of a dataset are a dataset, with their targets and parts") {
  auto all = std::make_shared<Numbered>(10);
  all->begins = {0, 4, 8};
  const Split some = chosen(streamed(all), torch::tensor({1, 2, 8}, torch::kLong));
  CHECK(some.size() == 3);
  CHECK(firsts(some) == std::vector<std::int64_t>{1, 2, 8});
  CHECK(numbers(some.y) == std::vector<std::int64_t>{1, 2, 2});
  CHECK(some.dataset->parts() == std::vector<std::int64_t>{0, 2});
  CHECK(chosen(streamed(all), torch::tensor({2, 1}, torch::kLong)).dataset->parts().empty());
  all->knows_targets = false;
  CHECK(!knows_targets(chosen(streamed(all), torch::tensor({1}, torch::kLong))));
}

TEST_CASE("Two datasets are one, whose bad samples are where they were asked for") {
  auto first = std::make_shared<Numbered>(3), second = std::make_shared<Numbered>(4);
  second->bad = {2};
  const Joined joined(first, second);
  CHECK(joined.size() == 7);
  const Split into = joined.batch(4);
  joined.read(std::vector<std::int64_t>{6, 1, 2, 3}, SampleRandom(), into);
  CHECK(numbers(into.x.select(1, 0)) == std::vector<std::int64_t>{3, 1, 2, 0});
  CHECK(numbers(joined.targets()) == std::vector<std::int64_t>{0, 1, 2, 0, 1, 2, 0});
  try {
    joined.read(std::vector<std::int64_t>{0, 3, 5, 1}, SampleRandom(), into);
    FAIL("it was read");
  } catch (const BadSample& bad) {
    CHECK(bad.at() == 2);
  }
  second->begins = {0, 2};
  CHECK(joined.parts() == std::vector<std::int64_t>{0, 3, 5});
  const InMemory other({.x = torch::zeros({2, 3}), .y = torch::zeros({2}, torch::kLong)});
  CHECK_THROWS_AS(Joined(first, std::make_shared<InMemory>(other)), Error);
}

TEST_CASE("A dataset is split, and prepared by what some samples of it show") {
  const Data parts = split(streamed(std::make_shared<Numbered>(100)), {.validation = 0.2, .test = 0.1}, 5);
  CHECK(parts.train.size() == 70);
  std::vector<std::int64_t> all;
  for (const Split* part : {&parts.train, &parts.validation, &parts.test}) {
    const auto some = firsts(*part);
    CHECK(std::is_sorted(some.begin(), some.end()));
    all.insert(all.end(), some.begin(), some.end());
  }
  CHECK(std::set(all.begin(), all.end()).size() == 100);
  // The same samples as of tensors.
  const Data tensors =
      split(read_all(streamed(std::make_shared<Numbered>(100))), {.validation = 0.2, .test = 0.1}, 5);
  CHECK(firsts(parts.validation) == numbers(std::get<0>(tensors.validation.x.select(1, 0).sort())));

  const Data scaled = standardised(parts);
  const at::Tensor x = read_all(scaled.train).x;
  CHECK(x.mean(0).abs().max().item<double>() < 1e-5);
  CHECK(scaled.preparation.steps.size() == 1);
  CHECK(torch::equal(read_all(scaled.test).x, apply_steps(scaled.preparation.steps, read_all(parts.test).x)));
}

TEST_CASE("A dataset in parts is taken in windows of them, each sample once") {
  Numbered dataset(1000);
  for (std::int64_t begin = 0; begin < 1000; begin += 100) dataset.begins.push_back(begin);
  const auto order = numbers(random_order(dataset, RandomStream(5)));
  CHECK(std::set(order.begin(), order.end()).size() == 1000);
  std::set<std::set<std::int64_t>> windows;
  for (std::size_t begin = 0; begin < order.size(); begin += 200) {
    std::set<std::int64_t> parts;
    for (std::size_t i = begin; i < begin + 200; ++i) parts.insert(order[i] / 100);
    CHECK(parts.size() == 2);
    CHECK(!std::is_sorted(order.begin() + static_cast<std::ptrdiff_t>(begin),
                          order.begin() + static_cast<std::ptrdiff_t>(begin) + 200));
    windows.insert(parts);
  }
  CHECK(windows.size() == 5);
  CHECK(order != numbers(random_order(dataset, RandomStream(6))));
  CHECK(order == numbers(random_order(dataset, RandomStream(5))));
}
