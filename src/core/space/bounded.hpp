#pragma once

#include <map>
#include <string>

#include "core/space/ask.hpp"

namespace sibyl {

/// What people leave of hyperparameters, by name: one value (`--set`), or a part of the domain (`--range`).
struct Bounds {
  std::map<std::string, std::string> set = {};
  std::map<std::string, std::string> range = {};
};

/// `ask`, with answers that stay within the bounds: also of hyperparameters that the search space names under
/// other conditions only, so that nobody gave them a value. (A domain that such a bound does not fit, being
/// no part of it, is left as it is.)
Ask bounded(Ask ask, Bounds bounds);

}  // namespace sibyl
