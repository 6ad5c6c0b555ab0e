#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/nearest.hpp"
#include "sibyl/error.hpp"

namespace sibyl {

/// The values of an enumeration with their names, in the order in which people are told of them.
template <class Kind>
using NamedKinds = std::vector<std::pair<std::string, Kind>>;

/// The one of that name. `what`: "schedule", say. Throws Error that names those there are.
template <class Kind>
Kind kind_named(std::string_view name, const std::string& what, const NamedKinds<Kind>& kinds) {
  std::vector<std::string> names;
  std::string all;
  for (const auto& [known, kind] : kinds) {
    if (known == name) return kind;
    names.push_back(known);
    all += (all.empty() ? "" : ", ") + known;
  }
  throw Error("There is no " + what + " \"" + std::string(name) + "\"" + did_you_mean(name, names) +
              ": there are " + all + ".");
}

}  // namespace sibyl
