#pragma once

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

#include "sibyl/search_space.hpp"

namespace sibyl {

/// A trial's hyperparameters as a JSON object.
inline nlohmann::ordered_json to_json(const Values& values) {
  nlohmann::ordered_json object = nlohmann::ordered_json::object();
  for (const auto& [name, value] : values)
    std::visit([&, &name = name](const auto& held) { object[name] = held; }, value);
  return object;
}

/// For people and programs: indented, and in ASCII, so that no text in it does anything to a terminal. Bytes
/// that are no UTF-8 are replaced.
inline std::string dump(const nlohmann::ordered_json& json) {
  return json.dump(2, ' ', true, nlohmann::json::error_handler_t::replace);
}

/// JSON has no NaN and no infinity: they become null.
inline nlohmann::ordered_json number_or_null(double x) {
  return std::isfinite(x) ? nlohmann::ordered_json(x) : nlohmann::ordered_json();
}

}  // namespace sibyl
