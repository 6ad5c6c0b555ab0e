#pragma once

#include <nlohmann/json.hpp>

#include "core/search_space.hpp"

namespace sibyl {

/// A trial's hyperparameters as a JSON object.
inline nlohmann::ordered_json to_json(const Values& values) {
  nlohmann::ordered_json object = nlohmann::ordered_json::object();
  for (const auto& [name, value] : values)
    std::visit([&, &name = name](const auto& held) { object[name] = held; }, value);
  return object;
}

/// JSON has no NaN: it becomes null.
inline nlohmann::ordered_json number_or_null(double x) {
  return x == x ? nlohmann::ordered_json(x) : nlohmann::ordered_json();
}

}  // namespace sibyl
