#include "process/questioned_job.hpp"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "sibyl/error.hpp"
#include "sibyl/hyperparameters.hpp"

using namespace sibyl;

namespace {

void die_of(int signal) {
  std::signal(signal, SIG_DFL);  // a sanitizer would print, and exit
  std::raise(signal);
}

void ask_all(HyperParameters& hp) {
  const auto what =
      hp.Choice("do", {"answer", "throw", "throw a number", "segv", "fpe", "exit", "hang", "print"});
  const auto more = hp.Int("more", 0, 1'000'000);
  if (more % 2 == 1) hp.Boolean("odd");
  if (what == "throw") throw Error("no such model");
  if (what == "throw a number") throw 7;
  if (what == "segv") die_of(SIGSEGV);
  if (what == "fpe") die_of(SIGFPE);
  if (what == "exit") std::exit(3);
  if (what == "hang") std::this_thread::sleep_for(std::chrono::hours(1));
  if (what == "print") std::puts(std::string(1 << 20, 'x').c_str());
}

struct QuestionedJob : Job {
  Objective objective() const override { return {}; }
  SearchSpace search_space() override {
    HyperParameters hp;
    ask_all(hp);
    return hp.space();
  }
  std::unique_ptr<Trainer> make_trainer(const TrainerOptions&) override { return nullptr; }
  std::function<void(HyperParameters&)> questions() override {
    // A variable, so that a test can have a program that does not begin.
    if (std::getenv("SIBYL_TEST_NO_QUESTIONS")) return {};
    return ask_all;
  }
};

}  // namespace

std::unique_ptr<Job> make_questioned_job() {
  return std::make_unique<QuestionedJob>();
}
