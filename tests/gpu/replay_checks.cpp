// Are replayed steps the launched ones?
#include "checking.hpp"

namespace check {

void replays(const std::string& name, const std::shared_ptr<Model>& model, double tolerance,
             const std::string& which, bool deterministic) {
  attempt(name + " replayed", [&] {
    auto how = options(device);
    how.deterministic = deterministic;
    how.cuda_graphs = "off";
    Recorder launched, replayed;
    const auto a = train(model, how, slot(0, 6), launched);
    const int before = model->replays;
    how.cuda_graphs = which;
    const auto b = train(model, how, slot(0, 6), replayed);
    const int count = model->replays - before;
    const double difference = largest_difference(launched, replayed);
    char text[400];
    std::snprintf(text, sizeof text, "%d replays, metrics differ by at most %.2e %s", count, difference,
                  b.message.c_str());
    const bool replays = count > 60 || !at::Device(device).is_cuda();
    say(a.ending == Ending::reached && b.ending == Ending::reached && before == 0 && replays &&
            difference <= tolerance,
        name + ": replayed as launched", text);
  });
}

namespace {

/// A step that can't be replayed is launched: the same, and the device is well afterwards.
void does_not_replay(const std::string& name, const std::function<void()>& in_each_step) {
  attempt(name, [&] {
    const auto model = model_of("dropout");
    auto how = options(device);
    how.cuda_graphs = "off";
    Recorder launched, given_up, next;
    train(model, how, slot(0, 6), launched);
    how.cuda_graphs = "on";
    model->before_loss = in_each_step;
    TrialTrainer trainer(model, how);
    const auto ended = trainer.train(slot(0, 6), given_up);
    model->before_loss = {};
    const int before = model->replays;
    const auto after = trainer.train(slot(0, 6), next);
    say(ended.ending == Ending::reached && before <= 1 && largest_difference(launched, given_up) == 0,
        name + ": launched", std::to_string(before) + " replays; " + ended.message);
    say(after.ending == Ending::reached && largest_difference(launched, next) == 0 &&
            (model->replays > 60 || !at::Device(device).is_cuda()),
        "the next trial is replayed", std::to_string(model->replays - before) + " replays " + after.message);
  });
}

}  // namespace

void graphs(c10::Device where) {
  for (const char* kind : {"adam", "adamw", "sgd", "rmsprop"}) {
    auto model = model_of("mlp");
    model->how = {.kind = kind,
                  .learning_rate = 1e-3,
                  .momentum = 0.9,
                  .weight_decay = 1e-3,
                  .nesterov = kind == std::string("sgd")};
    replays(std::string("mlp, ") + kind, model);
  }
  auto model = model_of("mlp");
  model->how = {.clip_norm = 0.1, .schedule = {.kind = "cosine", .epochs = 6, .warmup = 1}};
  model->weighted = true;
  replays("mlp with clip_norm, cosine schedule and class weights", model);
  model = model_of("mlp");
  model->how_precise = Precision::mixed;
  replays("mlp in bfloat16", model);
  replays("dropout and batch norm", model_of("dropout"));
  model = model_of("dropout");
  model->noisy = true;
  replays("a step of one's own with noise", model, 0, "on");
  replays("cnn", model_of("cnn"), 5e-2);
  replays("cnn2 (dropout)", model_of("cnn2"), 0.3);  // two trainings differ by as much; see deterministic
  const auto on_device = torch::TensorOptions(torch::kFloat).device(where);
  does_not_replay("a step that waits for the device",
                  [on_device] { torch::ones({1}, on_device).item<float>(); });
  does_not_replay("a step that can't be recorded", [where] {
    if (where.is_cuda()) torch::cuda::synchronize(where.index());
  });
}

}  // namespace check
