#pragma once

#include <iosfwd>

#include "core/search_space.hpp"

namespace sibyl {

/// The search space as a table, in lines of at most `width` columns, if it is not 0.
void print_space(std::ostream& out, const SearchSpace& space, int width = 0);

}  // namespace sibyl
