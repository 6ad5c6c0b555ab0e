#pragma once

#include <deque>
#include <string>
#include <string_view>

namespace sibyl {

/// What a trainer process prints, on both its streams: passed on line by line, each with a label before it,
/// and its last lines kept, for the record of a failure.
class Printed {
 public:
  /// Of the lines that come: "[worker 3, trial 17] ". Forgets the lines before.
  void begin(std::string label);
  /// Takes in what was printed. What is to be passed on: whole lines, labelled, safe for a terminal.
  std::string add(std::string_view text);
  /// A last line without an end, when no more will come.
  std::string finish();
  /// The last few lines that are not empty, without an end of the line.
  std::string last_lines() const;

 private:
  std::string label_;
  std::string line_;  ///< not whole yet
  std::deque<std::string> kept_;
};

}  // namespace sibyl
