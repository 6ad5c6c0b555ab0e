#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "sibyl/data/preparation.hpp"
#include "sibyl/error.hpp"

namespace sibyl {

namespace {

using Json = nlohmann::ordered_json;

template <class Enum, std::size_t size>
using Names = std::array<std::pair<Enum, const char*>, size>;

constexpr Names<ColumnKind, 3> kinds = {{{ColumnKind::number, "number"},  //
                                         {ColumnKind::text, "text"},
                                         {ColumnKind::date, "date"}}};
constexpr Names<DateForm, 3> forms = {{{DateForm::year_first, "year first"},
                                       {DateForm::day_first, "day first"},
                                       {DateForm::month_first, "month first"}}};
constexpr Names<ArrayStep::Kind, 4> steps = {{{ArrayStep::Kind::reshape, "reshape"},
                                              {ArrayStep::Kind::channels_first, "channels first"},
                                              {ArrayStep::Kind::resize, "resize"},
                                              {ArrayStep::Kind::scale, "scale"}}};

template <class Enum, std::size_t size>
const char* name_of(const Names<Enum, size>& names, Enum value) {
  return std::find_if(names.begin(), names.end(), [&](const auto& each) { return each.first == value; })
      ->second;
}

template <class Enum, std::size_t size>
Enum value_of(const Names<Enum, size>& names, const std::string& name) {
  for (const auto& [value, text] : names)
    if (name == text) return value;
  throw Error("'" + name + "' is not known to this version of Sibyl");
}

/// A tensor of floats as its shape and its numbers.
Json of_tensor(const at::Tensor& tensor) {
  const at::Tensor flat = tensor.cpu().to(at::kDouble).reshape({-1}).contiguous();
  const auto* const begin = flat.data_ptr<double>();
  return {{"shape", tensor.sizes().vec()}, {"numbers", std::vector<double>(begin, begin + flat.numel())}};
}

at::Tensor to_tensor(const Json& json) {
  return at::tensor(json.at("numbers").get<std::vector<double>>(), at::kDouble)
      .to(at::kFloat)
      .reshape(json.at("shape").get<std::vector<std::int64_t>>());
}

Json of_column(const PreparedColumn& column) {
  Json json = {{"name", column.name},
               {"kind", name_of(kinds, column.kind)},
               {"gaps", column.gaps},
               {"fill", column.fill},
               {"indicator", column.has_indicator}};
  if (column.kind == ColumnKind::text) {
    json["categories"] = column.categories;
    json["one_hot"] = column.is_one_hot;
    json["other"] = column.has_other;
    return json;
  }
  if (column.kind == ColumnKind::date) json["form"] = name_of(forms, column.date);
  json["shift"] = column.shift;
  json["scale"] = column.scale;
  return json;
}

PreparedColumn to_column(const Json& json) {
  PreparedColumn column{.name = json.at("name"), .kind = value_of(kinds, json.at("kind"))};
  column.gaps = json.at("gaps");
  column.fill = json.at("fill");
  column.has_indicator = json.at("indicator");
  if (column.kind == ColumnKind::text) {
    column.categories = json.at("categories").get<std::vector<std::string>>();
    column.is_one_hot = json.at("one_hot");
    column.has_other = json.at("other");
    return column;
  }
  if (column.kind == ColumnKind::date) column.date = value_of(forms, json.at("form"));
  column.shift = json.at("shift").get<std::vector<double>>();
  column.scale = json.at("scale").get<std::vector<double>>();
  return column;
}

Json of_step(const ArrayStep& step) {
  Json json = {{"step", name_of(steps, step.kind)}};
  if (step.kind == ArrayStep::Kind::scale) {
    json["shift"] = of_tensor(step.shift);
    json["scale"] = of_tensor(step.scale);
  } else {
    json["sizes"] = step.sizes;
  }
  return json;
}

ArrayStep to_step(const Json& json) {
  ArrayStep step{.kind = value_of(steps, json.at("step"))};
  if (step.kind == ArrayStep::Kind::scale) {
    step.shift = to_tensor(json.at("shift"));
    step.scale = to_tensor(json.at("scale"));
  } else {
    step.sizes = json.at("sizes").get<std::vector<std::int64_t>>();
  }
  return step;
}

}  // namespace

std::string to_json(const Preparation& preparation) {
  Json json = Json::object();
  if (preparation.table) {
    Json columns = Json::array();
    for (const PreparedColumn& each : preparation.table->columns) columns.push_back(of_column(each));
    json["table"] = {{"decimal", std::string(1, preparation.table->decimal)}, {"columns", columns}};
  }
  json["steps"] = Json::array();
  for (const ArrayStep& each : preparation.steps) json["steps"].push_back(of_step(each));
  const TargetPreparation& target = preparation.target;
  json["target"] = {{"names", target.names}, {"shift", target.shift}, {"scale", target.scale}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Preparation preparation_from_json(const std::string& text) {
  try {
    const Json json = Json::parse(text);
    Preparation preparation;
    if (json.contains("table")) {
      preparation.table.emplace();
      preparation.table->decimal = json.at("table").at("decimal").get<std::string>().at(0);
      for (const Json& each : json.at("table").at("columns"))
        preparation.table->columns.push_back(to_column(each));
    }
    for (const Json& each : json.at("steps")) preparation.steps.push_back(to_step(each));
    const Json& target = json.at("target");
    preparation.target = {.names = target.at("names").get<std::vector<std::string>>(),
                          .shift = target.at("shift").get<std::vector<double>>(),
                          .scale = target.at("scale").get<std::vector<double>>()};
    return preparation;
  } catch (const std::exception& problem) {
    throw Error(std::string("this is no preparation of data: ") + problem.what());
  }
}

}  // namespace sibyl
