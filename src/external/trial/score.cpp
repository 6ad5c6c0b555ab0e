#include "external/trial/score.hpp"

#include <algorithm>
#include <cmath>

#include "base/numbers.hpp"
#include "base/text.hpp"

namespace sibyl {

namespace {

/// What is longer is no line for people, and a regular expression would take its time.
constexpr std::size_t max_line_read = 4000;
constexpr const char* blanks = " \t\r";

std::string trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return "";
  return std::string(text.substr(begin, text.find_last_not_of(blanks) - begin + 1));
}

std::optional<double> number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  return read_number<double>(text);
}

}  // namespace

PrintedScores::PrintedScores(Objective objective, const std::string& pattern)
    : objective_(std::move(objective)) {
  if (!pattern.empty()) pattern_.emplace(pattern);
}

std::vector<SaidReport> PrintedScores::add(std::string_view text) {
  std::vector<SaidReport> reports;
  for (const char c : text) {
    if (c == '\n')
      take_line(reports);
    else if (line_.size() < max_line_read)
      line_ += c;
  }
  return reports;
}

std::vector<SaidReport> PrintedScores::finish() {
  std::vector<SaidReport> reports;
  take_line(reports);
  return reports;
}

void PrintedScores::take_line(std::vector<SaidReport>& reports) {
  // Of a line that was written over and over (a bar of progress), what is seen in the end.
  line_.erase(line_.find_last_not_of('\r') + 1);
  if (const auto over = line_.rfind('\r'); over != std::string::npos) line_.erase(0, over + 1);
  const std::string line = trimmed(std::exchange(line_, {}));
  if (line.empty()) return;
  last_ = line;
  if (std::smatch found; pattern_ && std::regex_search(line, found, *pattern_))
    if (const auto value = number(found[1].str())) matched_ = value;
  if (!line.starts_with('{')) return;
  std::optional<int> epoch;
  auto metrics = as_json(line, epoch);
  if (metrics && epoch)
    reports.push_back({*epoch, std::move(*metrics)});
  else if (metrics)
    json_ = std::move(metrics);
}

std::optional<std::vector<Metric>> PrintedScores::as_json(const std::string& line,
                                                          std::optional<int>& epoch) const {
  try {
    JsonValue json = parse_json(line, /*allow_nan=*/true);
    if (!json.is(JsonValue::Kind::object)) return std::nullopt;
    if (const JsonValue* found = json.find("epoch");
        found && found->is_whole && found->whole > 0 && found->whole < 1'000'000'000)
      epoch = static_cast<int>(found->whole);
    std::erase_if(json.members, [](const JsonValue::Member& each) {
      return each.first == "epoch" ||
             !(each.second.is(JsonValue::Kind::number) || each.second.is(JsonValue::Kind::null));
    });
    auto metrics = read_metrics(json);
    if (!names(metrics, objective_.metric)) return std::nullopt;
    return metrics;
  } catch (const JsonError&) {
    return std::nullopt;  // it prints what it likes
  }
}

std::optional<double> PrintedScores::number_in(const std::string& line) const {
  if (const auto whole = number(line)) return whole;
  const auto place = line.rfind(objective_.metric);
  if (place == std::string::npos) return std::nullopt;
  const auto begin = line.find_first_not_of(" \t:=", place + objective_.metric.size());
  if (begin == std::string::npos || begin == place + objective_.metric.size()) return std::nullopt;
  return number(std::string_view(line).substr(begin, line.find_first_of(" \t,;", begin) - begin));
}

std::optional<std::vector<Metric>> PrintedScores::final() const {
  if (pattern_) {
    if (!matched_) return std::nullopt;
    return std::vector<Metric>{{objective_.metric, *matched_}};
  }
  if (json_) return json_;
  if (const auto value = number_in(last_)) return std::vector<Metric>{{objective_.metric, *value}};
  return std::nullopt;
}

std::optional<std::vector<Metric>> PrintedScores::in_file(const std::string& contents) const {
  std::string text = contents;
  std::replace(text.begin(), text.end(), '\n', ' ');
  text = trimmed(text);
  if (const auto value = number(text)) return std::vector<Metric>{{objective_.metric, *value}};
  std::optional<int> ignored;
  return as_json(text, ignored);
}

std::string PrintedScores::missing() const {
  const std::string& metric = objective_.metric;
  std::string why = "the program ended without a score: ";
  if (pattern_) return why + "no line that it printed has what \"score\" of the space looks for";
  why += last_.empty() ? "it printed nothing" : "its last line is '" + clip(one_line(last_), 120) + "'";
  return why + ". It has to be the number, or " + metric + ": NUMBER, or a line of JSON, {\"" + metric +
         "\": NUMBER}; or the number stands in the file $SIBYL_SCORE_FILE, or \"score\" of the space says where";
}

}  // namespace sibyl
