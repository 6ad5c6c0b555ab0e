#include "store/tensorboard/tensorboard_events.hpp"

#include <algorithm>

#include "store/results/text.hpp"
#include "store/tensorboard/protobuf_writer.hpp"
#include "store/tensorboard/tf_record.hpp"

// The field numbers are those of event.proto and summary.proto (tensorboard/compat/proto), of api.proto and
// plugin_data.proto (tensorboard/plugins/hparams), and of google/protobuf/struct.proto.
namespace sibyl::tensorboard {
namespace {

using protobuf::put_bytes;
using protobuf::put_double;
using protobuf::put_float;
using protobuf::put_integer;

enum DataType { text_type = 1, boolean_type = 2, number_type = 3 };

std::string record(const std::string& event) {
  std::string bytes;
  append_tf_record(bytes, event);
  return bytes;
}

std::string summary_event(double time, int step, const std::string& summary) {
  std::string event;
  put_double(event, 1, time);
  put_integer(event, 2, step);
  put_bytes(event, 5, summary);
  return record(event);
}

// HParams' messages travel as metadata of a tag that has no data: an empty float tensor of shape [0].
std::string hparams_event(double time, const std::string& tag, const std::string& plugin_data) {
  std::string plugin, metadata, dimension, shape, tensor, value, summary;
  put_bytes(plugin, 1, "hparams");
  put_bytes(plugin, 2, plugin_data);
  put_bytes(metadata, 1, plugin);
  put_integer(dimension, 1, 0);
  put_bytes(shape, 2, dimension);
  put_integer(tensor, 1, 1);
  put_bytes(tensor, 2, shape);
  put_bytes(value, 1, "_hparams_/" + tag);
  put_bytes(value, 8, tensor);
  put_bytes(value, 9, metadata);
  put_bytes(summary, 1, value);
  return summary_event(time, 0, summary);
}

double as_number(const Value& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
  return std::get<double>(value);
}

DataType type_of(const Value& value) {
  if (std::holds_alternative<bool>(value)) return boolean_type;
  return std::holds_alternative<std::string>(value) ? text_type : number_type;
}

DataType type_of(const Domain& domain) {
  const auto* choices = std::get_if<Choices>(&domain);
  return choices != nullptr && !choices->values.empty() ? type_of(choices->values.front()) : number_type;
}

// google.protobuf.Value
std::string protobuf_value(const Value& value) {
  std::string bytes;
  switch (type_of(value)) {
    case number_type:
      put_double(bytes, 2, as_number(value));
      break;
    case text_type:
      put_bytes(bytes, 3, clean_utf8(std::get<std::string>(value)));
      break;
    case boolean_type:
      put_integer(bytes, 4, std::get<bool>(value));
      break;
  }
  return bytes;
}

// A name can stand under several conditions with a domain in each; the table has one column for it.
struct Column {
  DataType type = number_type;
  bool mixed = false;
  bool interval = false;
  double min = 0, max = 0;
  std::vector<Value> values;
  std::string description;
};

void include(Column& column, double min, double max) {
  column.min = column.interval ? std::min(column.min, min) : min;
  column.max = column.interval ? std::max(column.max, max) : max;
  column.interval = true;
}

std::string describe(const Hyperparameter& hyperparameter) {
  std::string text = sibyl::describe(hyperparameter.domain);
  for (const Condition& condition : hyperparameter.conditions) {
    text += &condition == &hyperparameter.conditions.front() ? ", where " : " and ";
    text += condition.parent + " is ";
    for (const Value& value : condition.values)
      text += (&value == &condition.values.front() ? "" : " or ") + to_string(value);
  }
  return text;
}

Column column_of(const SearchSpace& space, const std::string& name) {
  Column column;
  bool first = true;
  for (const Hyperparameter& each : space.hyperparameters()) {
    if (each.name != name) continue;
    const DataType type = type_of(each.domain);
    column.mixed = column.mixed || (!first && type != column.type);
    column.type = type;
    column.description += (first ? "" : "; ") + describe(each);
    first = false;
    if (const auto* whole = std::get_if<IntRange>(&each.domain))
      include(column, static_cast<double>(whole->min), static_cast<double>(whole->max));
    else if (const auto* real = std::get_if<FloatRange>(&each.domain))
      include(column, real->min, real->max);
    else
      for (const Value& value : std::get<Choices>(each.domain).values)
        if (std::find(column.values.begin(), column.values.end(), value) == column.values.end())
          column.values.push_back(value);
  }
  return column;
}

std::string hparam_info(const SearchSpace& space, const std::string& name) {
  Column column = column_of(space, name);
  std::string info, domain;
  put_bytes(info, 1, clean_utf8(name));
  put_bytes(info, 3, clean_utf8(column.description));
  put_integer(info, 4, column.mixed ? text_type : column.type);
  if (column.interval && !column.mixed) {
    for (const Value& value : column.values) include(column, as_number(value), as_number(value));
    put_double(domain, 1, column.min);
    put_double(domain, 2, column.max);
    put_bytes(info, 6, domain);
  } else if (!column.mixed) {
    for (const Value& value : column.values) put_bytes(domain, 1, protobuf_value(value));
    put_bytes(info, 5, domain);
  }
  put_integer(info, 7, space.searches(name));  // TensorBoard shows first what differs
  return info;
}

std::string metric_info(const MetricColumn& column) {
  std::string name, info;
  put_bytes(name, 2, clean_utf8(column.tag));
  put_bytes(info, 1, name);
  put_bytes(info, 3, clean_utf8(column.title));
  put_bytes(info, 4, clean_utf8(column.description));
  return info;
}

}  // namespace

std::string file_header(double time) {
  std::string event;
  put_double(event, 1, time);
  put_bytes(event, 3, "brain.Event:2");
  return record(event);
}

std::string scalars(double time, int step, const std::vector<Metric>& metrics) {
  std::string summary, value;
  for (const Metric& metric : metrics) {
    value.clear();
    put_bytes(value, 1, clean_utf8(metric.name));
    put_float(value, 2, static_cast<float>(metric.value));
    put_bytes(summary, 1, value);
  }
  return summary_event(time, step, summary);
}

std::string experiment(double time, const std::string& description, const SearchSpace& space,
                       const std::vector<MetricColumn>& metrics) {
  std::string experiment, data;
  put_bytes(experiment, 1, clean_utf8(description));
  put_double(experiment, 3, time);
  for (const std::string& name : space.names()) put_bytes(experiment, 4, hparam_info(space, name));
  for (const MetricColumn& metric : metrics) put_bytes(experiment, 5, metric_info(metric));
  put_bytes(data, 2, experiment);
  return hparams_event(time, "experiment", data);
}

std::string session_start(double time, const Values& hyperparameters) {
  std::string session, entry, data;
  for (const auto& [name, value] : hyperparameters) {
    entry.clear();
    put_bytes(entry, 1, clean_utf8(name));
    put_bytes(entry, 2, protobuf_value(value));
    put_bytes(session, 1, entry);
  }
  put_double(session, 5, time);
  put_bytes(data, 3, session);
  return hparams_event(time, "session_start_info", data);
}

std::string session_end(double time, bool success) {
  std::string session, data;
  put_integer(session, 1, success ? 1 : 2);
  put_double(session, 2, time);
  put_bytes(data, 4, session);
  return hparams_event(time, "session_end_info", data);
}

}  // namespace sibyl::tensorboard
