// What a run and its program say to one another: jobs/program/PROTOCOL.md.
#include <algorithm>

#include "external/program/program_words.hpp"
#include "external/trial/program_run.hpp"

namespace sibyl {

namespace {

std::string json_of(const Values& values) {
  std::string out;
  for (const auto& [name, value] : values)
    out += (out.empty() ? "" : ",") + json_text(name) + ":" + to_json(value);
  return "{" + out + "}";
}

}  // namespace

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
  const double now = seconds_now();
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
  log_.note(said.values);
}

void ProgramRun::hear(const SaidSaved& said) {
  if (said.epoch != log_.last() || said.epoch == 0)
    throw Error("the program saved a checkpoint of epoch " + std::to_string(said.epoch) +
                ", but the last that it reported is " + std::to_string(log_.last()));
  folder_.keep(said.epoch, log_.reported());
  timer_.saved(save_began_, seconds_now());
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
  if (!setting_.options.program.keep_alive) program_->lines().send_end();  // it may wait for another trial
}

void ProgramRun::answer(const std::string& line) {
  if (program_->lines().send(line) || program_->lines().closed() || program_->end()) return;
  throw Error("the program does not read what Sibyl tells it");
}

}  // namespace sibyl
