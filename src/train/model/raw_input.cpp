#include "train/model/raw_input.hpp"

#include <algorithm>
#include <cmath>

#include "base/numbers.hpp"
#include "sibyl/data/csv.hpp"
#include "sibyl/data/hdf5.hpp"
#include "sibyl/data/idx.hpp"
#include "sibyl/data/npy.hpp"
#include "sibyl/data/table_source.hpp"
#include "sibyl/error.hpp"
#include "train/datasets/input_file.hpp"

namespace sibyl {

namespace {

namespace fs = std::filesystem;
using Lines = std::vector<std::string>;

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

using Head = std::vector<std::uint8_t>;
const Head npy_head{0x93, 'N', 'U', 'M'}, hdf5_head{0x89, 'H', 'D', 'F'};

/// `dataset`: which one, of an HDF5 file.
at::Tensor read_array(const fs::path& file, const std::string& dataset) {
  const Head head = InputFile(file).read(4, "head");
  if (head == npy_head) return read_npy(file);
#ifdef SIBYL_READS_HDF5
  if (head == hdf5_head) return read_hdf5(file, dataset);
#endif
  if (head[0] == 0 && head[1] == 0 && head[2] == 8) return read_idx_array(file);
  refuse(
      file,
      "is no array that the model could be asked about: NumPy's .npy, IDX, or an HDF5 file with a dataset x");
}

/// The type with this name.
at::ScalarType type_of(const std::string& name) {
  for (const at::ScalarType type : {at::kByte, at::kInt, at::kLong, at::kDouble, at::kBool})
    if (name == at::toString(type)) return type;
  return at::kFloat;
}

/// The input behind the first with this number: as many samples, each of the shape that training had.
at::Tensor read_more(const std::string& file, std::size_t number, const ModelDescription::Input& as,
                     std::int64_t samples) {
  const std::string name = "more_" + std::to_string(number);
  const at::Tensor raw = read_array(file, name);
  const auto refuse_it = [&](const std::string& what) { refuse(file, "as " + name + ", has " + what); };
  if (raw.dim() == 0 || raw.size(0) != samples)
    refuse_it(quantity(static_cast<std::uint64_t>(raw.dim() == 0 ? 0 : raw.size(0)), "sample") +
              ", and the first input has " + std::to_string(samples));
  if (raw.sizes().slice(1) != at::IntArrayRef(as.shape))
    refuse_it("samples of the shape " + c10::str(raw.sizes().slice(1)) + ", and the model takes " +
              c10::str(at::IntArrayRef(as.shape)));
  return raw.to(type_of(as.type));
}

/// One HDF5 file may hold all of them.
bool holds_all(const std::string& file) {
  std::error_code ignored;
  return fs::is_regular_file(file, ignored) && InputFile(file).read(4, "head") == hdf5_head;
}

}  // namespace

RawInput read_raw_input(const std::vector<std::string>& files, const Preparation& preparation,
                        const std::vector<ModelDescription::Input>& more) {
  RawInput raw;
  std::vector<std::string> each = files;
  if (files.size() == 1 && !more.empty() && holds_all(files.front()))
    each.resize(1 + more.size(), files.front());
  if (each.size() != 1 + more.size())
    throw Error("the model takes " + quantity(1 + more.size(), "input") + ", and " +
                quantity(files.size(), "file") + (files.size() == 1 ? " is" : " are") +
                " given: say --input FILE for each, in the order of the job's x, more[0], ...");
  raw.inputs.push_back(preparation.table ? read_rows(each.front(), preparation, raw.notes)
                                         : read_array(each.front(), "x"));
  const at::Tensor& first = raw.inputs.front();
  if (first.dim() == 0 || first.size(0) == 0) throw Error(each.front() + ": there are no samples");
  const std::int64_t samples = first.size(0);
  for (std::size_t i = 0; i < more.size(); ++i)
    raw.inputs.push_back(read_more(each[i + 1], i, more[i], samples));
  return raw;
}

}  // namespace sibyl
