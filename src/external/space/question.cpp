#include "external/space/question.hpp"

#include <algorithm>

#include "base/nearest.hpp"
#include "base/text.hpp"

namespace sibyl {

namespace {

using Kind = JsonValue::Kind;

std::string of(const std::string& member, const std::string& name) {
  return json_text(member) + " of '" + one_line(name) + "'";
}

const JsonValue& member(const JsonValue& object, const std::string& key, const std::string& name) {
  const JsonValue* found = object.find(key);
  if (!found) throw JsonError(object.line, "'" + one_line(name) + "' lacks " + json_text(key));
  return *found;
}

std::int64_t whole(const JsonValue& value, const std::string& what) {
  require_kind(value, Kind::number, what);
  if (!value.is_whole) throw JsonError(value.line, what + " is " + value.text + ", which is no whole number");
  return value.whole;
}

double real(const JsonValue& value, const std::string& what) {
  require_kind(value, Kind::number, what);
  return value.number;
}

// 1 among 0.1 and 0.5 is a real number, too.
void make_one_type(std::vector<Value>& values) {
  const auto is_real = [](const Value& each) { return std::holds_alternative<double>(each); };
  if (std::none_of(values.begin(), values.end(), is_real)) return;
  for (Value& each : values)
    if (const auto* number = std::get_if<std::int64_t>(&each)) each = static_cast<double>(*number);
}

// Of the type that the domain's values have.
Value of_the_type(const Domain& domain, Value value) {
  const auto* choices = std::get_if<Choices>(&domain);
  const bool is_real =
      std::holds_alternative<FloatRange>(domain) ||
      (choices && !choices->values.empty() && std::holds_alternative<double>(choices->values[0]));
  const auto* number = std::get_if<std::int64_t>(&value);
  return is_real && number ? Value(static_cast<double>(*number)) : value;
}

Sampling read_sampling(const JsonValue& json, const std::string& name) {
  const JsonValue* found = json.find("sampling");
  if (!found) return Sampling::linear;
  const std::string what = of("sampling", name);
  require_kind(*found, Kind::text, what);
  for (const Sampling each : {Sampling::linear, Sampling::log, Sampling::reverse_log})
    if (found->text == to_string(each)) return each;
  throw JsonError(found->line,
                  what + " is " + json_text(found->text) + ": there is linear, log, reverse_log");
}

Domain read_domain(const std::string& type, const std::string& name, const JsonValue& json) {
  const auto least = [&]() -> const JsonValue& { return member(json, "min", name); };
  const auto most = [&]() -> const JsonValue& { return member(json, "max", name); };
  const JsonValue* step = json.find("step");
  if (type == "int")
    return IntRange{whole(least(), of("min", name)), whole(most(), of("max", name)),
                    step ? whole(*step, of("step", name)) : 1, read_sampling(json, name)};
  if (type == "float")
    return FloatRange{real(least(), of("min", name)), real(most(), of("max", name)),
                      step ? real(*step, of("step", name)) : 0, read_sampling(json, name)};
  if (type == "boolean") return Choices{{false, true}};
  if (type == "fixed") return Choices{{plain(member(json, "value", name), of("value", name))}};
  const JsonValue& list = member(json, "values", name);
  require_kind(list, Kind::list, of("values", name));
  Choices choices;
  for (const JsonValue& each : list.items)
    choices.values.push_back(plain(each, "one of " + of("values", name)));
  make_one_type(choices.values);
  if (const JsonValue* ordered = json.find("ordered")) {
    require_kind(*ordered, Kind::boolean, of("ordered", name));
    choices.ordered = ordered->truth;
  }
  return choices;
}

std::vector<Condition> read_conditions(const std::string& name, const JsonValue& json) {
  std::vector<Condition> conditions;
  const JsonValue* when = json.find("when");
  if (!when || when->is(Kind::null)) return conditions;
  require_kind(*when, Kind::object, of("when", name));
  for (const auto& [parent, values] : when->members) {
    Condition condition{parent, {}};
    const std::string what = json_text(parent) + " in " + of("when", name);
    if (values.is(Kind::list))
      for (const JsonValue& each : values.items) condition.values.push_back(plain(each, what));
    else
      condition.values.push_back(plain(values, what));
    if (condition.values.empty()) throw JsonError(values.line, what + " has no value, so it never holds");
    conditions.push_back(std::move(condition));
  }
  return conditions;
}

std::optional<Value> ask_within(HyperParameters& hp, const Question& question, std::size_t condition) {
  if (condition == question.conditions.size()) {
    const std::string& name = question.name;
    const auto& given = question.default_value;
    if (const auto* range = std::get_if<IntRange>(&question.domain)) {
      IntOptions options{range->step, range->sampling, {}, question.may_change};
      if (given) options.default_value = std::get<std::int64_t>(*given);
      return hp.Int(name, range->min, range->max, options);
    }
    if (const auto* range = std::get_if<FloatRange>(&question.domain)) {
      FloatOptions options{range->step, range->sampling, {}, question.may_change};
      if (given) options.default_value = std::get<double>(*given);
      return hp.Float(name, range->min, range->max, options);
    }
    const auto& choices = std::get<Choices>(question.domain);
    const ChoiceOptions options{given, choices.ordered, question.may_change};
    const auto choose = [&]<class T>(T) -> Value {
      std::vector<T> values;
      for (const Value& each : choices.values) {
        const T* value = std::get_if<T>(&each);
        if (!value) throw Error("its values are of several types: take one");
        values.push_back(*value);
      }
      return hp.Choice(name, values, options);
    };
    return std::visit(choose, choices.values.empty() ? Value("") : choices.values[0]);
  }
  const auto& [parent, values] = question.conditions[condition];
  std::vector<Value> fitting = values;
  for (const Hyperparameter& each : hp.space().hyperparameters())
    if (each.name == parent)
      for (Value& value : fitting) value = of_the_type(each.domain, value);
  if (auto scope = hp.conditional_scope(parent, fitting)) return ask_within(hp, question, condition + 1);
  return std::nullopt;
}

}  // namespace

void require_names(const JsonValue& object, const std::vector<std::string>& known, const std::string& what) {
  for (const auto& [name, value] : object.members)
    if (std::find(known.begin(), known.end(), name) == known.end())
      throw JsonError(value.line, what + " has no " + json_text(one_line(name)) + did_you_mean(name, known));
}

void require_kind(const JsonValue& value, Kind kind, const std::string& what) {
  if (value.is(kind)) return;
  throw JsonError(value.line,
                  what + " is " + std::string(name_of(value.kind)) + ", not " + std::string(name_of(kind)));
}

Value plain(const JsonValue& value, const std::string& what) {
  if (value.is(Kind::boolean)) return value.truth;
  if (value.is(Kind::text)) return value.text;
  if (!value.is(Kind::number))
    throw JsonError(value.line, what + " is " + std::string(name_of(value.kind)) +
                                    ", not a number, a text, true or false");
  if (value.is_whole) return value.whole;
  return value.number;
}

Question read_question(const std::string& name, const JsonValue& json) {
  require_kind(json, Kind::object, "'" + one_line(name) + "'");
  const JsonValue& type = member(json, "type", name);
  require_kind(type, Kind::text, of("type", name));
  std::vector<std::string> known{"type", "default", "when", "may_change", "description"};
  if (type.text == "int" || type.text == "float")
    known.insert(known.end(), {"min", "max", "step", "sampling"});
  else if (type.text == "choice")
    known.insert(known.end(), {"values", "ordered"});
  else if (type.text == "fixed")
    known = {"type", "value", "when", "description"};
  else if (type.text != "boolean")
    throw JsonError(type.line, of("type", name) + " is " + json_text(type.text) +
                                   ": there is int, float, choice, boolean, fixed");
  require_names(json, known, "'" + one_line(name) + "', which is of type " + type.text + ",");
  Question question{name, read_domain(type.text, name, json), {}, read_conditions(name, json)};
  if (const JsonValue* may_change = json.find("may_change")) {
    require_kind(*may_change, Kind::boolean, of("may_change", name));
    question.may_change = may_change->truth;
  }
  if (const JsonValue* given = json.find("default"); given && !given->is(Kind::null)) {
    Value value = of_the_type(question.domain, plain(*given, of("default", name)));
    const bool fits = value_in(question.domain, value).has_value();
    if (!fits)
      throw JsonError(given->line, of("default", name) + " is " + to_json(*given) + ", and it takes " +
                                       describe(question.domain));
    question.default_value = std::move(value);
  }
  return question;
}

std::optional<Value> ask(HyperParameters& hp, const Question& question) {
  return ask_within(hp, question, 0);
}

}  // namespace sibyl
