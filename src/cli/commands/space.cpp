#include "cli/commands/space.hpp"

#include <ostream>

#include "base/numbers.hpp"
#include "base/text.hpp"
#include "cli/screen/table.hpp"
#include "core/space/grid.hpp"

namespace sibyl {

namespace {

// Not the whole of very many, or very long ones.
std::string cell(const Value& value) {
  constexpr std::size_t widest = 40;
  return value == Value(std::string()) ? "''" : clip(one_line(short_text(value)), widest);
}

std::string alternatives(const std::vector<Value>& values) {
  constexpr std::size_t widest = 80;
  std::string text;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string next = (i == 0 ? "" : " | ") + cell(values[i]);
    if (i > 0 && text.size() + next.size() > widest)
      return text + " | ... (" + std::to_string(values.size()) + " values)";
    text += next;
  }
  return text;
}

std::string values(const Domain& domain) {
  const auto range_text = [](const auto& range) {
    std::string text = short_text(Value(range.min)) + " .. " + short_text(Value(range.max));
    const bool every =
        range.step == 0 || (std::is_same_v<decltype(range), const IntRange&> && range.step == 1);
    if (!every) text += (by_factor(range) ? ", factor " : ", step ") + short_text(Value(range.step));
    return text;
  };
  if (const auto* range = std::get_if<IntRange>(&domain)) return range_text(*range);
  if (const auto* range = std::get_if<FloatRange>(&domain)) return range_text(*range);
  return alternatives(std::get<Choices>(domain).values);
}

std::string sampling(const Domain& domain) {
  if (const auto* range = std::get_if<IntRange>(&domain)) return std::string(to_string(range->sampling));
  if (const auto* range = std::get_if<FloatRange>(&domain)) return std::string(to_string(range->sampling));
  return "";
}

std::string only_if(const std::vector<Condition>& conditions) {
  std::string text;
  for (const Condition& condition : conditions) {
    text += (text.empty() ? "" : " and ") + condition.parent + " = " + alternatives(condition.values);
  }
  return text;
}

std::string number_of_configurations(const SearchSpace& space, const std::optional<Counted>& counted) {
  const auto text = [](std::uint64_t number) { return quantity(number, "configuration"); };
  if (counted && counted->complete) return text(counted->all.size());
  const auto points = space.points();
  if (!points || (counted && counted->endless)) return "more configurations than can be tried one by one";
  if (counted && counted->beyond) return "more than " + text(max_counted);
  return (counted ? "at most " : "") + text(*points);
}

}  // namespace

void print_space(std::ostream& out, const SearchSpace& space, const std::optional<Counted>& counted,
                 int width) {
  TextTable table({"hyperparameter", "kind", "values", "sampling", "default", "only if"});
  for (const Hyperparameter& each : space.hyperparameters())
    table.add({each.name, std::string(kind(each.domain)), values(each.domain), sampling(each.domain),
               cell(each.default_value), only_if(each.conditions)});
  table.give_way({"default", "sampling", "kind"});
  table.print(out, width);
  out << "\n  " << number_of_configurations(space, counted) << '\n';
}

}  // namespace sibyl
