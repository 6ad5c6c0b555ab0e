#include "process/builder_main.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "core/space/ask.hpp"
#include "process/channel.hpp"
#include "process/trainer_main.hpp"
#include "sibyl/error.hpp"

namespace sibyl {

namespace {

/// Before trainers, which may be on the same node and have more to lose.
constexpr int first_of_all = 1000;

// What `build` prints, the trial's own process prints, too.
void print_nothing() {
  const int nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nothing < 0) return;
  dup2(nothing, STDOUT_FILENO);
  dup2(nothing, STDERR_FILENO);
  close(nothing);
}

template <class Do>
TrainerMessage answered(Do&& what) {
  try {
    return what();
  } catch (const std::exception& problem) {
    return Broken{problem.what()};
  } catch (...) {
    return Broken{"it threw something that is no std::exception"};
  }
}

}  // namespace

std::vector<std::string> builder_arguments(const std::string& name) {
  return {name, "builder", "of-process", std::to_string(getpid())};
}

bool is_builder(int argc, char** argv) {
  return argc == 4 && std::string(argv[1]) == "builder" && std::string(argv[2]) == "of-process";
}

int serve_builder(char** argv, const std::function<std::unique_ptr<Job>()>& make_job) {
  require_a_rank(argv[1]);
  begin_child(argv[3], "sibyl-builder", first_of_all);
  print_nothing();

  Channel channel(trainer_descriptor);
  std::unique_ptr<Job> job;
  std::function<void(HyperParameters&)> questions;
  std::uint64_t seed = 0;
  while (!channel.closed()) {
    const auto message = channel.receive();
    if (!message) {
      channel.wait();
    } else if (const auto* options = std::get_if<TrainerOptions>(&*message)) {
      channel.send(answered([&]() -> TrainerMessage {
        seed = options->seed;
        if (job) return Event(WorkerJoined{});
        job = make_job();
        questions = job->questions();
        if (!questions) throw Error("the job does not say what its trials ask for");
        return Event(WorkerJoined{});
      }));
    } else if (const auto* asked = std::get_if<Suggestion>(&*message)) {
      channel.send(answered([&]() -> TrainerMessage {
        Configuration made =
            ask(questions, asked->hyperparameters, {seed, asked->slot.trial, asked->attempt});
        return Event(HyperparametersFound{asked->slot.trial, asked->attempt, std::move(made.hyperparameters),
                                          std::move(made.values)});
      }));
    }
  }
  return 0;
}

}  // namespace sibyl
