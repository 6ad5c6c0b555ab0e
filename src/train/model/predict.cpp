#include "train/model/predict.hpp"

#include <ATen/ATen.h>
#include <torch/script.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <span>

#include "base/file.hpp"
#include "base/numbers.hpp"
#include "sibyl/data/csv.hpp"
#include "sibyl/data/hdf5.hpp"
#include "sibyl/data/idx.hpp"
#include "sibyl/data/npy.hpp"
#include "sibyl/data/preparation.hpp"
#include "sibyl/data/table_source.hpp"
#include "sibyl/error.hpp"
#include "train/datasets/input_file.hpp"
#include "train/loop/failure.hpp"

namespace sibyl {

namespace {

namespace fs = std::filesystem;
using Lines = std::vector<std::string>;

/// A model, and what it says of itself.
struct Loaded {
  torch::jit::Module module;
  Preparation preparation;
  Lines outputs, class_names;
};

Lines strings(const torch::jit::Module& module, const char* name) {
  Lines all;
  for (const auto& each : module.attr(name).toListRef()) all.push_back(each.toStringRef());
  return all;
}

Loaded load(const fs::path& file) {
  try {
    Loaded loaded{.module = torch::jit::load(file.string(), c10::kCPU),
                  .preparation = {},
                  .outputs = {},
                  .class_names = {}};
    if (!loaded.module.hasattr("preparation"))
      throw Error(
          "it was written by an older version of Sibyl, which kept nothing of how data is prepared: export or retrain it anew");
    loaded.preparation = preparation_from_json(loaded.module.attr("preparation").toStringRef());
    loaded.outputs = strings(loaded.module, "outputs");
    loaded.class_names = strings(loaded.module, "class_names");
    return loaded;
  } catch (const std::exception&) {
    throw Error("can't read the model " + file.string() + ": " + classify(std::current_exception()).message);
  }
}

std::string listed(const Lines& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "'" : ", '") + name + "'";
  return text;
}

/// Were the model's columns named, and not counted?
bool has_names(const TablePreparation& table) {
  return std::any_of(table.columns.begin(), table.columns.end(),
                     [](const PreparedColumn& each) { return !read_number<std::size_t>(each.name); });
}

/// Without names on either side: the columns in their order, or where they were in the training's file.
std::vector<std::size_t> count_columns(const Csv& csv, const TablePreparation& table) {
  std::vector<std::size_t> places;
  for (const PreparedColumn& column : table.columns) {
    const bool all = csv.columns() == table.columns.size();
    places.push_back(all ? places.size() : read_number<std::size_t>(column.name).value_or(csv.columns()));
    if (places.back() >= csv.columns())
      refuse(csv.file(), "has " + quantity(csv.columns(), "column") + " and no header, but the model takes " +
                             std::to_string(table.columns.size()) + " columns" +
                             (has_names(table) ? ", which have names" : ""));
  }
  return places;
}

/// The places of the model's columns in the file. What else the file has is told of in `notes`.
std::vector<std::size_t> find_columns(const Csv& csv, const Preparation& preparation, Lines& notes) {
  const Lines& names = csv.names();
  if (names.empty() || !has_names(*preparation.table)) return count_columns(csv, *preparation.table);
  std::vector<std::size_t> places;
  Lines missing, ignored;
  for (const PreparedColumn& column : preparation.table->columns) {
    const auto found = std::find(names.begin(), names.end(), column.name);
    if (found == names.end()) missing.push_back(column.name);
    places.push_back(static_cast<std::size_t>(found - names.begin()));
  }
  if (!missing.empty())
    refuse(csv.file(), "has no column " + listed(missing) + ", which the model was trained on; there are " +
                           listed(names));
  const Lines& targets = preparation.target.names;  // "wet", or "wet=yes"
  for (std::size_t i = 0; i < names.size(); ++i) {
    const bool is_target = std::any_of(targets.begin(), targets.end(), [&](const std::string& target) {
      return target == names[i] || target.starts_with(names[i] + "=");
    });
    if (!is_target && std::find(places.begin(), places.end(), i) == places.end()) ignored.push_back(names[i]);
  }
  if (!ignored.empty()) notes.push_back("ignored, since the model does not know them: " + listed(ignored));
  return places;
}

/// "age 3, city 1" of those columns that have some.
void tell(Lines& notes, const std::string& what, const TablePreparation& table,
          const std::vector<std::int64_t>& counts) {
  std::string list;
  for (std::size_t i = 0; i < counts.size(); ++i)
    if (counts[i] > 0)
      list += (list.empty() ? "" : ", ") + table.columns[i].name + " " + std::to_string(counts[i]);
  if (!list.empty()) notes.push_back(what + list);
}

at::Tensor read_rows(const std::string& input, const Preparation& preparation, Lines& notes) {
  const TablePreparation& table = *preparation.table;
  TableSource source = table_source(input);
  if (!source.options.csv.header && has_names(table)) source.options.csv.header = true;
  const Csv csv(source.file, source.options.csv);
  const auto places = find_columns(csv, preparation, notes);
  at::Tensor raw = at::empty(
      {static_cast<std::int64_t>(csv.rows()), static_cast<std::int64_t>(places.size())}, at::kDouble);
  auto* next = raw.data_ptr<double>();
  std::vector<std::int64_t> gaps(places.size()), unknown(places.size());
  for (std::size_t row = 0; row < csv.rows(); ++row) {
    for (std::size_t i = 0; i < places.size(); ++i) {
      const PreparedColumn& column = table.columns[i];
      try {
        *next = raw_cell(column, csv.cell(row, places[i]), csv.decimal());
      } catch (const Error& problem) {
        csv.refuse_cell(row, places[i], problem.what());
      }
      gaps[i] += std::isnan(*next);
      unknown[i] += column.kind == ColumnKind::text && *next == 0;
      ++next;
    }
  }
  tell(notes, "gaps, filled in: ", table, gaps);
  tell(notes, "texts that the model has not learnt, taken as one of all others: ", table, unknown);
  return raw;
}

at::Tensor read_idx_array(const fs::path& file) {
  const std::vector<std::uint8_t> head = InputFile(file).read(4, "head");
  const IdxArray array = read_idx(file, head.at(3));
  return at::from_blob(const_cast<std::uint8_t*>(array.bytes.data()), array.sizes, at::kByte).clone();
}

at::Tensor read_array(const fs::path& file) {
  const std::vector<std::uint8_t> head = InputFile(file).read(4, "head");
  if (head == std::vector<std::uint8_t>{0x93, 'N', 'U', 'M'}) return read_npy(file);
#ifdef SIBYL_READS_HDF5
  if (head == std::vector<std::uint8_t>{0x89, 'H', 'D', 'F'}) return read_hdf5(file, "x");
#endif
  if (head[0] == 0 && head[1] == 0 && head[2] == 8) return read_idx_array(file);
  refuse(
      file,
      "is no array that the model could be asked about: NumPy's .npy, IDX, or an HDF5 file with a dataset x");
}

/// What the model says, batch by batch: (samples, outputs).
at::Tensor ask(Loaded& model, const at::Tensor& raw) {
  constexpr std::int64_t batch = 1000;
  const torch::NoGradGuard no_gradients;
  std::vector<at::Tensor> parts;
  try {
    for (std::int64_t begin = 0; begin < raw.size(0); begin += batch) {
      at::Tensor part = raw.narrow(0, begin, std::min(batch, raw.size(0) - begin));
      if (model.preparation.table) {  // as the script has it, and faster
        part = model.preparation.prepare(part);
        part = model.module.attr("network").toModule().forward({part}).toTensor();
        part = model.module.run_method("finish", part).toTensor();
      } else {
        part = model.module.forward({part}).toTensor();
      }
      parts.push_back(part.reshape({part.size(0), -1}).to(at::kFloat));
    }
  } catch (const std::exception&) {
    throw Error("the model can't take these samples: " + classify(std::current_exception()).message);
  }
  return at::cat(parts);
}

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string all = "\"";
  for (const char c : text) all += c == '"' ? std::string("\"\"") : std::string(1, c);
  return all + "\"";
}

std::string number(float value) {
  std::array<char, 32> buffer{};
  return {buffer.data(), std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr};
}

std::string as_csv(const Loaded& model, const at::Tensor& said) {
  const auto count = static_cast<std::int64_t>(model.outputs.size());
  if (said.size(1) != count)
    throw Error("the model gives " + quantity(static_cast<std::uint64_t>(said.size(1)), "number") +
                " a sample, and has names for " + std::to_string(count));
  const bool has_classes = !model.class_names.empty();
  std::string text = has_classes ? "prediction" : "";
  for (const std::string& name : model.outputs) {
    if (!text.empty()) text += ',';
    text += quoted(has_classes ? "probability of " + name : name);
  }
  text += "\n";
  const at::Tensor numbers = said.contiguous(), best = said.argmax(1);
  for (std::int64_t row = 0; row < numbers.size(0); ++row) {
    if (has_classes)
      text += quoted(model.class_names[static_cast<std::size_t>(best[row].item<std::int64_t>())]) + ",";
    const auto* const values = numbers.data_ptr<float>() + row * count;
    for (std::int64_t i = 0; i < count; ++i) {
      if (i > 0) text += ',';
      text += number(values[i]);
    }
    text += '\n';
  }
  return text;
}

}  // namespace

Lines predict(const fs::path& file, const std::string& input, const fs::path& output) {
  Loaded model = load(file);
  Lines notes;
  const at::Tensor raw =
      model.preparation.table ? read_rows(input, model.preparation, notes) : read_array(input);
  if (raw.dim() == 0 || raw.size(0) == 0) throw Error(input + ": there are no samples");
  const std::string text = as_csv(model, ask(model, raw));
  replace_file(output, std::as_bytes(std::span(text)));
  notes.push_back(output.string() + ": " + quantity(static_cast<std::uint64_t>(raw.size(0)), "prediction"));
  return notes;
}

}  // namespace sibyl
