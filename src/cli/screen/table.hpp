#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "sibyl/search_space.hpp"

namespace sibyl {

/// Rows of text under a header, in columns wide enough for them; numbers to the right, words to the left.
/// What others wrote in a cell is made safe for a terminal.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header) { add(std::move(header)); }
  void add(std::vector<std::string> row);
  /// These columns are left out where there is no room, the first of them first; and where all cells are
  /// empty.
  void give_way(std::vector<std::string> names);

  /// Columns that it takes where there is room.
  std::size_t width() const;
  /// In lines of at most `width` columns; 0: as wide as it gets. Where there is no room, columns are left
  /// out, then words are shortened. Returns the names of the columns that had no room.
  std::vector<std::string> print(std::ostream& out, int width = 0) const;

 private:
  struct Column {
    std::size_t place;  ///< in the rows
    std::size_t width, least;
    bool to_right;
  };
  Column measure(std::size_t place) const;
  bool is_empty(std::size_t place) const;

  std::vector<std::vector<std::string>> rows_;  ///< the header first
  std::vector<std::string> giving_way_;
};

std::string short_text(const Value& value);
/// "n_neurons 112, optimizer adam"
std::string short_text(const Values& values);
/// Without what is fixed.
Values searched(const Values& values, const SearchSpace& space);

}  // namespace sibyl
