#include "train/loop/data_parts.hpp"

#include <torch/torch.h>

#include "base/hash.hpp"
// Last: LibTorch has a CHECK of its own.
#include "catch.hpp"

using namespace sibyl;

namespace {

Data example() {
  Data data;
  data.train = {.x = torch::arange(12, torch::kFloat32).reshape({4, 3}),
                .y = torch::arange(4, torch::kInt64)};
  data.test = {.x = torch::ones({2, 3}), .y = torch::zeros({2}, torch::kInt64)};
  return data;
}

}  // namespace

TEST_CASE("the parts of data are its tensors, by name, shape, type and contents") {
  const auto parts = data_parts(example());
  REQUIRE(parts.size() == 4);
  CHECK(parts[0].name == "train.x");
  CHECK(parts[0].shape == std::vector<std::int64_t>{4, 3});
  CHECK(parts[0].type == "Float");
  CHECK(parts[0].mean == 5.5);
  CHECK(parts[1].type == "Long");
  CHECK(parts[2].name == "test.x");
  const std::vector<float> numbers{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  CHECK(parts[0].hash == xxh64(std::as_bytes(std::span(numbers))));
  CHECK((parts == data_parts(example())));
}

TEST_CASE("any other value, order, type or shape is other data") {
  const auto parts = data_parts(example());
  Data value = example(), order = example(), type = example(), shape = example(), bytes = example();
  value.train.x[3][2] = 12;
  CHECK((data_parts(value) != parts));
  order.train.x = order.train.x.flip(0);
  CHECK((data_parts(order) != parts));
  CHECK(data_parts(order)[0].mean == parts[0].mean);
  CHECK(data_parts(order)[0].trend != parts[0].trend);
  type.test.y = type.test.y.to(torch::kInt32);
  CHECK((data_parts(type) != parts));
  shape.train.x = shape.train.x.reshape({4, 1, 3});
  CHECK((data_parts(shape) != parts));
  bytes.train.x = (bytes.train.x * 20).to(torch::kUInt8);  // sums that would not fit into the type
  CHECK(data_parts(bytes)[0].mean == 110);
}

TEST_CASE("how a tensor lies in memory does not matter") {
  Data strided = example();
  strided.train.x = strided.train.x.t().contiguous().t();
  CHECK(!strided.train.x.is_contiguous());
  CHECK((data_parts(strided) == data_parts(example())));
  Data empty = example();
  empty.test = {.x = torch::zeros({0, 3}), .y = torch::zeros({0})};
  CHECK(data_parts(empty)[2].hash == xxh64({}));
}
