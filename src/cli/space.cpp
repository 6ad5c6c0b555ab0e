#include "cli/space.hpp"

#include <ostream>

#include "cli/table.hpp"

namespace sibyl {

namespace {

std::string values(const Domain& domain) {
  const auto range_text = [](const auto& range) {
    std::string text = short_text(Value(range.min)) + " .. " + short_text(Value(range.max));
    if (range.step != 0 && range.step != 1) text += ", step " + short_text(Value(range.step));
    return text;
  };
  if (const auto* range = std::get_if<IntRange>(&domain)) return range_text(*range);
  if (const auto* range = std::get_if<FloatRange>(&domain)) return range_text(*range);
  std::string text;
  for (const Value& value : std::get<Choices>(domain).values)
    text += (text.empty() ? "" : " | ") + short_text(value);
  return text;
}

std::string sampling(const Domain& domain) {
  if (const auto* range = std::get_if<IntRange>(&domain)) return std::string(to_string(range->sampling));
  if (const auto* range = std::get_if<FloatRange>(&domain)) return std::string(to_string(range->sampling));
  return "";
}

std::string only_if(const std::vector<Condition>& conditions) {
  std::string text;
  for (const Condition& condition : conditions) {
    text += (text.empty() ? "" : " and ") + condition.parent + " = ";
    for (std::size_t i = 0; i < condition.values.size(); ++i)
      text += (i == 0 ? "" : " | ") + short_text(condition.values[i]);
  }
  return text;
}

}  // namespace

void print_space(std::ostream& out, const SearchSpace& space, int width) {
  TextTable table({"hyperparameter", "kind", "values", "sampling", "default", "only if"});
  for (const Hyperparameter& each : space.hyperparameters())
    table.add({each.name, std::string(kind(each.domain)), values(each.domain), sampling(each.domain),
               short_text(each.default_value), only_if(each.conditions)});
  table.give_way({"default", "sampling", "kind"});
  table.print(out, width);
  if (const auto points = space.points())
    out << "\n  " << *points << (*points == 1 ? " configuration" : " configurations") << '\n';
  else
    out << "\n  more configurations than can be tried one by one\n";
}

}  // namespace sibyl
