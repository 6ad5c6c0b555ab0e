// What is recorded of a training besides its metrics: sizes, times, the gradients' length, and what the job
// notes; and what a job is told of its begin and end.
#include <limits>

#include "train/support.hpp"
// Last: LibTorch has a CHECK of its own.
#include "catch.hpp"

using namespace sibyl;

namespace {

/// Notes what a test says at the beginning and after each epoch, and what it is told.
struct Noting : Blobs {
  std::vector<std::string> told;
  std::function<void(FitContext&, int epoch)> after = [](FitContext&, int) {};

  void on_trial_begin(HyperParameters& hp, torch::nn::Sequential& model, FitContext& context) override {
    told.push_back("begin after epoch " + std::to_string(context.first_epoch()));
    context.note("layers", static_cast<std::int64_t>(model->size()));
    context.note("kind", hp.values().empty() ? std::string("plain") : std::string("searched"));
  }
  void on_trial_end(torch::nn::Sequential& model, FitContext& context, Ending ending) override {
    CHECK_FALSE(model.is_empty());
    told.push_back(ending == Ending::reached ? "reached" : "ended");
    context.note("ended", true);
  }
  void on_epoch_end(FitContext& context, int epoch, const std::vector<Metric>&) override {
    after(context, epoch);
  }
};

Values all_notes(const Recorder& recorder, const TrialEnded& ended) {
  Values notes;
  for (const auto& report : recorder.epochs)
    for (const auto& [name, value] : report.notes) notes[name] = value;
  for (const auto& [name, value] : ended.notes) notes[name] = value;
  return notes;
}

}  // namespace

TEST_CASE("A trial's sizes are recorded: parameters, checkpoint, memory") {
  const TemporaryFolder folder;
  Recorder recorder;
  const auto ended = train(std::make_shared<Blobs>(), options(folder.path()), slot(0, 2), recorder);
  CHECK(ended.facts.parameters == 4 * 16 + 16 + 16 + 16 + 16 * 3 + 3);
  const auto file = checkpoint_path(folder.path(), 3, 0);
  CHECK(ended.facts.checkpoint_bytes == static_cast<std::int64_t>(std::filesystem::file_size(file)));
  CHECK(ended.facts.host_memory > (1 << 20));
  if (test_device() == "cpu") CHECK(ended.facts.device_memory == 0);
  Recorder twice;
  const auto both = train(std::make_shared<Blobs>(), options(folder.path()), slot(0, 1, 2), twice);
  CHECK(both.facts.checkpoint_bytes > ended.facts.checkpoint_bytes);
  CHECK(both.facts.parameters == ended.facts.parameters);
}

TEST_CASE("A trial that fails tells its parameters and notes all the same") {
  auto model = std::make_shared<Noting>();
  model->after = [](FitContext&, int epoch) {
    if (epoch == 2) throw Error("enough");
  };
  Recorder recorder;
  const auto ended = train(model, options(), slot(0, 3), recorder);
  CHECK(ended.ending == Ending::failed);
  CHECK(ended.facts.parameters > 0);
  CHECK((all_notes(recorder, ended).at("layers") == Value(std::int64_t{5})));
  CHECK(model->told == std::vector<std::string>{"begin after epoch 0"});  // it threw
}

TEST_CASE("An epoch says how many samples it took and which part of its time was validation") {
  Recorder recorder;
  train(std::make_shared<Blobs>(), options(), slot(0, 2), recorder);
  for (const auto& report : recorder.epochs) {
    CHECK(report.samples == 150);
    CHECK(report.validation_seconds >= 0);
    CHECK(report.validation_seconds < report.seconds);
  }
  auto scripted = std::make_shared<Scripted>();
  scripted->script = val_losses({1});
  Recorder own;
  train(scripted, options(), slot(0, 1), own);
  CHECK(own.epochs.at(0).samples == 0);  // a loop of one's own does not say
  CHECK(std::isnan(own.epochs.at(0).validation_seconds));
}

TEST_CASE("The length of the gradients is a metric where it is asked for, or they are clipped") {
  const auto norms = [](Optimizer how) {
    auto model = std::make_shared<Blobs>();
    model->how = how;
    Recorder recorder;
    train(model, options(), slot(0, 2), recorder);
    std::vector<double> found;
    for (const auto& report : recorder.epochs) found.push_back(value_of(report.metrics, "gradient_norm"));
    return std::pair(found, recorder.epochs);
  };
  const auto [plain, plain_epochs] = norms({});
  CHECK((std::isnan(plain.at(0)) && std::isnan(plain.at(1))));
  const auto [asked, asked_epochs] = norms({.gradient_norm = true});
  CHECK((asked.at(0) > 0 && asked.at(1) > 0));
  const auto [unclipped, unclipped_epochs] = norms({.clip_norm = 1e9});
  CHECK(unclipped == asked);
  const auto [clipped, clipped_epochs] = norms({.clip_norm = 1e-3});
  CHECK(clipped.at(0) > 1e-3);                                      // the length before it was cut
  CHECK(plain_epochs[1].metrics[0] == asked_epochs[1].metrics[0]);  // measuring changes nothing
  CHECK(asked_epochs[0].metrics.back().name == "learning_rate");
}

TEST_CASE("The length of the gradients is the same after a stop in mid-epoch") {
  const auto how = Optimizer{.gradient_norm = true};
  Recorder whole, parts;
  auto model = std::make_shared<Blobs>();
  model->how = how;
  train(model, options(), slot(0, 3), whole);
  const TemporaryFolder folder;
  auto stopped = std::make_shared<Blobs>();
  stopped->how = how;
  parts.say = [&] { return stopped->steps >= 7 ? Order::interrupt : Order::go_on; };
  CHECK(train(stopped, options(folder.path()), slot(0, 3), parts).ending == Ending::interrupted);
  parts.say = [] { return Order::go_on; };
  auto resumed = std::make_shared<Blobs>();
  resumed->how = how;
  CHECK(train(resumed, options(folder.path()), slot(parts.numbers().empty() ? 0 : parts.numbers().back(), 3),
              parts)
            .ending == Ending::reached);
  CHECK(same_metrics(parts.epochs, whole.epochs));
  for (const auto& report : parts.epochs) CHECK(report.samples == 150);
}

TEST_CASE("What a job notes comes with the next report, the latest of a name, and once") {
  auto model = std::make_shared<Noting>();
  model->after = [](FitContext& context, int epoch) { context.note("seen", std::int64_t{epoch}); };
  Recorder recorder;
  const auto ended = train(model, options(), slot(0, 2), recorder);
  CHECK((recorder.epochs.at(0).notes ==
         Values{{"layers", std::int64_t{5}}, {"kind", std::string("plain")}, {"seen", std::int64_t{1}}}));
  CHECK((recorder.epochs.at(1).notes == Values{{"seen", std::int64_t{2}}}));
  CHECK((ended.notes == Values{{"ended", true}}));
  CHECK(model->told == std::vector<std::string>{"begin after epoch 0", "reached"});
}

TEST_CASE("Notes of every type are kept with the checkpoint, and told again by the next slot") {
  const TemporaryFolder folder;
  auto first = std::make_shared<Noting>();
  first->after = [](FitContext& context, int) {
    context.note("share", 0.1);
    context.note("flag", false);
    context.note("many", std::int64_t{-7});
    context.note("text", std::string("3 words = \n"));
    context.note("nan", std::numeric_limits<double>::quiet_NaN());
  };
  Recorder recorder;
  train(first, options(folder.path()), slot(0, 1), recorder);
  auto second = std::make_shared<Noting>();
  Recorder next;
  const auto ended = train(second, options(folder.path()), slot(1, 2), next);
  auto notes = all_notes(next, ended);
  CHECK(std::isnan(std::get<double>(notes.at("nan"))));
  notes.erase("nan");
  CHECK((notes == Values{{"layers", std::int64_t{5}},
                         {"kind", std::string("plain")},
                         {"share", 0.1},
                         {"flag", false},
                         {"many", std::int64_t{-7}},
                         {"text", std::string("3 words = \n")},
                         {"ended", true}}));
  CHECK(second->told.at(0) == "begin after epoch 1");
}

TEST_CASE("Notes without a name, or without end, are the trial's failure, and long texts are cut") {
  const auto noting = [](const std::function<void(FitContext&)>& notes) {
    auto model = std::make_shared<Noting>();
    model->after = [notes](FitContext& context, int) { notes(context); };
    Recorder recorder;
    const auto ended = train(model, options(), slot(0, 1), recorder);
    return std::pair(ended, all_notes(recorder, ended));
  };
  CHECK(noting([](FitContext& context) { context.note("  ", 1.0); }).first.message == "a note has no name.");
  const auto many = noting([](FitContext& context) {
                      for (int i = 0; i < 200; ++i) context.note("n" + std::to_string(i), 1.0);
                    }).first;
  CHECK(many.ending == Ending::failed);
  CHECK_THAT(many.message, ContainsSubstring("at most 100 notes"));
  const auto [fine, notes] =
      noting([](FitContext& context) { context.note("long", std::string(10'000, 'x')); });
  CHECK(fine.ending == Ending::reached);
  CHECK(std::get<std::string>(notes.at("long")).size() <= 503);
}
