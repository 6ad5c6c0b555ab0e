// Tunes a network on a table as people have them: numbers, texts, dates, gaps, and a label that is a text.
//
//     mpirun -n 3 churn --data customers.csv,column=churned,drop=id --output runs/churn --max-epochs 27
#include <sibyl/sibyl.hpp>

#include <sibyl/data/table_source.hpp>

struct Churn : sibyl::HyperModel {
  std::int64_t features = 16, classes = 2;  // on_data() sees how many there really are

  torch::nn::Sequential build(sibyl::HyperParameters& hp) override {
    torch::nn::Sequential model;
    const auto units = hp.Int("units", 8, 128, {.sampling = sibyl::Sampling::log});
    const auto dropout = hp.Float("dropout", 0, 0.5, {.step = 0.1});
    auto inputs = features;
    for (std::int64_t i = 0, layers = hp.Int("layers", 1, 3); i < layers; ++i, inputs = units) {
      model->push_back(torch::nn::Linear(inputs, units));
      model->push_back(torch::nn::ReLU());
      model->push_back(torch::nn::Dropout(dropout));
    }
    model->push_back(torch::nn::Linear(inputs, classes));
    return model;
  }

  sibyl::Optimizer optimizer(sibyl::HyperParameters& hp) override {
    return {.kind = "adamw",
            .learning_rate = hp.Float("learning_rate", 1e-4, 1e-2, {.sampling = sibyl::Sampling::log})};
  }

  std::vector<sibyl::MetricKind> metrics(sibyl::Loss) const override { return {"accuracy", "f1_macro"}; }
  sibyl::Objective objective() const override { return sibyl::Objective::parse("val_f1_macro:max"); }

  sibyl::Data data(const sibyl::DataOptions& options) override {
    const auto table = sibyl::table_source(options.directory);
    return sibyl::prepare(sibyl::read_table(table.file, table.options),
                          {.validation = 0.2, .test = 0.2, .stratified = true}, options.seed);
  }

  bool reads_once() const override { return true; }
  void on_data(const sibyl::Data& data) override {
    features = data.train.x.size(1);
    classes = static_cast<std::int64_t>(data.class_names.size());
  }
};

int main(int argc, char** argv) {
  return sibyl::run<Churn>(argc, argv);
}
