#pragma once

#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "external/trial/messages.hpp"
#include "sibyl/objective.hpp"

namespace sibyl {

/// Finds scores in what a program prints, for one that does not speak the protocol: a line of JSON that has
/// the objective, an epoch's if it has "epoch", too; else what the pattern's group matches, in the last line
/// that has it; or, without a pattern, the last line, if that is a number, or names the objective with one
/// behind it.
class PrintedScores {
 public:
  PrintedScores(Objective objective, const std::string& pattern);

  /// Takes in what was printed. The epochs in it.
  std::vector<SaidReport> add(std::string_view text);
  /// A last line without an end, when no more will come.
  std::vector<SaidReport> finish();
  /// The metrics of the whole training; none where nothing printed is a score.
  std::optional<std::vector<Metric>> final() const;
  /// The same of a file that holds a number, or JSON.
  std::optional<std::vector<Metric>> in_file(const std::string& contents) const;
  /// Why there is no score, for people.
  std::string missing() const;

 private:
  void take_line(std::vector<SaidReport>& reports);
  std::optional<std::vector<Metric>> as_json(const std::string& line, std::optional<int>& epoch) const;
  std::optional<double> number_in(const std::string& line) const;

  Objective objective_;
  std::optional<std::regex> pattern_;
  std::string line_;  ///< not whole yet
  std::string last_;  ///< the last line that is not empty
  std::optional<std::vector<Metric>> json_;
  std::optional<double> matched_;
};

}  // namespace sibyl
