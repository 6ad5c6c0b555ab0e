// Tunes a network of two hidden layers on Fisher's irises, or on the classes in the last column of any CSV
// file (`--data` is read by table_source.hpp). Weights begin, and Adam divides, as in Keras:
//
//     mpirun -n 3 iris --output runs/iris --scheduler full --max-trials 30
//     mpirun -n 3 iris --output runs/wine --data wine_data.csv
//     mpirun -n 3 iris --output runs/mine --data mine.csv,header=no,column=0
#include <sibyl/sibyl.hpp>

#include <sibyl/data/find_data.hpp>
#include <sibyl/data/table.hpp>
#include <sibyl/data/table_source.hpp>

struct Iris : sibyl::HyperModel {
  std::int64_t features = 4, classes = 3;  // the irises'; on_data() sees what they really are

  torch::nn::Sequential build(sibyl::HyperParameters& hp) override {
    torch::nn::Sequential model;
    const auto add_layer = [&](std::int64_t inputs, std::int64_t units, const std::string& activation) {
      model->push_back(torch::nn::Linear(inputs, units));
      if (activation == "relu") model->push_back(torch::nn::ReLU());
      if (activation == "sigmoid") model->push_back(torch::nn::Sigmoid());
      return units;
    };
    auto inputs =
        add_layer(features, hp.Int("units_1", 16, 64), hp.Choice("activation_1", {"sigmoid", "relu"}));
    inputs = add_layer(inputs, hp.Int("units_2", 4, 16), hp.Choice("activation_2", {"sigmoid", "relu"}));
    add_layer(inputs, classes, "none");
    sibyl::glorot_uniform(*model);
    return model;
  }

  sibyl::Optimizer optimizer(sibyl::HyperParameters& hp) override {
    return {.kind = "adam",
            .learning_rate = hp.Float("learning_rate", 0.001, 0.01, {.may_change = true}),
            .epsilon = 1e-7};
  }

  int batch_size(sibyl::HyperParameters&) override { return 16; }

  sibyl::Objective objective() const override { return sibyl::Objective::parse("val_accuracy"); }

  sibyl::Data data(const sibyl::DataOptions& options) override {
    const sibyl::DataSet irises{.name = "the irises",
                                .files = {"iris.csv"},
                                .folder = "iris",
                                .system = "/usr/lib/python3/dist-packages/sklearn/datasets/data",
                                .source =
                                    "It comes with `apt-get install python3-sklearn`, or from "
                                    "https://archive.ics.uci.edu/dataset/53/iris."};
    const auto given = sibyl::table_source(options.directory);
    const auto file = sibyl::find_data_file(irises, {.directory = given.file, .seed = options.seed});
    return sibyl::prepare(sibyl::read_table(file, given.options),
                          {.validation = 0.2, .test = 0.2, .stratified = true}, options.seed);
  }

  bool reads_once() const override { return true; }
  void on_data(const sibyl::Data& data) override {
    features = data.train.x.size(1);
    classes = static_cast<std::int64_t>(data.class_names.size());
  }
};

int main(int argc, char** argv) {
  return sibyl::run<Iris>(argc, argv);
}
