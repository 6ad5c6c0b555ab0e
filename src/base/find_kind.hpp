#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/nearest.hpp"
#include "sibyl/error.hpp"

namespace sibyl {

/// Of a registry: the names of its kinds.
template <class Kind>
std::vector<std::string> names_of(const std::vector<Kind>& kinds) {
  std::vector<std::string> names;
  for (const Kind& kind : kinds) names.push_back(kind.name);
  return names;
}

/// The kind of that name. Throws Error that names those there are: a record may be of a newer version.
template <class Kind>
const Kind& find_kind(const std::string& what, const std::vector<Kind>& kinds, const std::string& name) {
  std::string known;
  for (const Kind& kind : kinds) {
    if (kind.name == name) return kind;
    known += (known.empty() ? "" : ", ") + kind.name;
  }
  throw Error("this version of Sibyl knows no " + what + " '" + name + "', but " + known);
}

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
