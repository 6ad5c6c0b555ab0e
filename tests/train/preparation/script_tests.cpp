// An exported model does to raw input what was done to the training data: bit for bit.
#include <torch/script.h>
#include <torch/torch.h>

#include "sibyl/data/embed_places.hpp"
#include "sibyl/data/split.hpp"
#include "sibyl/data/table.hpp"
#include "train/datasets/text_files.hpp"
#include "train/model/predict.hpp"
#include "train/model/torchscript.hpp"
// Last: LibTorch has a CHECK of its own.
#include "catch.hpp"

using namespace sibyl;
using Strings = std::vector<std::string>;
using Row = c10::Dict<std::string, std::string>;

namespace {

c10::List<Row> rows_of(const Strings& names, const std::vector<Strings>& cells) {
  c10::List<Row> rows;
  for (const Strings& each : cells) {
    Row row;
    for (std::size_t i = 0; i < names.size(); ++i) row.insert(names[i], each[i]);
    rows.push_back(row);
  }
  return rows;
}

torch::jit::Module exported(const Data& data, torch::nn::Sequential& network,
                            const std::filesystem::path& file, const Loss& loss = Loss::automatic) {
  network->eval();
  const torch::NoGradGuard no_gradients;
  save_torchscript(*network, {data.train.x.narrow(0, 0, 2)},
                   describe_model(loss, data, network->forward(data.train.x)), file);
  return torch::jit::load(file.string());
}

Strings ask(const std::filesystem::path& model, const std::filesystem::path& input,
            const std::filesystem::path& output) {
  return predict(model, {input.string()}, output);
}

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("Rows of texts are prepared by the exported model as by Sibyl") {
  const TextFile table("table.csv"), model("model.pt"), output("out.csv");
  const Strings names = {"a", "when", "city", "plan", "at"};
  table.with(
      "a,when,city,plan,at,y\n1.5,2024-01-31,Rome,x,1.2.2024 10:00,no\n-2e1,1999-12-31,Oslo,y,28.2.1999 23:59:59,yes\n"
      ",2024-02-29,Rome,x,,no\n4,,Oslo,,2.2.1999 01:30Z,yes\n7,2000-03-01,Bonn,y,4.5.2001 00:00+02:00,maybe\n");
  const Data data = prepare(read_table(table.path(), {}), {.validation = 0}, 1, {.max_one_hot = 1});
  torch::nn::Sequential network(torch::nn::Linear(data.train.x.size(1), 3));
  auto module = exported(data, network, model.path());

  const std::vector<Strings> cells = {{"1.5", "2024-01-31", "Rome", "x", "1.2.2024 10:00"},
                                      {" +.5e1 ", "1970-01-01", "Paris", "z", "29.02.2000 12:34:56.789-0330"},
                                      {"NA", "null", "?", "", "None"},
                                      {"5.", "2100/3/1", "Oslo", "y", "31.12.1969 24:00"}};
  torch::Tensor raw = torch::empty({4, 5}, torch::kDouble);
  for (std::size_t i = 0; i < cells.size(); ++i)
    for (std::size_t j = 0; j < names.size(); ++j) {
      std::string_view cell = cells[i][j];
      if (cell.starts_with(' ')) cell = cell.substr(1, cell.size() - 2);
      raw.index_put_({static_cast<std::int64_t>(i), static_cast<std::int64_t>(j)},
                     raw_cell(data.preparation.table->columns[j], cell, '.'));
    }
  const auto rows = rows_of(names, cells);
  const torch::Tensor encoded = module.run_method("encode", rows).toTensor();
  CHECK(torch::equal(encoded.nan_to_num(1e9), raw.nan_to_num(1e9)));
  const torch::Tensor x = module.run_method("prepare", encoded).toTensor();
  CHECK(torch::equal(x, data.preparation.prepare(raw)));
  const torch::Tensor said = module.forward({encoded}).toTensor();
  CHECK(torch::allclose(said, torch::softmax(network->forward(x), 1)));
  const auto first = module.run_method("predict", rows).toListRef()[0].toGenericDict();
  CHECK(first.at("maybe").toDouble() == Approx(said[0][0].item<double>()));
  const auto likeliest = module.run_method("classify", rows).toListRef()[1].toStringRef();
  CHECK(likeliest == data.class_names[static_cast<std::size_t>(said[1].argmax().item<std::int64_t>())]);
  CHECK_THROWS_WITH(module.run_method("encode", rows_of({"a"}, {{"1"}})),
                    ContainsSubstring("a row has no column 'when'"));
  auto wrong = cells;
  wrong[0][0] = "x1";
  CHECK_THROWS_WITH(module.run_method("encode", rows_of(names, wrong)),
                    ContainsSubstring("column 'a' holds 'x1', which is no number"));
  wrong[0][0] = "1";
  wrong[0][1] = "31.12.2024";
  CHECK_THROWS_WITH(module.run_method("encode", rows_of(names, wrong)),
                    ContainsSubstring("column 'when' holds '31.12.2024', which is no date"));

  // A file of them: same order, columns in any.
  const TextFile input("new.csv");
  input.with("more;plan;a;city;when;at\n1;x;1,5;Rome;2024-01-31;1.2.2024 10:00\n2;;;Paris;1970-01-01;\n");
  const Strings notes = ask(model.path(), input.path(), output.path());
  CHECK(notes.at(0) == "ignored, since the model does not know them: 'more'");
  CHECK_THAT(notes.at(1), ContainsSubstring("gaps, filled in: a 1, plan 1, at 1"));
  const std::string text = text_of(output.path());
  CHECK_THAT(text, Catch::Matchers::StartsWith(
                       "prediction,probability of maybe,probability of no,probability of yes\n"));
  CHECK(std::count(text.begin(), text.end(), '\n') == 3);
  input.with("plan,a,city\nx,1,Rome\n");
  CHECK_THROWS_WITH(
      ask(model.path(), input.path(), output.path()),
      ContainsSubstring(
          "has no column 'when', 'at', which the model was trained on; there are 'plan', 'a', 'city'"));
  input.with("a,when,city,plan,at\n1,2024-01-01,Rome,x,\noh,2024-01-01,Rome,x,\n");
  CHECK_THROWS_WITH(ask(model.path(), input.path(), output.path()),
                    ContainsSubstring("line 3, column 'a': holds 'oh', which is no number"));
  CHECK(text_of(output.path()) == text);  // the old one stands
}

TEST_CASE("Places are embedded, in the exported model too") {
  const TextFile table("table.csv"), model("model.pt");
  table.with("a,city,kind,y\n1,Rome,x,0\n2,Oslo,y,1\n3,Rome,x,1\n4,Oslo,y,0\n5,Bonn,x,0\n6,Bonn,y,1\n");
  const Data data = prepare(read_table(table.path()), {.validation = 0}, 1, {.max_one_hot = 2});
  CHECK(data.feature_names == Strings{"a", "city", "kind=x", "kind=y"});
  const auto places = data.preparation.table->places();
  REQUIRE(places.size() == 1);
  CHECK(places[0].feature == 1);
  CHECK(places[0].count == 4);
  EmbedPlaces embed(places, 4, 5);
  CHECK(embed->outputs() == 8);
  torch::nn::Sequential network(embed, torch::nn::Linear(embed->outputs(), 2));
  auto module = exported(data, network, model.path());
  const torch::Tensor raw = torch::tensor({{1., 0., 1.}, {2., 3., 2.}, {3., 1., 0.}}, torch::kDouble);
  CHECK(torch::allclose(module.forward({raw}).toTensor(),
                        torch::softmax(network->forward(data.preparation.prepare(raw)), 1)));
}

TEST_CASE("Values come back in their units") {
  const TextFile table("table.csv"), model("model.pt"), input("new.csv"), output("out.csv");
  table.with("a,price\n1,1000\n2,2000\n3,3000\n4,4000\n");
  const Data data = prepare(read_table(table.path(), {.kind = Target::values}), {.validation = 0}, 1,
                            {.scale_target = true});
  torch::nn::Sequential network(torch::nn::Linear(1, 1));
  {
    const torch::NoGradGuard no_gradients;
    network->parameters()[0].fill_(1);
    network->parameters()[1].fill_(0);
  }
  exported(data, network, model.path());
  ask(model.path(), input.with("a\n1\n4\n2.5\n"), output.path());
  const Csv said(output.path(), {.header = true});
  CHECK(said.names() == Strings{"price"});
  for (std::size_t row = 0; row < 3; ++row)
    CHECK(*said.number(row, 0) == Approx(std::vector{1000., 4000., 2500.}[row]));
}

TEST_CASE("Columns without names are found by their order, or their places in the training's file") {
  const TextFile table("table.csv"), model("model.pt"), input("new.csv"), output("out.csv");
  table.with("no,1.5,7\nyes,2.5,3\nno,3.5,9\n");
  const Data data = prepare(read_table(table.path(), {.target = "0"}), {.validation = 0}, 1);
  torch::nn::Sequential network(torch::nn::Linear(2, 2));
  exported(data, network, model.path());
  ask(model.path(), table.path(), output.path());
  const std::string text = text_of(output.path());
  ask(model.path(), input.with("1.5,7\n2.5,3\n3.5,9\n"), output.path());
  CHECK(text_of(output.path()) == text);
  CHECK_THROWS_WITH(ask(model.path(), input.with("1.5\n2.5\n"), output.path()),
                    ContainsSubstring("has 1 column and no header, but the model takes 2 columns"));
}

TEST_CASE("Labels of which any may be right have a probability each; one output is of two classes") {
  const TextFile table("table.csv"), model("model.pt"), input("new.csv"), output("out.csv");
  torch::nn::Sequential two(torch::nn::Linear(1, 2)), one(torch::nn::Linear(1, 1));
  table.with("x,wet,cold\n1,no,0\n2,yes,1\n3,yes,0\n4,no,0\n");
  const Data labels = prepare(read_table(table.path(), {.target = {"wet", "cold"}}), {.validation = 0}, 1);
  exported(labels, two, model.path(), Loss::binary_cross_entropy);
  ask(model.path(), input.with("x\n1\n"), output.path());
  CHECK_THAT(text_of(output.path()), Catch::Matchers::StartsWith("wet=yes,cold=1\n"));
  const Data classes =
      prepare(read_table(table.path(), {.target = "wet", .drop = "cold"}), {.validation = 0}, 1);
  auto module = exported(classes, one, model.path(), Loss::binary_cross_entropy);
  ask(model.path(), input.path(), output.path());
  CHECK_THAT(text_of(output.path()),
             Catch::Matchers::StartsWith("prediction,probability of no,probability of yes\n"));
  CHECK(module.forward({torch::ones({3, 1})}).toTensor().sum().item<double>() == Approx(3));
}

TEST_CASE("Pictures are prepared in each step by the exported model as by Sibyl") {
  const TextFile model("model.pt");
  Data data;
  data.train = {.x = torch::rand({6, 3, 4, 4}), .y = torch::arange(6) % 2};
  data.preparation.steps = {
      {.kind = ArrayStep::Kind::channels_first, .sizes = {3}},
      {.kind = ArrayStep::Kind::scale, .shift = torch::zeros({}), .scale = torch::full({}, 255.F)}};
  data = prepared(data, {.scaling = Scaling::standardise, .resize = {6, 8}});
  CHECK(data.train.x.sizes() == torch::IntArrayRef{6, 3, 6, 8});
  CHECK(data.train.x.mean().item<double>() == Approx(0).margin(1e-5));
  data.preparation.steps.push_back({.kind = ArrayStep::Kind::reshape, .sizes = {3 * 6 * 8}});
  data.train.x = data.train.x.reshape({6, -1});
  torch::nn::Sequential network(torch::nn::Linear(3 * 6 * 8, 2));
  auto module = exported(data, network, model.path());
  const torch::Tensor raw = torch::randint(256, {5, 4, 4, 3}, torch::kByte);
  const torch::Tensor x = data.preparation.prepare(raw);
  CHECK(torch::equal(module.run_method("prepare", raw).toTensor(), x));
  CHECK(torch::equal(module.run_method("prepare", raw.permute({0, 3, 1, 2})).toTensor(), x));
  CHECK(torch::allclose(module.forward({raw}).toTensor(), torch::softmax(network->forward(x), 1)));
  CHECK(to_json(preparation_from_json(to_json(data.preparation))) == to_json(data.preparation));
}

TEST_CASE("An exported model takes batches of any size, also where LibTorch records one") {
  struct RecurrentImpl : torch::nn::Module {
    torch::nn::GRU gru{torch::nn::GRUOptions(3, 8).batch_first(true)};
    torch::nn::Linear last{8, 2};
    RecurrentImpl() {
      register_module("gru", gru);
      register_module("last", last);
    }
    torch::Tensor forward(const torch::Tensor& x) {
      return last->forward(std::get<0>(gru->forward(x)).select(1, -1));
    }
  };
  const TemporaryFolder folder;
  torch::manual_seed(1);
  const auto x = torch::randn({9, 5, 3});
  const Data data{.train = {.x = x, .y = torch::randint(2, {9}, torch::kLong)},
                  .validation = {},
                  .test = {},
                  .class_names = {"up", "down"}};
  torch::nn::Sequential network(std::make_shared<RecurrentImpl>());
  auto model = exported(data, network, folder.path() / "model.pt");
  const torch::NoGradGuard no_gradients;
  for (const std::int64_t batch : {1, 2, 3, 9}) {
    const auto part = x.narrow(0, 0, batch);
    const auto given = model.attr("network").toModule().forward({part}).toTensor();
    CHECK(torch::allclose(given, network->forward(part), 1e-4, 1e-5));
  }
}

TEST_CASE("A model of two inputs is exported with both, the first of them prepared") {
  struct Both : torch::nn::Module {
    torch::Tensor forward(const torch::Tensor& a, const torch::Tensor& b) { return a.matmul(b).squeeze(2); }
  };
  const TemporaryFolder folder;
  torch::nn::Sequential network{Both()};
  const at::Tensor more = torch::rand({5, 4, 1});
  Data data{.train = {.x = torch::rand({5, 3, 4}),
                      .y = torch::arange(5, torch::kLong).remainder(3),
                      .more = {more}},
            .validation = {},
            .test = {}};
  data.preparation.steps = {{.shift = torch::full({1, 1, 1}, 2.0), .scale = torch::full({1, 1, 1}, 4.0)}};
  const at::Tensor output = network->forward(data.train.x, more);
  save_torchscript(*network, {data.train.x.narrow(0, 0, 2), more.narrow(0, 0, 2)},
                   describe_model(Loss::automatic, data, output), folder.path() / "model.pt");
  torch::jit::Module model = torch::jit::load((folder.path() / "model.pt").string());
  const at::Tensor raw = data.train.x * 4 + 2;
  CHECK(model.forward({raw, more}).toTensor().allclose(torch::softmax(output, 1), 1e-5, 1e-6));
  CHECK(model.attr("more").toStringRef() == R"([{"shape":[4,1],"type":"Float"}])");
  CHECK(model.run_method("classify", raw, more).toListRef().size() == 5);
  CHECK(model.run_method("predict", raw, more).toListRef().size() == 5);
}
