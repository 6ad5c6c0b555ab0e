#include "base/nearest.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace sibyl {

std::size_t edit_distance(std::string_view one, std::string_view other) {
  // Rows of the usual table: the distances of the first i letters of `one` to those of `other`.
  std::vector<std::size_t> before(other.size() + 1), last(other.size() + 1), here(other.size() + 1);
  for (std::size_t j = 0; j <= other.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= one.size(); ++i) {
    here[0] = i;
    for (std::size_t j = 1; j <= other.size(); ++j) {
      here[j] = std::min({last[j] + 1, here[j - 1] + 1, last[j - 1] + (one[i - 1] != other[j - 1])});
      if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1])
        here[j] = std::min(here[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, here);
  }
  return last[other.size()];
}

std::string nearest(std::string_view word, const std::vector<std::string>& known) {
  constexpr std::size_t longest = 100;  // nobody mistypes more
  if (word.size() < 2 || word.size() > longest) return "";
  std::string best;
  std::size_t least = std::max<std::size_t>(1, word.size() / 3) + 1;  // a third of the letters may be wrong
  for (const std::string& each : known) {
    if (each.size() > longest) continue;
    // Who cuts a word short has made one mistake, not as many as there are letters missing.
    const bool begun = word.size() >= 3 && each.starts_with(word);
    const std::size_t distance = begun ? 1 : edit_distance(word, each);
    if (distance >= least) continue;
    least = distance;
    best = each;
  }
  return best;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known) {
  const std::string found = nearest(word, known);
  return found.empty() ? "" : " (did you mean '" + one_line(found) + "'?)";
}

}  // namespace sibyl
