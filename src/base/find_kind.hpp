#pragma once

#include <string>
#include <vector>

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

}  // namespace sibyl
