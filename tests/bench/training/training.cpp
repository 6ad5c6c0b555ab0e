// Trains one of the models below with Sibyl's own loop and says, as JSON, how long a step takes and the loss
// of each epoch. With a folder it writes the data, the initial weights and the order of the samples there, so
// that training.py can train the very same. compare.py runs both.
//
//     bench_training mlp 4 [folder]
#include <time.h>
#include <torch/torch.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "train/loop/trial_trainer.hpp"

using namespace sibyl;

namespace {

namespace nn = torch::nn;

struct Case {
  std::vector<std::int64_t> sample;  // its shape
  std::int64_t samples, classes, batch;
  std::function<nn::Sequential()> build;
};

const std::map<std::string, Case> cases = {
    {"mlp",
     {{784},
      6400,
      10,
      32,
      [] {
        return nn::Sequential(nn::Linear(784, 128), nn::ReLU(), nn::Linear(128, 128), nn::ReLU(),
                              nn::Linear(128, 10));
      }}},
    {"iris",
     {{4},
      120,
      3,
      16,
      [] {
        return nn::Sequential(nn::Linear(4, 32), nn::ReLU(), nn::Linear(32, 8), nn::ReLU(), nn::Linear(8, 3));
      }}},
    {"cnn_one",
     {{3, 32, 32},
      1280,
      10,
      32,
      [] {
        return nn::Sequential(nn::Conv2d(3, 24, 3), nn::ReLU(), nn::Flatten(), nn::Linear(24 * 30 * 30, 10));
      }}},
    {"cnn_two",
     {{3, 32, 32},
      1280,
      10,
      32,
      [] {
        return nn::Sequential(nn::Conv2d(3, 16, 5), nn::ReLU(), nn::MaxPool2d(2), nn::Conv2d(16, 32, 5),
                              nn::ReLU(), nn::MaxPool2d(2), nn::Flatten(), nn::Linear(800, 64), nn::ReLU(),
                              nn::Linear(64, 10));
      }}},
};

void write(const std::filesystem::path& file, const at::Tensor& tensor) {
  std::ofstream stream(file, std::ios::binary);
  stream.write(static_cast<const char*>(tensor.data_ptr()), static_cast<std::streamsize>(tensor.nbytes()));
  if (!stream) throw std::runtime_error("can't write " + file.string());
}

struct Benchmark : HyperModel {
  Benchmark(const Case& its_case, std::filesystem::path folder)
      : its_case(its_case), folder(std::move(folder)) {}

  nn::Sequential build(HyperParameters&) override { return its_case.build(); }
  int batch_size(HyperParameters&) override { return static_cast<int>(its_case.batch); }
  Objective objective() const override { return Objective::parse("accuracy"); }
  Data data(const DataOptions&) override {
    torch::manual_seed(1);
    auto sizes = its_case.sample;
    const std::int64_t inputs = c10::multiply_integers(sizes);
    sizes.insert(sizes.begin(), its_case.samples);
    const auto y = torch::randint(its_case.classes, {its_case.samples}, torch::kLong);
    const auto centres = torch::rand({its_case.classes, inputs});
    const auto x = (centres.index_select(0, y) + torch::rand({its_case.samples, inputs})).mul(0.5);
    return {.train = {.x = x.reshape(sizes), .y = y}, .validation = {}, .test = {}};
  }
  void fit(HyperParameters& hp, nn::Sequential& model, const Data& data, FitContext& context) override {
    if (!folder.empty()) write_start(model, data, context);
    HyperModel::fit(hp, model, data, context);
  }
  void write_start(nn::Sequential& model, const Data& data, FitContext& context) const {
    write(folder / "x", data.train.x);
    write(folder / "y", data.train.y);
    std::vector<at::Tensor> weights, orders;
    for (const auto& tensor : model->parameters()) weights.push_back(tensor.detach().flatten());
    write(folder / "weights", torch::cat(weights));
    for (int epoch = 1; epoch <= context.last_epoch(); ++epoch)
      orders.push_back(context.order(data.train.size(), epoch));
    write(folder / "orders", torch::cat(orders));
  }

  const Case& its_case;
  const std::filesystem::path folder;
};

double seconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

struct Recorder : Reporter {
  std::vector<double> losses, ended, ended_cpu;
  void found(HyperparametersFound) override {}
  void epoch(EpochReported report) override {
    losses.push_back(value_of(report.metrics, "loss"));
    ended.push_back(seconds(CLOCK_MONOTONIC));
    ended_cpu.push_back(seconds(CLOCK_PROCESS_CPUTIME_ID));
  }
  Order order() override { return Order::go_on; }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3 || !cases.contains(argv[1])) {
    std::fprintf(stderr, "bench_training mlp|iris|cnn_one|cnn_two EPOCHS [FOLDER]\n");
    return 2;
  }
  const Case& its_case = cases.at(argv[1]);
  Suggestion suggestion;
  suggestion.slot.last_epoch = std::stoi(argv[2]);
  TrainerOptions options;
  options.objective = Objective::parse("accuracy");
  options.device = "cpu";
  Recorder recorder;
  const auto ended = TrialTrainer(std::make_shared<Benchmark>(its_case, argc > 3 ? argv[3] : ""), options)
                         .train(suggestion, recorder);
  if (ended.ending != Ending::reached || recorder.losses.size() < 2) {
    std::fprintf(stderr, "%s\n", ended.message.c_str());
    return 1;
  }
  // The first epoch warms up.
  const auto epochs = static_cast<double>(recorder.losses.size() - 1);
  const double steps = epochs * static_cast<double>((its_case.samples + its_case.batch - 1) / its_case.batch);
  const auto each = [&](const std::vector<double>& times) {
    return 1e6 * (times.back() - times.front()) / steps;
  };
  std::printf("{\"us\": %.2f, \"cpu_us\": %.2f, \"losses\": [", each(recorder.ended),
              each(recorder.ended_cpu));
  const char* comma = "";
  for (const double loss : recorder.losses) std::printf("%s%.9g", std::exchange(comma, ", "), loss);
  std::printf("]}\n");
  return 0;
}
