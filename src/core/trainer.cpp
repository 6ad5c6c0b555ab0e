#include "sibyl/trainer.hpp"

#include <new>

namespace sibyl {

namespace {

/// A message is for people: whole pages of it would only fill the journal.
constexpr std::size_t max_message = 8192;

TrialEnded failure(Cause cause, std::string message) {
  if (message.empty()) message = "an exception without a text";
  TrialEnded ended;
  ended.ending = Ending::failed;
  ended.cause = cause;
  ended.message = std::move(message);
  return ended;
}

TrialEnded train_caught(Trainer& trainer, const Suggestion& suggestion, Reporter& reporter) {
  try {
    return trainer.train(suggestion, reporter);
  } catch (const WorkerCannotTrain&) {
    throw;
  } catch (const std::bad_alloc&) {
    return failure(Cause::out_of_memory, "the host's memory is exhausted (std::bad_alloc)");
  } catch (const std::exception& problem) {
    return failure(Cause::exception, problem.what());
  } catch (...) {
    return failure(Cause::exception, "the job threw something that is no std::exception");
  }
}

}  // namespace

TrialEnded train_trial(Trainer& trainer, const Suggestion& suggestion, Reporter& reporter) {
  TrialEnded ended = train_caught(trainer, suggestion, reporter);
  ended.trial = suggestion.slot.trial;
  ended.attempt = suggestion.attempt;
  if (ended.message.size() > max_message) ended.message = ended.message.substr(0, max_message) + " ...";
  return ended;
}

}  // namespace sibyl
