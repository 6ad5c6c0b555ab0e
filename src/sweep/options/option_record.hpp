#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sibyl/error.hpp"
#include "sweep/options/option.hpp"

// The options in the record of a sweep: a JSON object, written and read by the rows of the tables.
namespace sibyl {

using RecordedValues = std::vector<std::pair<std::string, OptionValue>>;

/// A JSON object, in this order.
std::string to_json(const RecordedValues& values);
/// What such an object has that an option can hold; the rest is not an option's. Throws Error for what is no
/// JSON object, and for one in which a name stands twice.
std::map<std::string, OptionValue> values_from_json(const std::string& json);

/// A value of a JSON object as it would be typed: each of a list, each NAME=VALUE of an object.
struct TypedTexts {
  std::string name;
  std::vector<std::string> texts;
};
/// The same of a JSON object that people wrote. Throws Error that names a value that can't be typed.
std::vector<TypedTexts> texts_from_json(const std::string& json);

/// Which of them are recorded, with their values.
template <class Target>
RecordedValues recorded_values(const OptionTable<Target>& table, const Target& options) {
  RecordedValues values;
  for (const Option<Target>& row : table) {
    if (row.recorded == Recorded::no) continue;
    for (const RecordField<Target>& field : row.type.fields)
      values.emplace_back(field.name.empty() ? row.name : field.name, field.get(options));
  }
  return values;
}

inline bool defines_the_sweep(Recorded recorded) {
  return recorded == Recorded::fixed || recorded == Recorded::extends;
}

/// Takes the row's values from such an object. Throws Error where one is of another type, or the first of one
/// that defines the sweep is missing.
template <class Target>
void take_recorded(const Option<Target>& row, const std::map<std::string, OptionValue>& values,
                   Target& options) {
  for (const RecordField<Target>& field : row.type.fields) {
    const std::string& name = field.name.empty() ? row.name : field.name;
    const auto there = values.find(name);
    if (there == values.end()) {
      const bool is_first = &field == &row.type.fields.front();
      if (is_first && defines_the_sweep(row.recorded) && row.is_in_all_records)
        throw Error("the record does not say '" + name + "'");
      continue;
    }
    try {
      field.put(options, there->second);
    } catch (const Error& problem) {
      throw Error("the record's '" + name + "': " + problem.what());
    }
  }
}

}  // namespace sibyl
