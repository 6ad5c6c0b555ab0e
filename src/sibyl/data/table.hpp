#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "sibyl/data.hpp"
#include "sibyl/data/csv.hpp"
#include "sibyl/data/split.hpp"

namespace sibyl {

/// The columns as floats, (rows, columns). Throws Error for a cell that is missing or no number, with file,
/// line and column.
at::Tensor numbers(const Csv& csv, const std::vector<std::size_t>& columns);

/// A column of classes as whole numbers from 0, and their names.
struct Classes {
  at::Tensor y;
  std::vector<std::string> names;
};
/// Classes are whatever texts or numbers the column has, counted in the order of the alphabet, or of the
/// numbers (0 and 0.0 are one); but when `known` is given (those of the training set, for the test set) only
/// these. Where scikit-learn's first line names them, they are numbers already. Throws Error for a missing or
/// unknown one; NA, NaN, null and their like are missing unless they are quoted, or CsvOptions says
/// otherwise.
Classes classes(const Csv& csv, std::size_t column, const std::vector<std::string>& known = {});

enum class Target { classes, values };

/// Columns by their names or places (see Csv::column): "price", or {"price", "rent"}, or {} for none.
class Columns : public std::vector<std::string> {
 public:
  Columns() = default;
  Columns(const char* one) : vector{one} {}
  Columns(const std::string& one) : vector{one} {}
  Columns(std::initializer_list<std::string> all) : vector(all) {}
};

struct TableOptions {
  /// What the model should say. Several columns of values are several numbers y; several of classes, each of
  /// which has two, are 0 or 1 each, for Loss::binary_cross_entropy.
  Columns target = "-1";
  Target kind = Target::classes;
  Columns drop = {};  ///< columns that the model is not to see: a customer's number, what is known too late
  Columns text = {};  ///< columns of numbers that name something: post codes, product codes
  bool day_first = false, month_first = false;  ///< how dates like 03/04/2024 are meant
  CsvOptions csv = {};
};

/// A column as it is in the file.
struct TableColumn {
  std::string name;
  ColumnKind kind = ColumnKind::number;
  std::vector<double> values = {};      ///< a number, a day since 1970, the place of its text; NaN for a gap
  std::vector<std::string> texts = {};  ///< each once, in the order of the alphabet
  DateForm date = DateForm::year_first;
  bool has_times = false;  ///< not all of a date's are midnight
};

/// A file's rows, before anything is made of them: what is found out of a part of the rows is for prepare().
struct Table {
  std::vector<TableColumn> columns;  ///< that the model is to say it from
  at::Tensor y;                      ///< (rows) or (rows, targets): classes, or floats
  std::vector<std::string> targets;  ///< the names of y's columns
  std::vector<std::string> classes;  ///< none for values
  char decimal = '.';
};

/// A column is one of numbers where most of its cells are, of dates (2024-01-31, 31.01.2024, 01/31/2024, each
/// perhaps with a time) where most are, else of texts; a cell may be missing. (A first column whose name is
/// empty only counts the rows, as pandas and R write it: it is left out.) Throws Error, with file, line and
/// column, for a cell of another kind, a missing target, and dates that may be meant in two ways.
Table read_table(const std::filesystem::path& file, const TableOptions& options = {});

struct TableScaling {
  Scaling scaling = Scaling::standardise;  ///< of numbers and dates
  std::size_t max_one_hot = 20;  ///< more categories than these become a place each, for EmbedPlaces
  std::int64_t min_count = 2;    ///< a category of fewer training rows is one of "the others"
  bool scale_target = false;     ///< values y, too: to mean 0 and deviation 1, as networks learn them best
};

/// The table's rows parted as split() does it, and as numbers: gaps filled in (with the median, or the most
/// frequent category) and marked by a feature more, texts one-hot or as places, dates in parts, all scaled.
/// It is fitted to the training rows alone, and goes with the data, so that an exported model takes rows as
/// the file has them.
Data prepare(const Table& table, const Parts& parts, std::uint64_t seed, const TableScaling& how = {});

}  // namespace sibyl
