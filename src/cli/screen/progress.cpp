#include "cli/screen/progress.hpp"

#include <algorithm>
#include <cmath>
#include <ostream>
#include <sstream>

#include "base/numbers.hpp"
#include "base/text.hpp"
#include "cli/screen/summary.hpp"
#include "cli/screen/table.hpp"

namespace sibyl {

namespace {

constexpr double draw_interval = 0.2;

std::string bar(std::int64_t done, std::int64_t of) {
  constexpr int width = 16;
  const auto filled = of > 0 ? static_cast<int>(std::min(done, of) * width / of) : 0;
  std::string text;
  for (int i = 0; i < width; ++i) text += i < filled ? "█" : "░";
  return text;
}

std::string of_iteration(const Oracle& oracle, int iteration) {
  const auto rungs = oracle.scheduler().rungs();
  return !rungs.empty() && rungs.back().iteration > 0 ? "iteration " + std::to_string(iteration + 1) + " "
                                                      : "";
}

}  // namespace

Progress::~Progress() {
  out_ << std::flush;
}

void Progress::learn(const Event& event, const Consequences& consequences, double now, bool quiet) {
  if (quiet) {
    epochs_before_ = oracle_.epochs();
    for (const RungResult& each : consequences.decisions)
      if (const auto rung = oracle_.scheduler().rung(each.slot); rung && rung->full())
        finished_rungs_.insert({each.slot.iteration, each.slot.bracket, each.slot.rung});
    best_ = oracle_.best();
    if (best_ >= 0) best_score_ = oracle_.trials()[best_].score;
    return;
  }
  if (const auto* joined = std::get_if<WorkerJoined>(&event)) show_worker(*joined, now);
  if (const auto* left = std::get_if<WorkerLeft>(&event))
    line("WARNING: worker " + std::to_string(left->worker) + " gets no more work: " + left->reason, now);
  if (const auto* ended = std::get_if<TrialEnded>(&event))
    if (ended->ending == Ending::reached && !ended->message.empty() &&
        warnings_.insert(ended->message).second)
      line("WARNING: trial " + std::to_string(ended->trial) + ": " + ended->message, now);
  if (std::holds_alternative<EpochReported>(event) && first_report_ == 0) first_report_ = now;
  if (terminal_.is_terminal) return;
  if (const auto* ended = std::get_if<TrialEnded>(&event)) {
    if (ended->ending == Ending::failed)
      line("trial " + std::to_string(ended->trial) + " failed" +
               (oracle_.trials()[ended->trial].status == TrialStatus::failed ? ": "
                                                                             : " and is tried again: ") +
               ended->message,
           now);
    if (ended->ending == Ending::interrupted && ended->cause == Cause::signal)
      line("trial " + std::to_string(ended->trial) + " was interrupted" +
               (oracle_.trials()[ended->trial].status == TrialStatus::failed ? ", once too often: "
                                                                             : " and goes on: ") +
               ended->message,
           now);
    if (ended->trial == oracle_.best() && oracle_.trials()[ended->trial].status == TrialStatus::failed)
      line("trial " + std::to_string(ended->trial) + " keeps the best score for the record, though " +
               note_on_best(oracle_),
           now);
    show_best(now);  // not after each epoch: a good trial gets better at nearly all of them
  }
  show_rungs(consequences, now);
}

void Progress::show_worker(const WorkerJoined& joined, double now) {
  std::string text = "worker " + std::to_string(joined.worker) + " on " + joined.host + ": " + joined.device +
                     " (" + joined.device_name + (joined.uuid.empty() ? "" : ", " + joined.uuid) + "), " +
                     quantity(joined.threads, "thread");
  if (const auto users = device_users_.tell(joined); !users.empty() && users.front() != joined.worker)
    text += "; shares this device with worker " + std::to_string(users.front());
  line(text, now);
  if (!joined.data.empty() && data_.insert(joined.data).second) {
    std::istringstream lines(joined.data);
    for (std::string each; std::getline(lines, each);) line(each, now);
  }
  if (!joined.warning.empty() && warnings_.insert(joined.warning).second)
    line("WARNING: " + joined.warning, now);
}

void Progress::show_best(double now) {
  const TrialId id = oracle_.best();
  if (id < 0) return;
  const Trial& trial = oracle_.trials()[id];
  if (id == best_ && trial.score == best_score_) return;
  best_ = id;
  best_score_ = trial.score;
  line("best so far: trial " + std::to_string(id) + ", " + oracle_.options().objective.metric + " " +
           short_number(trial.score) + " at epoch " + std::to_string(trial.executions[0].epoch) + " (" +
           short_text(searched(trial.hyperparameters, oracle_.space())) + ")",
       now);
}

void Progress::show_rungs(const Consequences& consequences, double now) {
  for (const RungResult& each : consequences.decisions) {
    const auto rung = oracle_.scheduler().rung(each.slot);
    if (!rung || !rung->full() ||
        !finished_rungs_.insert({rung->iteration, rung->bracket, rung->rung}).second)
      continue;
    line(of_iteration(oracle_, rung->iteration) + "bracket " + std::to_string(rung->bracket) + " rung " +
             std::to_string(rung->rung) + " finished: " + quantity(rung->ended, "trial") + " at epoch " +
             std::to_string(rung->epoch) +
             (rung->failed > 0 ? ", " + std::to_string(rung->failed) + " failed" : ""),
         now);
  }
}

void Progress::line(const std::string& text, double now) {
  erase();
  out_ << '[' << duration(timing_.wall(now)) << "] " << printable(text) << '\n';
  if (!terminal_.is_terminal) out_ << std::flush;
  next_draw_ = 0;
}

void Progress::erase() {
  // A terminal that was made narrower has broken the lines that are there.
  std::size_t rows = 0;
  const auto width = static_cast<std::size_t>(std::max(1, terminal_.columns()));
  for (const std::size_t columns : drawn_) rows += std::max<std::size_t>(1, (columns + width - 1) / width);
  if (rows > 0) out_ << "\x1b[" << rows << "F\x1b[J";
  drawn_.clear();
}

void Progress::draw(double now) {
  if (!terminal_.is_terminal || now < next_draw_) return;
  next_draw_ = now + draw_interval;
  std::istringstream lines(block(now));
  erase();
  const auto width = static_cast<std::size_t>(std::max(1, terminal_.columns()));
  for (std::string line; std::getline(lines, line);) {
    const std::string fitting = clip(line, width);
    out_ << fitting << '\n';
    drawn_.push_back(columns_of(fitting));
  }
  out_ << std::flush;
}

std::string Progress::block(double now) const {
  const auto rungs = oracle_.scheduler().rungs();
  std::int64_t full = 0, failed = 0;
  for (const RungStatus& rung : rungs) {
    full += rung.full();
    failed += rung.failed;
  }
  const auto plan = planned(oracle_);
  const std::int64_t epochs = oracle_.epochs();
  const double rate = first_report_ > 0 && now > first_report_
                          ? static_cast<double>(epochs - epochs_before_) / (now - first_report_)
                          : 0;
  std::ostringstream text;
  text << "epochs  ";
  if (plan)
    text << bar(epochs, plan->epochs) << "  " << epochs << " of " << plan->epochs;
  else
    text << epochs;
  text << ", " << short_number(rate) << "/s   " << duration(timing_.wall(now)) << " gone";
  if (plan && rate > 0)
    text << ", " << duration(static_cast<double>(plan->epochs - epochs) / rate) << " left";
  text << '\n' << (rungs.empty() ? "        " : "rungs   ");
  if (!rungs.empty())
    text << bar(full, static_cast<std::int64_t>(rungs.size())) << "  " << full << " of " << rungs.size()
         << "   ";
  text << "trials: " << oracle_.trials().size() << ", " << oracle_.running().size() << " running"
       << (failed > 0 ? ", " + std::to_string(failed) + " failed" : "") << "   busy "
       << percent(timing_.busy_share(now)) << '\n';
  int shown = 0;
  for (const RungStatus& rung : rungs) {
    if (rung.ended == 0 || rung.full() || shown == 6) continue;
    ++shown;
    text << "        " << bar(rung.ended, rung.expected) << "  " << rung.ended << " of " << rung.expected
         << "   " << of_iteration(oracle_, rung.iteration) << "bracket " << rung.bracket << " rung "
         << rung.rung << ", to epoch " << rung.epoch << '\n';
  }
  if (const TrialId id = oracle_.best(); id >= 0) {
    const Trial& trial = oracle_.trials()[id];
    text << "best    trial " << id << ": " << one_line(oracle_.options().objective.metric) << " "
         << short_number(trial.score) << " at epoch " << trial.executions[0].epoch
         << (trial.status == TrialStatus::failed ? ", then it failed" : "") << '\n'
         << "        " << short_text(searched(trial.hyperparameters, oracle_.space())) << '\n';
  }
  return text.str();
}

}  // namespace sibyl
