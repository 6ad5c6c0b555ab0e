#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "core/search_space.hpp"

namespace sibyl {

/// Rows of text under a header, in columns wide enough for them; numbers to the right, words to the left.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header) : rows_{std::move(header)} {}
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  void print(std::ostream& out) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

/// A number for people: four significant digits.
std::string short_number(double x);
std::string short_text(const Value& value);
/// "n_neurons 112, optimizer adam"
std::string short_text(const Values& values);
/// Without what is fixed.
Values searched(const Values& values, const SearchSpace& space);
/// "45 s", "3:05", "2:03:05", "3 d 04:05"
std::string duration(double seconds);
std::string percent(double share);

}  // namespace sibyl
