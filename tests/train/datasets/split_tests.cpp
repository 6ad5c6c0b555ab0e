#include "sibyl/data/split.hpp"

#include <torch/torch.h>

#include <limits>

#include "sibyl/error.hpp"
#include "train/datasets/describe.hpp"
// Last: LibTorch has a CHECK of its own.
#include "catch.hpp"

using namespace sibyl;

namespace {

/// x is the number of the sample; one class has six samples of ten, the others three and one.
Split uneven(std::int64_t samples) {
  const auto number = torch::arange(samples);
  const auto tenth = number.remainder(10);
  return {.x = number.to(torch::kFloat).unsqueeze(1),
          .y = tenth.ge(6).to(torch::kLong) + tenth.ge(9).to(torch::kLong)};
}

at::Tensor all_of(const Data& data) {
  return std::get<0>(torch::cat({data.train.x, data.validation.x, data.test.x}).flatten().sort());
}

}  // namespace

TEST_CASE("A split gives every sample to one part, by the seed alone") {
  const Split all = uneven(100);
  for (const bool stratified : {false, true}) {
    CAPTURE(stratified);
    const Parts parts{.validation = 0.2, .test = 0.1, .stratified = stratified};
    const Data data = split(all, parts, 1);
    CHECK(data.train.size() == 70);
    CHECK(data.validation.size() == 20);
    CHECK(data.test.size() == 10);
    CHECK(torch::equal(all_of(data), all.x.flatten()));
    CHECK(torch::equal(all.y.index_select(0, data.train.x.flatten().to(torch::kLong)), data.train.y));
    torch::rand({10});
    CHECK(torch::equal(split(all, parts, 1).validation.x, data.validation.x));
    CHECK_FALSE(torch::equal(split(all, parts, 2).validation.x, data.validation.x));
  }
}

TEST_CASE("A stratified split has each class in its part everywhere") {
  for (const std::uint64_t seed : {1, 2, 3}) {
    const Data data = split(uneven(100), {.validation = 0.2, .test = 0.2, .stratified = true}, seed);
    for (const Split* part : {&data.validation, &data.test}) {
      const auto counts = torch::bincount(part->y, {}, 3);
      CHECK(std::abs(counts[0].item<int>() - 12) <= 1);
      CHECK(std::abs(counts[1].item<int>() - 6) <= 1);
      CHECK(std::abs(counts[2].item<int>() - 2) <= 1);
    }
  }
}

TEST_CASE("A split that leaves a part empty is refused") {
  CHECK(split(uneven(6), {.validation = 1.0 / 6}, 1).validation.size() == 1);
  CHECK_THROWS_AS(split(uneven(5), {.validation = 1.0 / 6}, 1), Error);
  CHECK_THROWS_WITH(split(uneven(5), {.validation = 0.1}, 1),
                    ContainsSubstring("too few to take 0.1 of them for validation"));
  CHECK_THROWS_WITH(split(uneven(10), {.validation = 0.5, .test = 0.5}, 1),
                    ContainsSubstring("none is left to train with"));
  CHECK_THROWS_WITH(split(uneven(10), {.validation = 1.5}, 1), ContainsSubstring("from 0 to below 1"));
  CHECK_THROWS_WITH(split({.x = torch::ones({9, 1}), .y = torch::ones({9})}, {.stratified = true}, 1),
                    ContainsSubstring("takes whole numbers"));
  CHECK(split(uneven(10), {.validation = 0}, 1).validation.size() == 0);
}

TEST_CASE("Samples that don't fit together or hold NaN are refused") {
  const auto nan = std::numeric_limits<float>::quiet_NaN();
  CHECK(samples(torch::ones({2, 3}, torch::kByte), torch::ones({2}, torch::kInt), "file").x.scalar_type() ==
        torch::kFloat);
  CHECK(samples(torch::ones({2}), torch::ones({2}, torch::kDouble), "file").y.scalar_type() == torch::kFloat);
  CHECK_THROWS_WITH(samples(torch::ones({2, 3}), torch::ones({3}), "file"),
                    ContainsSubstring("file: x has the shape [2, 3] and y [3]"));
  CHECK_THROWS_WITH(samples(torch::ones({0, 3}), torch::ones({0}), "file"), ContainsSubstring("no samples"));
  CHECK_THROWS_WITH(samples(torch::tensor({{1.f, 2.f}, {3.f, nan}}), torch::ones({2}), "file"),
                    ContainsSubstring("file: x holds NaN or infinity in 1 of 2 samples, first in sample 1"));
  CHECK_THROWS_WITH(samples(torch::ones({2}), torch::tensor({-1 / 0.0f, nan}), "file"),
                    ContainsSubstring("y holds NaN or infinity in 2 of 2 samples, first in sample 0"));
}

TEST_CASE("The training set's mean and deviation standardise all parts") {
  Data data;
  data.train = {.x = torch::tensor({{1.f, 5.f, .1f}, {3.f, 5.f, .1f}, {5.f, 5.f, .1f}}),
                .y = torch::zeros({3})};
  data.test = {.x = torch::tensor({{3.f, 6.f, .1f}}), .y = torch::zeros({1})};
  const Data done = standardised(data);
  CHECK(torch::allclose(done.train.x.mean(0), torch::zeros({3}), 0, 1e-6));
  CHECK(done.train.x.std(0, false)[0].item<float>() == Approx(1));
  CHECK(torch::allclose(done.test.x, torch::tensor({{0.f, 1.f, 0.f}}), 0, 1e-6));
  CHECK(done.validation.size() == 0);
  CHECK(data.train.x[0][0].item<float>() == 1);  // the original is as it was

  data.train.x = torch::rand({20, 3, 4, 5}) * torch::tensor({1.f, 2.f, 3.f}).view({3, 1, 1}) + 7;
  data.test = {};
  const auto x = standardised(data).train.x;  // by channel
  CHECK(torch::allclose(x.mean({0, 2, 3}), torch::zeros({3}), 0, 1e-4));
  CHECK(torch::allclose(x.std({0, 2, 3}, false), torch::ones({3}), 1e-3));
  data.train.x = torch::rand({20});
  CHECK_THROWS_AS(standardised(data), Error);
}

TEST_CASE("Data is described in three lines") {
  const Data classes = split(uneven(100), {.validation = 0.2, .test = 0.1, .stratified = true}, 1);
  CHECK_THAT(describe(classes),
             ContainsSubstring("data: 70 training, 20 validation, 10 test samples\nx     1 each, ") &&
                 ContainsSubstring("\ny     3 classes, training samples of each: 42 21 7\n"));
  Data values{.train = {.x = torch::ones({4, 3, 8, 8}), .y = torch::tensor({1.f, 2.f, 3.f, 4.f})},
              .validation = {},
              .test = {}};
  CHECK(describe(values) ==
        "data: 4 training, 0 validation, 0 test samples\nx     3 x 8 x 8 each, 1 to 1 (mean 1, deviation 0)\n"
        "y     1 to 4 (mean 2.5, deviation 1.12)\n");
  values.train.y = torch::tensor({0, 1, 1, 0}, torch::kLong);
  CHECK_THAT(describe(values), ContainsSubstring("2 classes, 2 training samples each"));
  values.train.y = torch::tensor({0, 1, -1, 0}, torch::kLong);
  CHECK_THAT(describe(values), ContainsSubstring("classes from -1"));
  CHECK(describe({}) == "data: 0 training, 0 validation, 0 test samples\n");
}
