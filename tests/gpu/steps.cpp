// How long a training step takes in Sibyl's own loop, its metrics, its shuffling and the end of an epoch
// included; median of the epochs but the first.
//
//     gpu_steps CASE EPOCHS DEVICE full|mixed auto|off [SAMPLES]
#include <cstdio>

#include "models.hpp"

using namespace sibyl;

namespace {

struct Model : HyperModel {
  check::Case its_case;
  Precision how_precise = Precision::full;
  std::int64_t samples = 0;
  check::nn::Sequential build(HyperParameters&) override { return its_case.build(); }
  int batch_size(HyperParameters&) override { return static_cast<int>(its_case.batch); }
  Precision precision(HyperParameters&) override { return how_precise; }
  Objective objective() const override { return Objective::parse("accuracy"); }
  Data data(const DataOptions&) override {
    return {.train = check::blobs(its_case, samples,
                                  its_case.sample.size() == 1 && its_case.sample[0] == 4 ? 3 : 10),
            .validation = {},
            .test = {}};
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6 || !check::cases().contains(argv[1])) return 2;
  auto model = std::make_shared<Model>();
  model->its_case = check::cases().at(argv[1]);
  model->samples = argc > 6 ? std::stol(argv[6]) : model->its_case.samples;
  if (argv[4] == std::string("mixed")) model->how_precise = Precision::mixed;
  TrainerOptions options;
  options.objective = Objective::parse("accuracy");
  options.device = argv[3];
  options.cuda_graphs = argv[5];
  Suggestion suggestion;
  suggestion.slot.last_epoch = std::stoi(argv[2]);
  check::Recorder recorder;
  const auto ended = TrialTrainer(model, options).train(suggestion, recorder);
  if (ended.ending != Ending::reached || recorder.epochs.size() < 2) {
    std::fprintf(stderr, "%s\n", ended.message.c_str());
    return 1;
  }
  std::vector<double> each;
  for (std::size_t i = 1; i < recorder.ended.size(); ++i)
    each.push_back(recorder.ended[i] - recorder.ended[i - 1]);
  std::sort(each.begin(), each.end());
  const auto steps =
      static_cast<double>((model->samples + model->its_case.batch - 1) / model->its_case.batch);
  std::printf(
      "%-5s %s %-5s graphs %-4s batch %ld: %8.1f us a step, %7.2f ms an epoch of %.0f steps; loss %.6f\n",
      argv[1], argv[3], argv[4], argv[5], static_cast<long>(model->its_case.batch),
      1e6 * each[each.size() / 2] / steps, 1e3 * each[each.size() / 2], steps,
      value_of(recorder.epochs.back().metrics, "loss"));
  return 0;
}
