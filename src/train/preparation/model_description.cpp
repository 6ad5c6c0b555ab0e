#include "train/preparation/model_description.hpp"

#include <nlohmann/json.hpp>

#include "train/streaming/split_tensors.hpp"

namespace sibyl {

namespace {

/// One name for each of the network's numbers: those of the classes or the targets, where there are as many.
std::vector<std::string> names_of(OutputKind kind, const Data& data, std::int64_t count) {
  const auto fits = [&](const std::vector<std::string>& names) {
    return static_cast<std::int64_t>(names.size()) == count;
  };
  if (kind != OutputKind::values && fits(data.class_names)) return data.class_names;
  if (kind == OutputKind::labels && count == 1) {
    if (data.class_names.size() == 2) return data.class_names;
    if (data.preparation.target.names.empty()) return {"0", "1"};
  }
  if (kind != OutputKind::classes && fits(data.preparation.target.names))
    return data.preparation.target.names;
  if (kind == OutputKind::values && count == 1) return {"value"};
  std::vector<std::string> names;
  for (std::int64_t i = 0; i < count; ++i) names.push_back(std::to_string(i));
  return names;
}

}  // namespace

const char* name_of(OutputKind kind) {
  switch (kind) {
    case OutputKind::classes:
      return "classes";
    case OutputKind::labels:
      return "labels";
    case OutputKind::values:
      break;
  }
  return "values";
}

ModelDescription describe_model(const Loss& loss, const Data& data, const at::Tensor& output) {
  ModelDescription description{.preparation = data.preparation, .feature_names = data.feature_names};
  if (resolve(loss.kind, data.train.y).takes_labels())
    description.output = OutputKind::labels;
  else if (!data.train.y.is_floating_point())
    description.output = OutputKind::classes;
  const std::int64_t count = description.output == OutputKind::classes && output.dim() > 1
                                 ? output.size(1)
                                 : output.numel() / output.size(0);
  description.outputs = names_of(description.output, data, count);
  const Split shapes = shapes_of(data.train);
  description.raw_shape = shapes.x.sizes().slice(1).vec();
  for (const at::Tensor& more : shapes.more)
    description.more.push_back({more.sizes().slice(1).vec(), at::toString(more.scalar_type())});
  if (data.preparation.table)
    description.raw_shape = {static_cast<std::int64_t>(data.preparation.table->columns.size())};
  return description;
}

std::vector<std::string> class_names(const ModelDescription& description) {
  const bool has = description.output == OutputKind::classes ||
                   (description.output == OutputKind::labels && description.outputs.size() == 2 &&
                    description.preparation.target.names.size() < 2);
  return has ? description.outputs : std::vector<std::string>();
}

std::string more_as_json(const ModelDescription& description) {
  nlohmann::ordered_json more = nlohmann::ordered_json::array();
  for (const auto& [shape, type] : description.more) more.push_back({{"shape", shape}, {"type", type}});
  return more.dump();
}

std::vector<ModelDescription::Input> more_from_json(const std::string& text) {
  std::vector<ModelDescription::Input> more;
  for (const auto& each : nlohmann::json::parse(text))
    more.push_back({each.at("shape").get<std::vector<std::int64_t>>(), each.at("type").get<std::string>()});
  return more;
}

std::string to_json(const ModelDescription& description) {
  const nlohmann::ordered_json json = {
      {"output", name_of(description.output)},
      {"outputs", description.outputs},
      {"class_names", class_names(description)},
      {"feature_names", description.feature_names},
      {"raw_shape", description.raw_shape},
      {"more", nlohmann::ordered_json::parse(more_as_json(description))},
      {"preparation", nlohmann::ordered_json::parse(to_json(description.preparation))}};
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace sibyl
