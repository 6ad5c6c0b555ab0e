#pragma once

#include <iosfwd>

#include "core/space/count.hpp"

namespace sibyl {

/// The search space as a table, in lines of at most `width` columns, if it is not 0, and how many
/// configurations it has. `counted`: of a job that says what they ask for.
void print_space(std::ostream& out, const SearchSpace& space, const std::optional<Counted>& counted,
                 int width = 0);

}  // namespace sibyl
