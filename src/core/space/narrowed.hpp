#pragma once

#include <string>

#include "sibyl/search_space.hpp"

namespace sibyl {

/// The hyperparameter with one value (`--set NAME=TEXT`). Throws UsageError for one outside its domain.
Hyperparameter fixed(Hyperparameter hyperparameter, const std::string& text);

/// The hyperparameter with a part of its domain (`--range NAME=TEXT`): of a range of numbers LO:HI, spread as
/// before, and of its steps those that lie there; of choices those that are named, A|B. A default outside is
/// moved to the nearest value of what is left (of choices without an order: to the first). One value is a
/// fixed one. Throws UsageError for what is no part of the domain.
Hyperparameter narrowed(Hyperparameter hyperparameter, const std::string& text);

}  // namespace sibyl
