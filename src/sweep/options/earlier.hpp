#pragma once

#include <string>

#include "sibyl/sampler.hpp"

namespace sibyl {

/// As a record holds one: "EPOCH=SCORE,...;NAME=VALUE,...".
std::string to_text(const EarlierTrial& trial);
/// Back from it, in the same space. Throws UsageError for anything else.
EarlierTrial earlier_trial(const SearchSpace& space, const std::string& text);

}  // namespace sibyl
