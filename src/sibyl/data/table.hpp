#pragma once

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

/// A CSV file as samples: one column is what the model should say, the others are numbers it says it from. (A
/// first column whose name is empty only counts the rows, as pandas and R write it: it is left out.)
struct Table {
  Split all;  ///< x (samples, features) floats; y (samples): classes, or floats
  std::vector<std::string> features;
  std::vector<std::string> classes;  ///< none for values
};
/// `target` is the name or the place of y's column (see Csv::column). Throws Error as the functions above do.
Table read_table(const std::filesystem::path& file, const std::string& target, Target kind,
                 const CsvOptions& options = {});

/// As split() of table.all, with the names of features and classes.
Data split(const Table& table, const Parts& parts, std::uint64_t seed);

}  // namespace sibyl
