#pragma once

#include <optional>
#include <string>
#include <vector>

#include "external/space/json.hpp"
#include "sibyl/hyperparameters.hpp"

namespace sibyl {

/// A hyperparameter as a file of a space or a program says it.
struct Question {
  std::string name;
  Domain domain;
  std::optional<Value> default_value;
  std::vector<Condition> conditions;
  bool may_change = false;  ///< see Hyperparameter
};

/// Reads {"type": "float", "min": 0.1, ...}; see jobs/program/space.schema.json. Throws JsonError with the
/// line of what is wrong.
Question read_question(const std::string& name, const JsonValue& json);

/// Asks it, under its conditions. None where these don't hold. Throws Error for what can't be asked.
std::optional<Value> ask(HyperParameters& hp, const Question& question);

/// A number, a text, true or false. Throws JsonError, with `what` it is, for anything else.
Value plain(const JsonValue& value, const std::string& what);

/// Throws JsonError for a member of another name, with the one that may have been meant. `what`: whose
/// members they are, "an int".
void require_names(const JsonValue& object, const std::vector<std::string>& known, const std::string& what);
/// Throws JsonError for a value of another kind. `what`: "\"min\" of 'units'".
void require_kind(const JsonValue& value, JsonValue::Kind kind, const std::string& what);

}  // namespace sibyl
