// What a sweep shows of itself while it runs: results.h5 and TensorBoard's files.
#include <utility>

#include "sibyl/error.hpp"
#include "sweep/record/sweep.hpp"

namespace sibyl {

namespace fs = std::filesystem;

void Sweep::tick() {
  view_->draw(wall_clock());
  if (const auto done = publisher_->done()) take_note(*done);
  if (!publisher_->idle() || !publication_.due(steady_seconds())) return;
  tell_the_rest();
  publisher_->begin(results_.changes(oracle_->trials(), wall_clock()));
  flush_tensorboard();
}

void Sweep::tell_the_rest() {
  results_.plan(planned(*oracle_));
  if (retrained_.changed()) results_.retrained(read_retrained(directory_));
}

void Sweep::take_note(const Publisher::Done& done) {
  results_.published(done.problem.empty());
  publication_.done(done.began, done.ended);
  // The journal holds everything; the next try may succeed.
  if (!done.problem.empty()) warn({done.problem});
}

// Waits until all that is known is published.
void Sweep::publish() {
  if (const auto done = publisher_->wait()) take_note(*done);
  tell_the_rest();
  publisher_->begin(results_.changes(oracle_->trials(), wall_clock()));
  const auto done = publisher_->wait();
  results_.published(done->problem.empty());
  publication_.done(done->began, done->ended);
  if (!done->problem.empty()) throw Error(done->problem);
  flush_tensorboard();
}

// Pictures are no reason to end a sweep.
void Sweep::flush_tensorboard() {
  if (!tensorboard_) return;
  try {
    tensorboard_->flush();
  } catch (const Error& problem) {
    if (!std::exchange(tensorboard_failed_, true)) warn({problem.what()});
  }
}

// Where results.h5 is may be another sweep's by now.
void Sweep::end_without_journal(const JournalLost& lost) {
  std::string text = std::string(lost.what()) + " The sweep can't go on without it.";
  try {
    const fs::path results = rescue_path(directory_ / SweepFiles::results);
    tell_the_rest();
    results_.publish(results, oracle_->trials(), wall_clock());
    text += " All results up to here are in " + results.string() + ".";
    const fs::path journal = journal_->rescue();
    text += journal.empty() ? " What was recorded can't be saved: start anew."
                            : " What was recorded is in " + journal.string() + ": rename it to " +
                                  SweepFiles::journal + ", and --resume goes on.";
  } catch (const Error& also) {
    text += std::string(" ") + also.what();
  }
  throw Error(text);
}

}  // namespace sibyl
