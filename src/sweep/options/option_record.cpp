#include "sweep/options/option_record.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "sweep/options/option_types.hpp"

namespace sibyl {

namespace {

using Json = nlohmann::ordered_json;

// None: no option holds such a thing.
std::optional<OptionValue> option_value(const Json& json) {
  const auto is_text = [](const Json& each) { return each.is_string(); };
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_unsigned()) return json.get<std::uint64_t>();
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_number()) return json.get<double>();
  if (json.is_string()) return json.get<std::string>();
  if (!json.is_structured() || !std::all_of(json.begin(), json.end(), is_text)) return std::nullopt;
  if (json.is_array()) return json.get<std::vector<std::string>>();
  return json.get<std::map<std::string, std::string>>();
}

// Throws Error for what is no JSON object, and for one in which a name stands twice.
Json parse_object(const std::string& text) {
  std::set<std::string> names;
  const auto once = [&](int depth, Json::parse_event_t event, const Json& parsed) {
    if (depth == 1 && event == Json::parse_event_t::key && !names.insert(parsed.get<std::string>()).second)
      throw Error("'" + parsed.get<std::string>() + "' stands there twice");
    return true;
  };
  try {
    Json object = Json::parse(text, once);
    if (!object.is_object()) throw Error("it is no JSON object");
    return object;
  } catch (const nlohmann::json::exception& problem) {
    throw Error("it is no JSON: " + std::string(problem.what()));
  }
}

std::string typed_text(const std::string& name, const Json& value) {
  if (value.is_structured() || value.is_null())
    throw Error("'" + name + "' is " + value.dump(-1, ' ', false, Json::error_handler_t::replace) +
                ", which no option takes");
  return to_text(*option_value(value));
}

}  // namespace

std::string to_json(const RecordedValues& values) {
  Json object = Json::object();
  for (const auto& [name, value] : values)
    std::visit([&, &key = name](const auto& each) { object[key] = each; }, value);
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::map<std::string, OptionValue> values_from_json(const std::string& json) {
  const Json object = parse_object(json);
  std::map<std::string, OptionValue> values;
  for (const auto& [name, value] : object.items())
    if (auto held = option_value(value)) values.emplace(name, std::move(*held));
  return values;
}

std::vector<TypedTexts> texts_from_json(const std::string& json) {
  const Json object = parse_object(json);
  std::vector<TypedTexts> all;
  for (const auto& [name, value] : object.items()) {
    TypedTexts& typed = all.emplace_back(TypedTexts{name, {}});
    if (!value.is_structured()) typed.texts.push_back(typed_text(name, value));
    if (value.is_array())
      for (const Json& each : value) typed.texts.push_back(typed_text(name, each));
    if (value.is_object())
      for (const auto& [key, each] : value.items()) typed.texts.push_back(key + "=" + typed_text(name, each));
  }
  return all;
}

}  // namespace sibyl
