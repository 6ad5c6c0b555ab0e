#include "external/trial/program_run.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <thread>
#include <utility>

#include "external/program/program_words.hpp"

namespace sibyl {

namespace {

using namespace std::chrono_literals;

constexpr auto wait_interval = 20ms;
/// For a program that speaks, to come to the end of its epoch; then for any, to follow SIGTERM. Together less
/// than what a trainer's process is given (30 s).
constexpr auto epoch_patience = 10s, end_patience = 10s;
constexpr int max_lines = 1000;  // that are heard before orders are looked for again
constexpr auto life_interval = 5s;
constexpr double least_cpu_seconds = 0.05;  // of such an interval

double seconds(std::chrono::steady_clock::time_point time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

std::string json_of(const Values& values) {
  std::string out;
  for (const auto& [name, value] : values)
    out += (out.empty() ? "" : ",") + json_text(name) + ":" + to_json(value);
  return "{" + out + "}";
}

}  // namespace

ProgramRun::ProgramRun(const ProgramSetting& setting, const Suggestion& suggestion, int execution,
                       HyperParameters& hp, Reporter& reporter, std::unique_ptr<GuardedProgram>& kept)
    : setting_(setting),
      suggestion_(suggestion),
      execution_(execution),
      hp_(hp),
      reporter_(reporter),
      program_(kept),
      folder_(setting.options, suggestion.slot.trial, execution),
      log_(setting.options, suggestion, execution, reporter),
      scores_(setting.options.objective, setting.score),
      timer_({.seconds = setting.options.checkpoint_seconds, .epochs = setting.options.checkpoint_epochs}) {}

TrialEnded ProgramRun::run() {
  try {
    restore();
    if (log_.is_over()) return conclude();
    do {
      restarts_ = false;
      start();
      supervise();
      facts_.host_memory = std::max(facts_.host_memory, program_->peak_memory());
      if (!restarts_) break;
      program_.reset();
      if (std::exchange(is_unreadable_, false)) folder_.forget_checkpoint();
      restore();
    } while (true);
    TrialEnded ended = conclude();
    if (!setting_.options.program.keep_alive || !said_end_ || failure_ || end_) program_.reset();
    return ended;
  } catch (...) {
    program_.reset();
    throw;
  }
}

void ProgramRun::restore() {
  const Slot& slot = suggestion_.slot;
  folder_.make();
  checkpoint_ = folder_.checkpoint();
  if (!checkpoint_ && suggestion_.parent >= 0) {
    const TrialFolder parent(setting_.options, suggestion_.parent, execution_);
    if (const auto found = parent.checkpoint(); found && found->epoch == slot.first_epoch)
      folder_.copy(parent);
    checkpoint_ = folder_.checkpoint();
  }
  if (checkpoint_ && checkpoint_->epoch > slot.last_epoch) checkpoint_.reset();
  log_.begin(checkpoint_ ? checkpoint_->epoch : 0, folder_.reported());
}

void ProgramRun::start() {
  timer_.start(seconds(Clock::now()));
  next_look_ = Clock::now() + life_interval;
  speaks_ = false;
  is_silent_ = program_ && !program_->end();
  if (is_silent_) return give_work();
  program_.reset();
  Suggestion of_now = suggestion_;
  of_now.hyperparameters = hp_.values();
  const ProgramTask task{setting_.options, of_now, execution_, folder_, setting_.visible_devices};
  try {
    program_ = std::make_unique<GuardedProgram>(program_command(task), program_environment(task));
  } catch (const Error& problem) {
    throw WorkerCannotTrain(problem.what());
  }
}

void ProgramRun::give_work() {
  speaks_ = true;
  const Slot& slot = suggestion_.slot;
  if (!checkpoint_ && slot.first_epoch > 0) note("there is no checkpoint: trained again from the start");
  const TrainerOptions& options = setting_.options;
  const auto member = [](const std::string& name, const std::string& json) {
    return ",\"" + name + "\":" + json;
  };
  const std::string epoch = checkpoint_ ? std::to_string(checkpoint_->epoch) : "0";
  answer("{\"start\":{\"version\":" + std::to_string(protocol_version) +
         member("trial", std::to_string(slot.trial)) + member("execution", std::to_string(execution_)) +
         member("fold", std::to_string(fold_of(setting_.options, execution_))) +
         member("folds", std::to_string(setting_.options.folds)) +
         member("attempt", std::to_string(suggestion_.attempt)) +
         member("seed", std::to_string(program_seed(options, slot.trial, execution_))) +
         member("hyperparameters", json_of(hp_.values())) + member("first_epoch", epoch) +
         member("last_epoch", std::to_string(slot.last_epoch)) +
         member("max_epochs", std::to_string(options.max_epochs)) +
         member("checkpoint", checkpoint_ ? json_text(checkpoint_->path.string()) : "null") +
         member("objective", json_text(to_text(options.objective))) +
         member("device", json_text(setting_.device)) + member("threads", std::to_string(options.threads)) +
         member("data", json_text(options.data.string())) + "}}");
}

void ProgramRun::supervise() {
  while (!restarts_) {
    end_ = program_->end();  // before the last look, so that nothing it said is missed
    const bool gone = end_ && program_->gone();
    step();
    if (gone && is_silent_) restarts_ = true;  // it had only been about to end, when it was given work
    if (restarts_) return;
    if (gone) break;
    if (said_end_ && setting_.options.program.keep_alive) return;
    follow_order();
    look_for_life();
    if (end_)
      std::this_thread::sleep_for(1ms);  // what it has left behind is being killed
    else
      program_->wait(wait_interval);
  }
  for (SaidReport& each : scores_.finish())
    if (!speaks_ && !log_.is_over()) log_.report(std::move(each), false);
  take_final_score();
}

// What it has printed and said since the last time.
void ProgramRun::step() {
  take_output();
  for (int i = 0; i < max_lines && !restarts_; ++i) {
    const auto line = program_->lines().receive();
    if (!line) return;
    is_silent_ = false;
    hear(*line);
    reporter_.order();  // that it says something is a step
  }
}

void ProgramRun::take_output() {
  std::string text;
  program_->read_output(text);
  if (text.empty()) return;
  pass_on(text);
  auto reports = scores_.add(text);
  if (speaks_) return;
  reporter_.order();
  for (SaidReport& each : reports)
    if (!log_.is_over() && told_ == Order::go_on) log_.report(std::move(each), false);
}

void ProgramRun::pass_on(std::string_view text) const {
  while (!text.empty()) {
    const ssize_t count = write(STDOUT_FILENO, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

void ProgramRun::hear(const std::string& line) {
  std::visit([this](auto&& each) { hear(std::forward<decltype(each)>(each)); }, read_said(line));
}

void ProgramRun::hear(const SaidHello& said) {
  if (said.version != protocol_version)
    throw Error("the program speaks version " + std::to_string(said.version) +
                " of Sibyl's protocol, and this is " + std::to_string(protocol_version) +
                ": take the sibyl_trial.py of this Sibyl");
  if (speaks_) throw Error("the program said hello twice: is it two programs that speak to Sibyl?");
  give_work();
}

void ProgramRun::hear(const Question& said) {
  std::optional<Value> value;
  try {
    value = ask(hp_, said);
  } catch (const Error& problem) {
    return answer("{\"error\":" + json_text(problem.what()) + "}");
  }
  if (auto found = hp_.take_found(); !found.empty())
    reporter_.found({.hyperparameters = std::move(found), .values = hp_.values()});
  answer("{\"value\":" + (value ? to_json(*value) : "null") + "}");
}

void ProgramRun::hear(SaidReport said) {
  if (!speaks_) throw Error("the program reported an epoch before it said hello");
  if (said_end_ || (log_.is_over() && told_ == Order::go_on))
    throw Error("the program reported epoch " + std::to_string(said.epoch) + " after its training was over");
  const int epoch = said.epoch;
  if (!log_.is_over()) log_.report(std::move(said), true);  // the order may have come in its middle
  if (const Order order = reporter_.order(); order != Order::go_on && told_ == Order::go_on) {
    told_ = order;
    told_at_ = Clock::now();
  }
  const bool goes_on = told_ == Order::go_on && !log_.is_over();
  const double now = seconds(Clock::now());
  const bool saves = folder_.is_there() && log_.diverged().empty() && told_ != Order::cancel &&
                     (!goes_on || timer_.due_after(epoch, now));
  save_began_ = now;
  answer(std::string("{\"go_on\":") + (goes_on ? "true" : "false") +
         ",\"checkpoint\":" + (saves ? json_text(folder_.place_for_next().string()) : "null") + "}");
}

// The number of its parameters has a place of its own.
void ProgramRun::hear(SaidNote said) {
  if (const auto found = said.values.find("parameters"); found != said.values.end())
    if (const auto* number = std::get_if<std::int64_t>(&found->second)) {
      facts_.parameters = std::max<std::int64_t>(*number, 0);
      said.values.erase(found);
    }
  log_.note(std::move(said.values));
}

void ProgramRun::hear(const SaidSaved& said) {
  if (said.epoch != log_.last() || said.epoch == 0)
    throw Error("the program saved a checkpoint of epoch " + std::to_string(said.epoch) +
                ", but the last that it reported is " + std::to_string(log_.last()));
  folder_.keep(said.epoch, log_.reported());
  timer_.saved(save_began_, seconds(Clock::now()));
  answer("{\"kept\":true}");
}

void ProgramRun::hear(const SaidUnreadable& said) {
  if (!checkpoint_) throw Error("the program says that its checkpoint can't be read, but it was given none");
  note("the checkpoint of epoch " + std::to_string(checkpoint_->epoch) + " could not be read (" +
       said.reason + "): trained again from the start");
  restarts_ = is_unreadable_ = true;
}

void ProgramRun::hear(const SaidFailure& said) {
  failure_ = said;
  said_end_ = SaidEnd{};
  said_end_at_ = Clock::now();
}

void ProgramRun::hear(const SaidEnd& said) {
  if (said_end_) return;
  said_end_ = said;
  said_end_at_ = Clock::now();
}

void ProgramRun::answer(const std::string& line) {
  if (program_->lines().send(line) || program_->lines().closed() || program_->end()) return;
  throw Error("the program does not read what Sibyl tells it");
}

void ProgramRun::follow_order() {
  if (const Order order = reporter_.order_while_waiting(); order != Order::go_on && told_ == Order::go_on) {
    told_ = order;
    told_at_ = Clock::now();
  }
  if (said_end_) {
    reporter_.order();  // it has its time to end
    return end_after(end_patience, said_end_at_);
  }
  const bool is_stopped = log_.is_over() && !log_.reached_end();
  if (told_ != Order::go_on)
    end_after(speaks_ && told_ == Order::interrupt ? epoch_patience : 0s, told_at_);
  else if (is_stopped && !speaks_)
    end_after(0s, Clock::now());
}

// SIGTERM once it was waited for it so long, and then SIGKILL.
void ProgramRun::end_after(std::chrono::milliseconds patience, Clock::time_point since) {
  const auto now = Clock::now();
  if (!asked_ && now - since >= patience) {
    program_->ask_to_end();
    asked_ = true;
    asked_at_ = now;
  }
  if (asked_ && now - asked_at_ >= end_patience) program_->kill();
}

// Of a program that does not speak nobody knows when it makes steps. Where nobody said how long one may take,
// it lives as long as it computes.
void ProgramRun::look_for_life() {
  if (speaks_ || end_ || setting_.options.trial_timeout > 0 || Clock::now() < next_look_) return;
  next_look_ = Clock::now() + life_interval;
  const double used = program_->cpu_seconds();
  if (used - cpu_seconds_ >= least_cpu_seconds) reporter_.order();
  cpu_seconds_ = used;
}

}  // namespace sibyl
