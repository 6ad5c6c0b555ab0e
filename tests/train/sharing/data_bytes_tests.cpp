// What a process hands on to the others of its node is what it has read, to the bit.
#include "train/sharing/data_bytes.hpp"

#include <torch/torch.h>

#include <atomic>
#include <cmath>
#include <limits>
#include <thread>

#include "sibyl/error.hpp"
#include "sibyl/streaming/dataset.hpp"
#include "train/loop/folds.hpp"
#include "train/sharing/shared_data.hpp"
#include "train/streaming/views.hpp"
// Last: LibTorch has a CHECK of its own.
#include "catch.hpp"

using namespace sibyl;

namespace {

Preparation odd_preparation() {
  PreparedColumn age{.name = "age"}, born{.name = "born"}, city{.name = "city"};
  age.gaps = 3;
  age.fill = 0.1;
  age.has_indicator = true;
  age.shift = {std::numeric_limits<double>::quiet_NaN()};
  age.scale = {1.0 / 3};
  born.kind = ColumnKind::date;
  born.date = DateForm::month_first;
  born.shift = {1e300, -0.0};
  born.scale = {std::numeric_limits<double>::denorm_min(), 2};
  city.kind = ColumnKind::text;
  city.categories = {"", "Z\xfcrich", std::string("a\0b", 3)};  // Latin-1, and a zero
  city.is_one_hot = false;
  city.has_other = true;
  Preparation preparation;
  preparation.table = TablePreparation{.decimal = ',', .columns = {age, born, city}};
  preparation.steps = {{.kind = ArrayStep::Kind::reshape, .sizes = {2, -1}},
                       {.kind = ArrayStep::Kind::scale,
                        .shift = torch::full({1, 3}, 0.1, torch::kDouble),
                        .scale = torch::tensor(std::numeric_limits<float>::infinity())}};
  preparation.target = {.names = {"pay"}, .shift = {0.3}, .scale = {7}};
  return preparation;
}

LoadedData odd_data() {
  LoadedData loaded;
  const auto x = torch::arange(60, torch::kFloat32).reshape({5, 4, 3});
  loaded.data.train = {.x = x.transpose(1, 2), .y = torch::arange(5)};  // not contiguous
  loaded.data.train.more = {torch::ones({5, 1}, torch::kBool), torch::full({5}, 300, torch::kShort)};
  loaded.data.validation = {.x = x.slice(0, 1, 3), .y = torch::ones({2}, torch::kDouble)};
  loaded.data.test = {.x = torch::empty({0, 3, 4}), .y = torch::empty({0}, torch::kLong)};
  loaded.data.feature_names = {"a", "\xff", ""};
  loaded.data.class_names = {"no", "yes"};
  loaded.data.preparation = odd_preparation();
  loaded.training = 5;
  loaded.parts = {{.name = "train.x", .shape = {5, 3, 4}, .type = "Float", .hash = ~0ULL, .mean = 0.1}};
  loaded.description = "data: 5 training samples\n";
  return loaded;
}

/// The pieces one after another, where tensors may lie.
struct Joint {
  std::shared_ptr<torch::Tensor> memory;
  std::span<std::byte> bytes;
  explicit Joint(const DataBytes& data) {
    memory =
        std::make_shared<torch::Tensor>(torch::empty({static_cast<std::int64_t>(data.size())}, torch::kByte));
    bytes = {static_cast<std::byte*>(memory->data_ptr()), data.size()};
    std::byte* place = bytes.data();
    for (const auto& piece : data.pieces()) place = std::copy(piece.begin(), piece.end(), place);
  }
};

void require_same(const torch::Tensor& a, const torch::Tensor& b) {
  REQUIRE(a.defined() == b.defined());
  if (!a.defined()) return;
  REQUIRE(a.dtype() == b.dtype());
  REQUIRE(a.sizes() == b.sizes());
  REQUIRE(torch::equal(a, b));
}

void require_same(const Split& a, const Split& b) {
  require_same(a.x, b.x);
  require_same(a.y, b.y);
  REQUIRE(a.more.size() == b.more.size());
  for (std::size_t i = 0; i < a.more.size(); ++i) require_same(a.more[i], b.more[i]);
}

bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

}  // namespace

TEST_CASE("Loaded data comes back from its bytes to the bit") {
  const LoadedData loaded = odd_data();
  const DataBytes bytes(loaded);
  const Joint joint(bytes);
  const LoadedData back = data_in(joint.bytes, joint.memory);
  require_same(back.data.train, loaded.data.train);
  require_same(back.data.validation, loaded.data.validation);
  require_same(back.data.test, loaded.data.test);
  CHECK(back.data.feature_names == loaded.data.feature_names);
  CHECK(back.data.class_names == loaded.data.class_names);
  CHECK(back.training == 5);
  CHECK(back.description == loaded.description);
  CHECK((back.parts == loaded.parts));
  for (const auto& tensor : {back.data.train.x, back.data.train.y, back.data.train.more[1]}) {
    CHECK(reinterpret_cast<std::uintptr_t>(tensor.data_ptr()) % 64 ==
          reinterpret_cast<std::uintptr_t>(joint.bytes.data()) % 64);
    CHECK(joint.bytes.data() <= tensor.data_ptr());  // no copies
    CHECK(tensor.data_ptr() < joint.bytes.data() + joint.bytes.size());
  }
}

TEST_CASE("A preparation comes back to the bit, whatever its numbers and texts") {
  const LoadedData loaded = odd_data();
  const Joint joint{DataBytes(loaded)};
  const Preparation there = loaded.data.preparation,
                    back = data_in(joint.bytes, joint.memory).data.preparation;
  REQUIRE(back.table);
  CHECK(back.table->decimal == ',');
  REQUIRE(back.table->columns.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    const PreparedColumn &a = there.table->columns[i], &b = back.table->columns[i];
    CHECK((a.name == b.name && a.kind == b.kind && a.gaps == b.gaps && a.fill == b.fill));
    CHECK((a.has_indicator == b.has_indicator && a.date == b.date && a.categories == b.categories));
    CHECK((a.is_one_hot == b.is_one_hot && a.has_other == b.has_other));
    CHECK((same_bits(a.shift, b.shift) && same_bits(a.scale, b.scale)));
  }
  REQUIRE(back.steps.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK((back.steps[i].kind == there.steps[i].kind && back.steps[i].sizes == there.steps[i].sizes));
    require_same(back.steps[i].shift, there.steps[i].shift);
    require_same(back.steps[i].scale, there.steps[i].scale);
  }
  CHECK((back.target.names == there.target.names && back.target.shift == there.target.shift &&
         back.target.scale == there.target.scale));
}

TEST_CASE("Bytes that are no data, or not all of it, are an error") {
  const Joint joint{DataBytes(odd_data())};
  for (std::size_t size = 0; size + 64 < joint.bytes.size(); size += 5)
    CHECK_THROWS_AS(data_in(joint.bytes.first(size), joint.memory), Error);
}

TEST_CASE("The tensors of bytes keep them") {
  auto joint = std::make_optional<Joint>(DataBytes(odd_data()));
  const std::weak_ptr<torch::Tensor> memory = joint->memory;
  auto back = std::make_optional(data_in(joint->bytes, joint->memory));
  joint.reset();
  const torch::Tensor y = back->data.train.y;
  back.reset();
  CHECK(y[4].item<int>() == 4);
  CHECK_FALSE(memory.expired());
}

TEST_CASE("Samples that are read when they are needed can't be handed over") {
  LoadedData loaded = odd_data();
  loaded.data.validation = streamed(std::make_shared<InMemory>(loaded.data.validation));
  CHECK(DataBytes(loaded).pieces().empty());
  LoadedData sparse = odd_data();
  sparse.data.train.x = torch::eye(5).to_sparse();
  CHECK(DataBytes(sparse).pieces().empty());
}

TEST_CASE("Samples for training and validation that were joined come apart") {
  const auto split = [](std::int64_t begin, std::int64_t end) {
    return Split{.x = torch::arange(begin, end).reshape({-1, 1}), .y = torch::arange(begin, end)};
  };
  for (const bool is_streamed : {false, true}) {
    Split train = split(0, 5), validation = split(5, 8);
    if (is_streamed) {
      train = streamed(std::make_shared<InMemory>(train));
      validation = streamed(std::make_shared<InMemory>(validation));
    }
    LoadedData loaded;
    loaded.training = 5;
    loaded.data.train = join(train, validation);
    const Data apart = unjoined(loaded);
    CHECK(apart.train.size() == 5);
    CHECK(apart.validation.size() == 3);
    CHECK(torch::equal(apart.validation.y, torch::arange(5, 8)));
    CHECK(apart.validation.dataset.operator bool() == is_streamed);
  }
}

TEST_CASE("Data is loaded once for all who ask, and what loading throws they all get") {
  TrainerOptions options;
  options.launch = "data_bytes_tests " + std::to_string(getpid());
  std::atomic<int> loads = 0;
  const auto load = [&] {
    ++loads;
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    if (options.seed == 9) throw Error("no such file");
    return odd_data();
  };
  const auto ask = [&](std::string& note, LoadedData& loaded) {
    try {
      loaded = loaded_once(options, load, note);
    } catch (const Error& problem) {
      note = problem.what();
    }
  };
  std::array<std::string, 3> notes;
  std::array<LoadedData, 3> loaded;
  const auto all = [&] {
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < 3; ++i) threads.emplace_back([&, i] { ask(notes[i], loaded[i]); });
    for (std::thread& each : threads) each.join();
  };
  all();
  CHECK(loads == 1);
  for (std::size_t i = 0; i < 3; ++i) {
    require_same(loaded[i].data.train, odd_data().data.train);
    CHECK_THAT(notes[i], ContainsSubstring("once for all workers of the node"));
  }
  ++options.seed;  // other data
  std::string note;
  LoadedData other;
  ask(note, other);
  CHECK(loads == 2);
  options.seed = 9;
  all();
  CHECK(loads == 3);
  for (const std::string& each : notes) CHECK_THAT(each, ContainsSubstring("no such file"));
}
