#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/space/ask.hpp"
#include "process/trainer_process.hpp"

namespace sibyl {

struct BuilderOptions {
  std::string job;  ///< its name, for `ps`
  std::chrono::milliseconds answer_timeout{10'000};
  std::chrono::milliseconds start_timeout{120'000};
};

/// Asks a job which configuration some values make, in a process of its own: a `build` that crashes, hangs or
/// takes all memory for one configuration costs that answer alone. The process is started with the first
/// question, kept, and replaced when it died. Answers are remembered.
///
/// Any thread may ask; one question is answered after the other. The process dies with the thread whose
/// question started it: a thread that ends costs the next question a start.
class Builder {
 public:
  explicit Builder(BuilderOptions options) : options_(std::move(options)) {}

  /// See Ask. Never throws.
  std::optional<Configuration> ask(const Values& given, const Draws& draws);
  /// Why some questions had no answer: of each kind of trouble the first, since the last call.
  std::vector<std::string> take_warnings();
  /// No answer is wanted any more: whoever waits for one gets none soon, and who asks from now on at once.
  void give_up() { given_up_ = true; }
  /// Ends the process until the next question.
  void rest() { process_.reset(); }

 private:
  using Question = std::pair<Values, Draws>;
  enum class Trouble : std::uint8_t { start, throws, dies, hangs };

  std::optional<Configuration> find_out(const Values& given, const Draws& draws);
  void begin(std::uint64_t seed);
  std::string died();
  std::optional<TrainerMessage> receive(std::chrono::milliseconds longest);
  void warn(Trouble trouble, const std::string& what, const Values& given);

  BuilderOptions options_;
  std::atomic<bool> given_up_ = false;
  std::mutex asking_;  ///< for all but what says otherwise
  std::unique_ptr<TrainerProcess> process_;
  bool works_ = true;                  ///< not where its process can't even begin
  std::optional<std::uint64_t> seed_;  ///< that the process knows
  std::map<Question, std::optional<Configuration>> answers_;
  std::vector<Trouble> warned_;
  std::mutex of_warnings_;  ///< they are taken while a question waits for its answer
  std::vector<std::string> warnings_;
};

}  // namespace sibyl
