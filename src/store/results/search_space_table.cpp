#include "store/results/search_space_table.hpp"

#include <limits>

#include "store/results/text.hpp"

namespace sibyl {
namespace {

struct Range {
  double min, max, step;
  std::string sampling;
};

Range range_of(const Domain& domain) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  struct Of {
    Range operator()(const IntRange& x) const {
      return {static_cast<double>(x.min), static_cast<double>(x.max), static_cast<double>(x.step),
              std::string(to_string(x.sampling))};
    }
    Range operator()(const FloatRange& x) const {
      return {x.min, x.max, x.step, std::string(to_string(x.sampling))};
    }
    Range operator()(const Choices&) const { return {none, none, none, ""}; }
  };
  return std::visit(Of{}, domain);
}

std::string json(const std::vector<Condition>& conditions) {
  std::string out = "[";
  for (const Condition& condition : conditions) {
    if (out.size() > 1) out += ", ";
    out += "{\"parent\": " + sibyl::json(std::string_view(condition.parent)) +
           ", \"values\": " + sibyl::json(condition.values) + "}";
  }
  return out + "]";
}

std::int64_t size_of(const Domain& domain) {
  const auto values = size(domain);
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  if (!values) return std::holds_alternative<FloatRange>(domain) ? -1 : most;
  return *values > static_cast<std::uint64_t>(most) ? most : static_cast<std::int64_t>(*values);
}

}  // namespace

store::Table search_space_table(const std::vector<KnownHyperparameter>& space) {
  using Row = KnownHyperparameter;
  const auto domain = [](const Row& row) -> const Domain& { return row.hyperparameter.domain; };
  store::Table table;
  table.add("name", space, [](const Row& row) { return clean_utf8(row.hyperparameter.name); });
  table.add("kind", space, [&](const Row& row) { return std::string(kind(domain(row))); });
  table.add("min", space, [&](const Row& row) { return range_of(domain(row)).min; });
  table.add("max", space, [&](const Row& row) { return range_of(domain(row)).max; });
  table.add("step", space, [&](const Row& row) { return range_of(domain(row)).step; });
  table.add("sampling", space, [&](const Row& row) { return range_of(domain(row)).sampling; });
  table.add("values", space, [&](const Row& row) {
    const auto* choices = std::get_if<Choices>(&domain(row));
    return json(choices ? choices->values : std::vector<Value>{});
  });
  table.add("ordered", space, [&](const Row& row) {
    const auto* choices = std::get_if<Choices>(&domain(row));
    return std::int8_t{choices == nullptr || choices->ordered};
  });
  table.add("may_change", space, [](const Row& row) { return std::int8_t{row.hyperparameter.may_change}; });
  table.add("default", space,
            [](const Row& row) { return clean_utf8(to_string(row.hyperparameter.default_value)); });
  table.add("conditions", space, [](const Row& row) { return json(row.hyperparameter.conditions); });
  table.add("size", space, [&](const Row& row) { return size_of(domain(row)); });
  table.add("found_by", space, [](const Row& row) { return std::int64_t{row.found_by}; });
  return table;
}

}  // namespace sibyl
