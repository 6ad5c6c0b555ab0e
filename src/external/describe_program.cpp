#include "external/describe_program.hpp"

#include <chrono>

#include "external/program/guarded_program.hpp"
#include "external/program/program_words.hpp"
#include "external/trial/messages.hpp"

namespace sibyl {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::minutes answer_timeout{5};  // a first import on a network's file system
constexpr std::chrono::milliseconds look_interval{20};

/// Answers every question with its default, until there are no more.
class Description {
 public:
  explicit Description(GuardedProgram& program) : program_(program) {}

  // Did it say all?
  bool hear() {
    while (const auto line = program_.lines().receive()) {
      const Said said = read_said(*line);
      if (const auto* hello = std::get_if<SaidHello>(&said)) {
        if (!hello->objective.empty()) found_.objective = Objective::parse(hello->objective);
        program_.lines().send("{\"describe\":true}");
      } else if (const auto* question = std::get_if<Question>(&said)) {
        const auto value = ask(hp_, *question);
        program_.lines().send("{\"value\":" + (value ? to_json(*value) : "null") + "}");
      } else if (const auto* failure = std::get_if<SaidFailure>(&said)) {
        throw UsageError("the program failed when it was asked for its hyperparameters: " + failure->message);
      } else {
        found_.space = hp_.space();
        return true;
      }
    }
    return false;
  }
  ProgramDescription take() { return std::move(found_); }

 private:
  GuardedProgram& program_;
  HyperParameters hp_;
  ProgramDescription found_;
};

}  // namespace

ProgramDescription describe_program(const Program& program) {
  const std::string advice = " (is there no --space FILE for it?)";
  GuardedProgram started(program.command, describing_environment());
  Description description(started);
  std::string printed;
  const auto until = Clock::now() + answer_timeout;
  while (true) {
    const bool is_dead = started.end().has_value();
    started.read_output(printed);
    if (printed.size() > 2000) printed.erase(0, printed.size() - 1000);
    if (description.hear()) break;
    if (is_dead)
      throw UsageError("the program ended before it said which hyperparameters it has" + advice +
                       (printed.empty() ? "" : "; it printed: " + printed));
    if (Clock::now() > until)
      throw UsageError("the program does not say which hyperparameters it has" + advice);
    started.wait(look_interval);
  }
  ProgramDescription found = description.take();
  if (found.space.hyperparameters().empty())
    throw UsageError(
        "the program asks for no hyperparameter, and there is no --space FILE: nothing to search");
  return found;
}

}  // namespace sibyl
