#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sibyl {

/// How many letters are to be put in, left out, changed or swapped with their neighbour to make one word the
/// other.
std::size_t edit_distance(std::string_view one, std::string_view other);

/// The known word that was most likely meant; empty if none is near enough to be worth a guess.
std::string nearest(std::string_view word, const std::vector<std::string>& known);

/// " (did you mean 'max-epochs'?)", or nothing: to be put behind what says that the word is unknown.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& known);

}  // namespace sibyl
