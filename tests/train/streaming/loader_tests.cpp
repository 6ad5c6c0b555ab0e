#include "train/streaming/loader.hpp"

#include "train/streaming/numbered.hpp"
// Last: LibTorch has a CHECK of its own.
#include "catch.hpp"

using namespace sibyl;

namespace {

const SampleRandom epoch_two(7, 3, 0, 2);

/// The rest of an epoch, batch by batch.
std::vector<Split> take(Loader& loader, std::int64_t step) {
  std::vector<Split> batches;
  for (; step < loader.steps(); ++step) {
    const Split& batch = loader.next();
    batches.push_back({.x = batch.x.clone(), .y = batch.y.clone()});
  }
  return batches;
}

std::vector<Split> epoch_of(const Numbered& dataset, LoadingOptions options, const at::Tensor& order,
                            std::int64_t step = 0) {
  Loader loader(std::make_shared<Numbered>(dataset), 4, at::kCPU, options);
  loader.begin(order, epoch_two, step);
  return take(loader, step);
}

bool same(const std::vector<Split>& a, const std::vector<Split>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (!torch::equal(a[i].x, b[i].x) || !torch::equal(a[i].y, b[i].y)) return false;
  return true;
}

}  // namespace

TEST_CASE("A loader gives the batches of an order, the last one as small as it is, whatever its threads") {
  const at::Tensor order = torch::randperm(18, torch::kLong);
  const auto batches = epoch_of(Numbered(18), {.threads = 1}, order);
  REQUIRE(batches.size() == 5);
  CHECK(batches.back().x.size(0) == 2);
  std::vector<at::Tensor> firsts;
  for (const Split& batch : batches) firsts.push_back(batch.x.select(1, 0));
  CHECK(torch::equal(torch::cat(firsts).to(torch::kLong), order));
  CHECK(torch::equal(batches[1].y, order.narrow(0, 4, 4).remainder(3)));
  for (const int threads : {2, 3, 8}) {
    CAPTURE(threads);
    CHECK(same(batches, epoch_of(Numbered(18), {.threads = threads}, order)));
  }
}

TEST_CASE("A loader that begins in the middle of an epoch gives what is left of it") {
  const at::Tensor order = torch::randperm(18, torch::kLong);
  const auto whole = epoch_of(Numbered(18), {.threads = 1}, order);
  for (std::int64_t step = 0; step <= 5; ++step)
    CHECK(same({whole.begin() + step, whole.end()}, epoch_of(Numbered(18), {.threads = 2}, order, step)));
}

TEST_CASE("A loader that is told to begin elsewhere forgets what it has read ahead") {
  const at::Tensor order = torch::arange(40, torch::kLong);
  Loader loader(std::make_shared<Numbered>(40), 4, at::kCPU, {.threads = 3});
  for (int i = 0; i < 20; ++i) {
    loader.begin(order, SampleRandom(), 0);
    if (i % 3 > 0) CHECK(loader.next().x[0][0].item<float>() == 0);
    loader.begin(order.flip(0), SampleRandom(), 1);
    CHECK(loader.next().x[0][0].item<float>() == 35);
    if (i % 2 > 0) CHECK(loader.next().x[0][0].item<float>() == 31);
  }
}

TEST_CASE("What is random in a sample goes by its place and the epoch, and nothing is where nobody trains") {
  const at::Tensor order = torch::arange(8, torch::kLong);
  Numbered dataset(8);
  const auto once = epoch_of(dataset, {}, order), turned = epoch_of(dataset, {}, order.flip(0));
  CHECK(torch::equal(once[0].x, turned[1].x.flip(0)));
  Loader loader(std::make_shared<Numbered>(8), 4, at::kCPU, {});
  loader.begin(order, SampleRandom(7, 3, 0, 3), 0);
  CHECK(!torch::equal(once[0].x, take(loader, 0)[0].x));
  loader.begin(order, SampleRandom(), 0);
  CHECK(torch::equal(take(loader, 0)[0].x.select(1, 1), 2 * torch::arange(4)));
}

TEST_CASE("A sample that can't be read fails, or the next one takes its place, the same in any thread") {
  const at::Tensor order = torch::randperm(18, torch::kLong);
  Numbered dataset(18);
  dataset.bad = {5, 6, 17};
  CHECK_THROWS_WITH(epoch_of(dataset, {}, order), ContainsSubstring("is torn (with --max-bad-samples N"));
  CHECK_THROWS_WITH(epoch_of(dataset, {.threads = 2, .max_bad_samples = 2}, order),
                    ContainsSubstring("--max-bad-samples"));
  at::Tensor replaced = order.clone();
  for (const auto& [place, next] : {std::pair{5, 7}, {6, 7}, {17, 0}})
    replaced.masked_fill_(order == place, next);
  const auto expected = epoch_of(Numbered(18), {}, replaced);
  for (const int threads : {1, 3})
    CHECK(same(expected, epoch_of(dataset, {.threads = threads, .max_bad_samples = 3}, order)));
  Loader loader(std::make_shared<Numbered>(dataset), 4, at::kCPU, {.threads = 2, .max_bad_samples = 3});
  loader.begin(order, SampleRandom(), 0);
  take(loader, 0);
  REQUIRE(loader.bad().size() == 3);
  CHECK(loader.bad().at(17) == "sample 17 is torn");
}

TEST_CASE("A dataset of which nothing can be read ends") {
  Numbered dataset(3);
  dataset.bad = {0, 1, 2};
  CHECK_THROWS_AS(epoch_of(dataset, {.max_bad_samples = 1000}, torch::arange(3, torch::kLong)), Error);
}

TEST_CASE("A loader says how long its batches were waited for") {
  Numbered slow(8);
  slow.pause = std::chrono::milliseconds(30);
  Loader loader(std::make_shared<Numbered>(slow), 4, at::kCPU, {});
  loader.begin(torch::arange(8, torch::kLong), SampleRandom(), 0);
  take(loader, 0);
  CHECK(loader.take_waited() > 0.02);
  CHECK(loader.take_waited() == 0);
}

TEST_CASE("Samples of different sizes are batched by the dataset itself") {
  struct Ragged : Numbered {
    Ragged() : Numbered(6) {}
    bool has_equal_sizes() const override { return false; }
    Split collate(std::span<const std::int64_t> places, const SampleRandom&) const override {
      const auto longest = *std::max_element(places.begin(), places.end()) + 1;
      const auto samples = static_cast<std::int64_t>(places.size());
      return {.x = torch::zeros({samples, longest}), .y = torch::zeros({samples}, torch::kLong)};
    }
  };
  Loader loader(std::make_shared<Ragged>(), 2, at::kCPU, {.threads = 2});
  loader.begin(torch::tensor({0, 3, 5, 1, 2, 4}, torch::kLong), SampleRandom(), 0);
  for (const std::int64_t length : {4, 6, 5}) CHECK(loader.next().x.size(1) == length);
}
