#include "train/preparation/script.hpp"

#include <ATen/ATen.h>
#include <torch/csrc/jit/api/module.h>

#include <limits>
#include <sstream>

#include "train/preparation/script_text.hpp"

namespace sibyl {

namespace {

using Module = torch::jit::Module;

at::Tensor double_buffer(const std::vector<double>& numbers) {
  return at::tensor(numbers, at::kDouble);
}

void add_strings(Module& module, const std::string& name, const std::vector<std::string>& texts) {
  module.register_attribute(name, c10::ListType::ofStrings(), c10::List<std::string>(texts));
}

void add_numbers(Module& module, const std::string& name, const std::vector<std::int64_t>& numbers) {
  module.register_attribute(name, c10::ListType::ofInts(), c10::List<std::int64_t>(numbers));
}

/// What encode() and prepare() look up, by column.
void add_columns(Module& module, const TablePreparation& table) {
  using Places = c10::Dict<std::string, std::int64_t>;
  std::vector<std::string> names;
  std::vector<std::int64_t> kinds, forms;
  std::vector<double> fill;
  c10::List<Places> places;
  for (const PreparedColumn& column : table.columns) {
    names.push_back(column.name);
    kinds.push_back(static_cast<std::int64_t>(column.kind));
    forms.push_back(static_cast<std::int64_t>(column.date));
    fill.push_back(column.fill);
    Places of_column;
    for (std::size_t i = 0; i < column.categories.size(); ++i)
      of_column.insert(column.categories[i], static_cast<std::int64_t>(i) + 1);
    places.push_back(of_column);
  }
  add_strings(module, "columns", names);
  add_numbers(module, "kinds", kinds);
  add_numbers(module, "date_forms", forms);
  module.register_buffer("fill", double_buffer(fill));
  module.register_attribute(
      "places", c10::ListType::create(c10::DictType::create(c10::StringType::get(), c10::IntType::get())),
      places);
  module.register_attribute("decimal", c10::StringType::get(), std::string(1, table.decimal));
  module.register_attribute("gap", c10::FloatType::get(), std::numeric_limits<double>::quiet_NaN());
}

/// The statements of prepare() for a table, as TablePreparation::prepare() has them; their tensors become
/// buffers.
std::string table_statements(Module& module, const TablePreparation& table) {
  std::ostringstream text;
  std::vector<std::int64_t> numbers, indicators;
  std::vector<double> fill, shift, scale;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const PreparedColumn& column = table.columns[i];
    if (column.has_indicator) indicators.push_back(static_cast<std::int64_t>(i));
    if (column.kind != ColumnKind::number) continue;
    numbers.push_back(static_cast<std::int64_t>(i));
    fill.push_back(column.fill);
    shift.push_back(column.shift.at(0));
    scale.push_back(column.scale.at(0));
  }
  text << "    cells = raw.to(dtype=7)\n    parts: List[Tensor] = []\n";
  if (!numbers.empty()) {
    module.register_buffer("number_columns", at::tensor(numbers, at::kLong));
    module.register_buffer("number_fill", double_buffer(fill));
    module.register_buffer("number_shift", double_buffer(shift));
    module.register_buffer("number_scale", double_buffer(scale));
    text << "    numbers = torch.index_select(cells, 1, self.number_columns)\n"
            "    numbers = torch.where(torch.isnan(numbers), self.number_fill, numbers)\n"
            "    parts.append((numbers - self.number_shift) / self.number_scale)\n";
  }
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const PreparedColumn& column = table.columns[i];
    if (column.kind != ColumnKind::date) continue;
    const std::string name = std::to_string(i);
    module.register_buffer("date_shift_" + name, double_buffer(column.shift));
    module.register_buffer("date_scale_" + name, double_buffer(column.scale));
    text << "    date = self.date_parts(self.filled(cells, " << i << "), "
         << (column.shift.size() > 3 ? "True" : "False") << ")\n"
         << "    parts.append((date - self.date_shift_" << i << ") / self.date_scale_" << i << ")\n";
  }
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const PreparedColumn& column = table.columns[i];
    if (column.kind != ColumnKind::text) continue;
    text << "    place = self.filled(cells, " << i << ").unsqueeze(1)\n";
    if (column.is_one_hot) {
      text << "    parts.append(torch.eq(place, torch.arange(" << (column.has_other ? 0 : 1) << ", "
           << column.categories.size() + 1 << ", dtype=7, device=cells.device)).to(dtype=7))\n";
    } else {
      text << "    parts.append(place)\n";
    }
  }
  if (!indicators.empty()) {
    module.register_buffer("indicator_columns", at::tensor(indicators, at::kLong));
    text
        << "    parts.append(torch.isnan(torch.index_select(cells, 1, self.indicator_columns)).to(dtype=7))\n";
  }
  text << "    x = torch.cat(parts, 1).to(dtype=6)\n";
  return text.str();
}

std::string step_statements(Module& module, const std::vector<ArrayStep>& steps) {
  std::ostringstream text;
  if (!steps.empty()) text << "    x = x.to(dtype=6)\n";
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const ArrayStep& step = steps[i];
    const auto& sizes = step.sizes;
    switch (step.kind) {
      case ArrayStep::Kind::reshape:
        text << "    x = x.reshape([x.size(0)";
        for (const std::int64_t size : sizes) text << ", " << size;
        text << "])\n";
        break;
      case ArrayStep::Kind::channels_first:
        text << "    if x.dim() == 4 and x.size(1) != " << sizes.at(0) << " and x.size(3) == " << sizes.at(0)
             << ":\n        x = x.permute([0, 3, 1, 2]).contiguous()\n";
        break;
      case ArrayStep::Kind::resize:
        text << "    x = torch.upsample_bilinear2d(x.contiguous(), [" << sizes.at(0) << ", " << sizes.at(1)
             << "], False)\n";
        break;
      case ArrayStep::Kind::scale:
        module.register_buffer("step_shift_" + std::to_string(i), step.shift.cpu());
        module.register_buffer("step_scale_" + std::to_string(i), step.scale.cpu());
        text << "    x = (x - self.step_shift_" << i << ") / self.step_scale_" << i << "\n";
        break;
    }
  }
  return text.str();
}

std::string finish_statements(Module& module, const ModelDescription& description) {
  const TargetPreparation& target = description.preparation.target;
  switch (description.output) {
    case OutputKind::classes:
      return "    return torch.softmax(output, 1)\n";
    case OutputKind::labels:
      return "    p = torch.sigmoid(output.reshape([output.size(0), -1]))\n"
             "    if p.size(1) == 1 and len(self.outputs) == 2:\n"
             "        p = torch.cat([1 - p, p], 1)\n"
             "    return p\n";
    case OutputKind::values:
      break;
  }
  if (target.scale.empty()) return "    return output\n";
  module.register_buffer("target_shift", double_buffer(target.shift));
  module.register_buffer("target_scale", double_buffer(target.scale));
  return "    values = output.reshape([output.size(0), -1]).to(dtype=7)\n"
         "    return (values * self.target_scale + self.target_shift).to(dtype=6)\n";
}

/// Where the first input is a parameter or is handed on, the others are behind it.
std::string with_more(std::string script, std::size_t count) {
  std::string parameters, arguments;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = ", more_" + std::to_string(i);
    parameters += name + ": Tensor";
    arguments += name;
  }
  const auto behind = [&](const std::string& first, const std::string& more) {
    for (std::size_t at = script.find(first); at != std::string::npos; at = script.find(first, at)) {
      at += first.size();
      script.insert(at, more);
    }
  };
  behind("(self, raw: Tensor", parameters);
  behind("rows: List[Dict[str, str]]", parameters);
  behind("self.forward(raw", arguments);
  behind("self.prepare(raw)", arguments);
  behind("self.encode(rows)", arguments);
  return script;
}

}  // namespace

void add_methods(Module& module, const ModelDescription& description, at::ScalarType input) {
  const Preparation& preparation = description.preparation;
  const std::vector<std::string> classes = class_names(description);
  add_strings(module, "outputs", description.outputs);
  add_strings(module, "class_names", classes);
  add_strings(module, "feature_names", description.feature_names);
  module.register_attribute("preparation", c10::StringType::get(), to_json(preparation));
  module.register_attribute("output_kind", c10::StringType::get(), std::string(name_of(description.output)));
  add_numbers(module, "raw_shape", description.raw_shape);
  module.register_attribute("more", c10::StringType::get(), more_as_json(description));
  std::string prepare = "def prepare(self, raw: Tensor) -> Tensor:\n";
  if (preparation.table) {
    add_columns(module, *preparation.table);
    module.define(script_of_cells);
    prepare += table_statements(module, *preparation.table);
  } else {
    prepare += "    x = raw\n";
  }
  prepare += step_statements(module, preparation.steps);
  prepare += "    return x.to(dtype=" + std::to_string(static_cast<int>(input)) + ")\n";
  module.define(prepare);
  module.define("def finish(self, output: Tensor) -> Tensor:\n" + finish_statements(module, description));
  const auto define = [&](const char* script) { module.define(with_more(script, description.more.size())); };
  define(script_of_outputs);
  if (!classes.empty()) module.define(script_of_names);
  define(preparation.table ? script_of_rows : script_of_arrays);
  if (!classes.empty()) define(preparation.table ? script_of_rows_classes : script_of_arrays_classes);
}

}  // namespace sibyl
