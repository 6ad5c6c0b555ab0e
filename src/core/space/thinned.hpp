#pragma once

#include "sibyl/search_space.hpp"

namespace sibyl {

/// The space in which each range of numbers has at most `points` values, 2 or more: min, max, and between
/// them values at quantiles that are evenly apart, as its sampling spreads them; and its default, wherever
/// that is. A range that has no more values than that keeps them, as do choices.
SearchSpace thinned(const SearchSpace& space, int points);

}  // namespace sibyl
