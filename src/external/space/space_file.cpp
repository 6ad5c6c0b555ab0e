#include "external/space/space_file.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <regex>

#include "external/space/question.hpp"

namespace sibyl {

namespace {

using Kind = JsonValue::Kind;
constexpr std::streamsize max_bytes = 16 << 20;

// One name may stand for several hyperparameters, each under conditions of its own.
void read_hyperparameters(HyperParameters& hp, const JsonValue& all) {
  require_kind(all, Kind::object, "\"hyperparameters\"");
  if (all.members.empty()) throw JsonError(all.line, "there is no hyperparameter in it");
  for (const auto& [name, value] : all.members) {
    const std::vector<JsonValue> one{value};
    for (const JsonValue& each : value.is(Kind::list) ? value.items : one) {
      const Question question = read_question(name, each);
      try {
        static_cast<void>(ask(hp, question));
      } catch (const Error& problem) {
        throw JsonError(each.line, problem.what());
      }
    }
  }
}

Objective read_objective(const JsonValue& json) {
  const auto parse = [&](const std::string& text) {
    try {
      return Objective::parse(text);
    } catch (const Error& problem) {
      throw JsonError(json.line, problem.what());
    }
  };
  if (json.is(Kind::text)) return parse(json.text);
  if (!json.is(Kind::object)) require_kind(json, Kind::text, "\"objective\"");
  require_names(json, {"metric", "direction"}, "\"objective\"");
  const JsonValue *metric = json.find("metric"), *direction = json.find("direction");
  if (!metric) throw JsonError(json.line, "\"objective\" lacks \"metric\"");
  require_kind(*metric, Kind::text, "\"metric\" of the objective");
  if (!direction) return parse(metric->text);
  require_kind(*direction, Kind::text, "\"direction\" of the objective");
  return parse(metric->text + ":" + direction->text);
}

std::string read_score(const JsonValue& json) {
  require_kind(json, Kind::text, "\"score\"");
  try {
    if (std::regex(json.text).mark_count() != 1)
      throw JsonError(
          json.line,
          "\"score\" needs one group in parentheses, which is the number: \"Accuracy: ([0-9.]+)\"");
  } catch (const std::regex_error& problem) {
    throw JsonError(json.line, "\"score\" is no regular expression: " + std::string(problem.what()));
  }
  return json.text;
}

std::string option_text(const std::string& name, const JsonValue& value) {
  if (value.is(Kind::text) || value.is(Kind::number)) return value.text;
  if (value.is(Kind::boolean)) return value.truth ? "true" : "false";
  throw JsonError(value.line, "the option " + json_text(name) + " is " + std::string(name_of(value.kind)) +
                                  ", which no option takes");
}

std::vector<SpaceOption> read_options(const JsonValue& json, const std::string& file) {
  require_kind(json, Kind::object, "\"options\"");
  std::vector<SpaceOption> options;
  for (const auto& [name, value] : json.members) {
    const std::string where = file + ":" + std::to_string(value.line);
    if (value.is(Kind::list))
      for (const JsonValue& each : value.items) options.push_back({name, option_text(name, each), where});
    else if (value.is(Kind::object))
      for (const auto& [key, each] : value.members)
        options.push_back({name, key + "=" + option_text(name, each), where});
    else
      options.push_back({name, option_text(name, value), where});
  }
  return options;
}

SpaceFile read_whole(const JsonValue& json, const std::string& file) {
  require_kind(json, Kind::object, "the whole");
  require_names(json, {"$schema", "description", "hyperparameters", "objective", "score", "options"},
                "the whole");
  SpaceFile read;
  const JsonValue* hyperparameters = json.find("hyperparameters");
  if (!hyperparameters) throw JsonError(json.line, "it lacks \"hyperparameters\"");
  HyperParameters hp;
  read_hyperparameters(hp, *hyperparameters);
  read.space = hp.space();
  if (const JsonValue* objective = json.find("objective")) read.objective = read_objective(*objective);
  if (const JsonValue* score = json.find("score")) read.score = read_score(*score);
  if (const JsonValue* options = json.find("options")) read.options = read_options(*options, file);
  JsonValue recorded = json;
  std::erase_if(recorded.members, [](const JsonValue::Member& each) {
    return each.first == "$schema" || each.first == "description" || each.first == "options";
  });
  read.recorded = to_json(recorded);
  return read;
}

}  // namespace

SpaceFile read_space(const std::string& text, const std::string& file) {
  try {
    return read_whole(parse_json(text), file);
  } catch (const JsonError& problem) {
    throw UsageError(file + ":" + std::to_string(problem.line()) + ": " + problem.what());
  }
}

SpaceFile read_space_file(const std::string& file) {
  errno = 0;
  std::ifstream in(file, std::ios::binary);
  std::string text(max_bytes + 1, '\0');
  if (in) in.read(text.data(), max_bytes + 1);
  if (!in.eof() && in.gcount() <= max_bytes)
    throw UsageError("--space: can't read " + file + ": " +
                     (errno != 0 ? std::strerror(errno) : "it is no file"));
  if (in.gcount() > max_bytes)
    throw UsageError("--space: " + file + " is larger than 16 MiB, which no space is");
  text.resize(static_cast<std::size_t>(in.gcount()));
  return read_space(text, file);
}

}  // namespace sibyl
