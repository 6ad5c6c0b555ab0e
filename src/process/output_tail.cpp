#include "process/output_tail.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace sibyl {

namespace {
constexpr std::size_t max_line = 2000;
constexpr std::size_t max_lines = 5;
constexpr std::size_t max_characters = 480;
}  // namespace

void Printed::begin(std::string label) {
  label_ = std::move(label);
  kept_.clear();
}

std::string Printed::add(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = std::min({text.find('\n'), text.size(), max_line - line_.size()});
    line_ += text.substr(0, length);
    text.remove_prefix(length);
    const bool ended = text.starts_with('\n');
    if (ended) text.remove_prefix(1);
    if (ended || line_.size() >= max_line) out += finish();
  }
  return out;
}

std::string Printed::finish() {
  if (line_.empty()) return "";
  // As a terminal would show it in the end: of a line that was written over and over, the last state.
  const auto end = line_.find_last_not_of('\r');
  const auto begin = end == std::string::npos ? end : line_.find_last_of('\r', end);
  const std::string shown = begin == std::string::npos ? line_ : line_.substr(begin + 1);
  std::string out = label_ + printable(shown.substr(0, shown.find_last_not_of('\r') + 1)) + '\n';
  kept_.push_back(std::exchange(line_, {}));
  if (kept_.size() > max_lines) kept_.pop_front();
  return out;
}

std::string Printed::last_lines() const {
  std::string text = line_;
  for (auto line = kept_.rbegin(); line != kept_.rend(); ++line) {
    if (!text.empty() && text.size() + line->size() >= max_characters) break;
    text = *line + (text.empty() ? "" : "\n") + text;
  }
  return text.substr(0, max_characters);
}

}  // namespace sibyl
