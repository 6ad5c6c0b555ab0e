// Tunes a regression: how a diabetes goes on after a year (Efron et al. 2004), or a column of numbers of any
// CSV file, the last one or the one named after a colon (`--data` is read by table_source.hpp):
//
//     mpirun -n 3 diabetes --output runs/diabetes --max-epochs 81
//     mpirun -n 3 diabetes --output runs/houses --max-epochs 81 --data houses.csv:price
//     mpirun -n 3 diabetes --output runs/years --max-epochs 81 --data years.csv,header=yes
#include <sibyl/sibyl.hpp>

#include <sibyl/data/find_data.hpp>
#include <sibyl/data/table.hpp>
#include <sibyl/data/table_source.hpp>

namespace {

/// Scikit-learn has features and target in two files.
sibyl::Table published(const sibyl::DataOptions& options) {
  const sibyl::DataSet set{.name = "the diabetes data",
                           .files = {"diabetes_data_raw.csv", "diabetes_target.csv"},
                           .folder = "diabetes",
                           .system = "/usr/lib/python3/dist-packages/sklearn/datasets/data",
                           .source =
                               "It comes with `apt-get install python3-sklearn`, or from "
                               "https://github.com/scikit-learn/scikit-learn (sklearn/datasets/data)."};
  const auto folder = sibyl::find_data(set, options);
  const sibyl::CsvOptions no_header{.header = false};
  auto table =
      sibyl::read_table(sibyl::plain_or_gzipped(folder, set.files[0]), {.target = {}, .csv = no_header});
  const std::vector<std::string> names = {"age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"};
  for (std::size_t i = 0; i < table.columns.size(); ++i) table.columns[i].name = names.at(i);
  table.y =
      sibyl::numbers(sibyl::Csv(sibyl::plain_or_gzipped(folder, set.files[1]), no_header), {0}).squeeze(1);
  table.targets = {"progression"};
  return table;
}

}  // namespace

struct Regression : sibyl::HyperModel {
  std::int64_t features = 10;  // the diabetes data's; on_data() sees how many there really are

  torch::nn::Sequential build(sibyl::HyperParameters& hp) override {
    torch::nn::Sequential model;
    auto inputs = features;
    const auto layers = hp.Int("layers", 1, 3);
    const auto dropout = hp.Float("dropout", 0, 0.5, {.step = 0.1, .may_change = true});
    for (std::int64_t i = 0; i < layers; ++i) {
      const auto units = hp.Int("units_" + std::to_string(i + 1), 8, 128, {.sampling = sibyl::Sampling::log});
      model->push_back(torch::nn::Linear(inputs, units));
      model->push_back(torch::nn::ReLU());
      model->push_back(torch::nn::Dropout(dropout));
      inputs = units;
    }
    model->push_back(torch::nn::Linear(inputs, 1));
    return model;
  }

  sibyl::Optimizer optimizer(sibyl::HyperParameters& hp) override {
    return {.kind = "adamw",
            .learning_rate =
                hp.Float("learning_rate", 1e-4, 1e-1, {.sampling = sibyl::Sampling::log, .may_change = true}),
            .weight_decay =
                hp.Float("weight_decay", 1e-5, 1, {.sampling = sibyl::Sampling::log, .may_change = true})};
  }

  sibyl::Objective objective() const override { return sibyl::Objective::parse("val_mae"); }

  sibyl::Data data(const sibyl::DataOptions& options) override {
    const bool is_folder = options.directory.empty() || std::filesystem::is_directory(options.directory);
    const auto given = sibyl::table_source(options.directory, {.kind = sibyl::Target::values});
    const auto table = is_folder ? published(options) : sibyl::read_table(given.file, given.options);
    // A network learns numbers about as large as 1: losses and metrics are in units of y's deviation, and
    // what the exported model says is in y's own.
    return sibyl::prepare(table, {.validation = 0.2, .test = 0.2}, options.seed, {.scale_target = true});
  }

  bool reads_once() const override { return true; }
  void on_data(const sibyl::Data& data) override { features = data.train.x.size(1); }
};

int main(int argc, char** argv) {
  return sibyl::run<Regression>(argc, argv);
}
