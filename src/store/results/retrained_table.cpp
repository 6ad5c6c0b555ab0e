#include "store/results/retrained_table.hpp"

#include <algorithm>

#include "store/results/text.hpp"

namespace sibyl {

store::Table retrained_table(const std::vector<RetrainedModel>& models) {
  store::Table table;
  table.add("trial", models, [](const RetrainedModel& each) { return each.trial; });
  table.add("epochs", models, [](const RetrainedModel& each) { return std::int32_t{each.epochs}; });
  table.add("time", models, [](const RetrainedModel& each) { return each.time; });
  table.add("file", models, [](const RetrainedModel& each) { return clean_utf8(each.file); });
  std::vector<std::string> names;
  for (const RetrainedModel& model : models)
    for (const Metric& metric : model.metrics)
      if (std::find(names.begin(), names.end(), metric.name) == names.end()) names.push_back(metric.name);
  for (const std::string& name : names) {
    const std::string column = table.has(name) || name.empty() ? "metric:" + name : name;
    table.add(clean_utf8(column), models,
              [&](const RetrainedModel& each) { return value_of(each.metrics, name); });
  }
  return table;
}

}  // namespace sibyl
