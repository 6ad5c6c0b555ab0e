#include "process/builder.hpp"

#include <algorithm>
#include <utility>

#include "process/builder_main.hpp"
#include "sibyl/error.hpp"

namespace sibyl {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t max_remembered = 10'000;

std::string listed(const Values& values) {
  std::string text;
  for (const auto& [name, value] : values) text += (text.empty() ? "" : ", ") + name + " " + to_string(value);
  return text;
}

}  // namespace

std::optional<Configuration> Builder::ask(const Values& given, const Draws& draws) {
  if (given_up_) return std::nullopt;
  const std::lock_guard one_by_one(asking_);
  if (!works_) return std::nullopt;
  const Question question{given, draws};
  if (const auto known = answers_.find(question); known != answers_.end()) return known->second;
  if (answers_.size() >= max_remembered) answers_.clear();
  return answers_[question] = find_out(given, draws);
}

std::optional<Configuration> Builder::find_out(const Values& given, const Draws& draws) {
  try {
    if (process_ && process_->end()) process_.reset();
    if (!process_)
      process_ = std::make_unique<TrainerProcess>(builder_arguments(options_.job)), seed_.reset();
    if (seed_ != draws.seed) begin(draws.seed);
    Suggestion question;
    question.slot.trial = draws.trial;
    question.hyperparameters = given;
    question.attempt = static_cast<int>(draws.redraw);
    process_->channel().send(question);
    const auto answer = receive(options_.answer_timeout);
    if (!answer) {
      if (given_up_) return std::nullopt;
      if (process_->end())
        warn(Trouble::dies, died(), given);
      else
        warn(Trouble::hangs,
             "no answer within " + std::to_string(options_.answer_timeout.count() / 1000) + " s", given);
      process_->kill();
      process_.reset();
      return std::nullopt;
    }
    if (const auto* broken = std::get_if<Broken>(&*answer)) {
      warn(Trouble::throws, broken->reason, given);
      return std::nullopt;
    }
    const auto* event = std::get_if<Event>(&*answer);
    const auto* found = event ? std::get_if<HyperparametersFound>(event) : nullptr;
    if (!found) throw Error("an answer is not understood");
    return Configuration{found->hyperparameters, found->values};
  } catch (const std::exception& problem) {
    process_.reset();
    works_ = false;
    warn(Trouble::start, problem.what(), given);
    return std::nullopt;
  }
}

void Builder::begin(std::uint64_t seed) {
  TrainerOptions options;
  options.seed = seed;
  process_->channel().send(options);
  const auto ready = receive(options_.start_timeout);
  if (!ready) throw Error(process_->end() ? died() : "its process does not begin");
  if (const auto* broken = std::get_if<Broken>(&*ready)) throw Error(broken->reason);
  seed_ = seed;
}

std::string Builder::died() {
  const Outcome what = outcome(*process_->end());
  return what.cause == Cause::signal ? "killed by " + what.detail : what.message;
}

std::optional<TrainerMessage> Builder::receive(std::chrono::milliseconds longest) {
  const auto deadline = Clock::now() + longest;
  while (true) {
    const bool dead = process_->end().has_value();  // before the last look, so that nothing it said is missed
    if (auto message = process_->channel().receive()) return message;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    if (dead || given_up_ || left.count() <= 0) return std::nullopt;
    process_->wait(std::min(left, std::chrono::milliseconds(50)));
  }
}

std::vector<std::string> Builder::take_warnings() {
  const std::lock_guard lock(of_warnings_);
  return std::exchange(warnings_, {});
}

void Builder::warn(Trouble trouble, const std::string& what, const Values& given) {
  if (std::find(warned_.begin(), warned_.end(), trouble) != warned_.end()) return;
  warned_.push_back(trouble);
  const std::lock_guard lock(of_warnings_);
  warnings_.push_back(
      "which hyperparameters a configuration asks for can't be found out where the job's build fails (" +
      what + (given.empty() ? "" : "; with " + listed(given)) +
      "): such trials count and are recorded with all of the search space");
}

}  // namespace sibyl
