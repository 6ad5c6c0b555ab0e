#pragma once

#include <iosfwd>

#include "core/search_space.hpp"

namespace sibyl {

/// The search space as a table.
void print_space(std::ostream& out, const SearchSpace& space);

}  // namespace sibyl
