#include "train/loop/folds.hpp"

#include <set>

#include "sibyl/error.hpp"
#include "train/support.hpp"
// Last: LibTorch has a CHECK of its own.
#include "catch.hpp"

using namespace sibyl;

namespace {

/// x counts the samples, so that they are known again.
Data numbered(std::int64_t train, std::int64_t validation, const at::Tensor& y) {
  const auto x = torch::arange(train + validation, torch::kFloat).unsqueeze(1);
  return {.train = {.x = x.narrow(0, 0, train), .y = y.narrow(0, 0, train)},
          .validation = {.x = x.narrow(0, train, validation), .y = y.narrow(0, train, validation)},
          .test = {},
          .class_names = {"a", "b"}};
}

std::multiset<int> samples(const Split& split) {
  std::multiset<int> all;
  for (std::int64_t i = 0; i < split.size(); ++i) all.insert(static_cast<int>(split.x[i].item<float>()));
  return all;
}

/// Another initialisation and order for each trial, the same data for all.
Suggestion of_trial(TrialId trial, int executions) {
  Suggestion suggestion = slot(0, 3, executions);
  suggestion.slot.trial = trial;
  return suggestion;
}

TrainerOptions with_folds(int folds, const std::filesystem::path& checkpoints = {}) {
  TrainerOptions folded = options(checkpoints);
  folded.folds = folds;
  return folded;
}

}  // namespace

TEST_CASE("Each sample is in the validation set of one fold, and in the training set of the others") {
  const auto y = torch::cat({torch::zeros({40}, torch::kLong), torch::ones({13}, torch::kLong)});
  const Data data = numbered(43, 10, y);
  const Folds folds(data, 5, 7);
  std::multiset<int> all;
  for (int fold = 0; fold < 5; ++fold) {
    const Data split = folds.of(fold);
    const auto validated = samples(split.validation), trained = samples(split.train);
    CHECK(validated.size() + trained.size() == 53);
    for (const int sample : validated) CHECK_FALSE(trained.contains(sample));
    all.insert(validated.begin(), validated.end());
    // Of each class a fifth, as far as that is a whole number.
    const auto ones = split.validation.y.sum().item<std::int64_t>();
    CHECK((ones == 2 || ones == 3));
    CHECK((split.validation.size() == 10 || split.validation.size() == 11));
    CHECK(split.class_names == data.class_names);
  }
  CHECK(all.size() == 53);
  CHECK(std::set<int>(all.begin(), all.end()).size() == 53);
}

TEST_CASE("Folds are a function of the seed, and executions beyond them begin anew") {
  const auto y = torch::arange(30, torch::kFloat);
  const Data data = numbered(25, 5, y);
  const Folds one(data, 3, 7), same(data, 3, 7), other(data, 3, 8);
  CHECK(one.of(1).validation.x.equal(same.of(1).validation.x));
  CHECK_FALSE(one.of(1).validation.x.equal(other.of(1).validation.x));
  CHECK(one.of(4).validation.x.equal(one.of(1).validation.x));
  CHECK_THROWS_WITH(Folds(data, 31, 7), ContainsSubstring("30 samples"));
}

TEST_CASE("With folds a trial's executions train on other samples each, in every trial the same") {
  struct Seeing : Blobs {
    std::vector<at::Tensor> validation_sets;
    void fit(HyperParameters& hp, torch::nn::Sequential& model, const Data& data,
             FitContext& context) override {
      validation_sets.push_back(data.validation.x.cpu());
      Blobs::fit(hp, model, data, context);
    }
  };
  const auto model = std::make_shared<Seeing>();
  TrialTrainer trainer(model, with_folds(4));
  Recorder recorder;
  trainer.train(of_trial(1, 4), recorder);
  trainer.train(of_trial(2, 4), recorder);
  REQUIRE(model->validation_sets.size() == 8);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(model->validation_sets[i].size(0) == 50);
    CHECK(model->validation_sets[i].equal(model->validation_sets[i + 4]));
    for (std::size_t j = 0; j < i; ++j)
      CHECK_FALSE(model->validation_sets[i].equal(model->validation_sets[j]));
  }
}

TEST_CASE("A trial of several folds goes on exactly after an interruption") {
  Recorder whole, parts;
  train(std::make_shared<Blobs>(), with_folds(3), slot(0, 4, 3), whole);
  const TemporaryFolder folder;
  int asked = 0;
  parts.say = [&] { return ++asked == 60 ? Order::interrupt : Order::go_on; };
  const auto first = train(std::make_shared<Blobs>(), with_folds(3, folder.path()), slot(0, 4, 3), parts);
  REQUIRE(first.ending == Ending::interrupted);
  parts.say = [] { return Order::go_on; };
  train(std::make_shared<Blobs>(), with_folds(3, folder.path()), slot(0, 4, 3), parts);
  std::map<std::pair<int, int>, EpochReported> told;
  for (const EpochReported& report : parts.epochs) told[{report.execution, report.epoch}] = report;
  std::vector<EpochReported> last;
  for (const EpochReported& report : whole.epochs) last.push_back(told.at({report.execution, report.epoch}));
  CHECK(told.size() == whole.epochs.size());
  CHECK(same_metrics(last, whole.epochs));
}
