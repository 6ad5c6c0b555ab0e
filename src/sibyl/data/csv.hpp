#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sibyl {

struct CsvOptions {
  /// 0: the one of ; , tab | that the first line has most of; else spaces
  char separator = 0;
  /// Does the first line name the columns? Left out: see find_header().
  std::optional<bool> header = {};
  /// '.' or ','. 0: a comma if something else parts the cells and the numbers are written so.
  char decimal = 0;
  /// May a class be called NA, NaN, null, ...? (In quotes it always may.)
  bool na_is_a_class = false;
};

/// The number that the text is, as a whole; none for other text, NaN and infinity.
std::optional<double> to_number(std::string_view text, char decimal = '.');

/// A file of comma-separated values, plain or gzipped, cut into cells of text. Cells may be quoted ("a ""b"",
/// c"), blank lines are skipped, spaces around cells don't count, within quotes neither. Lines are counted
/// from 1, as editors do.
///
/// Scikit-learn's files begin with a line `150,4,setosa,versicolor,virginica`: samples, features, classes. It
/// is understood.
class Csv {
 public:
  /// Throws Error, with file and line: missing, truncated, no data, a line with more or fewer cells than the
  /// first, a quote that is not closed, a first line of which nobody knows whether it is a header.
  explicit Csv(const std::filesystem::path& file, const CsvOptions& options = {});
  Csv(Csv&&) = default;
  Csv& operator=(Csv&&) = default;

  const std::filesystem::path& file() const { return file_; }
  std::size_t rows() const { return lines_.size(); }
  std::size_t columns() const { return columns_; }
  std::string_view cell(std::size_t row, std::size_t column) const { return cells_[row * columns_ + column]; }
  bool quoted(std::size_t row, std::size_t column) const { return quoted_[row * columns_ + column]; }
  std::int64_t line(std::size_t row) const { return lines_[row]; }
  /// The cell as a number, with the file's decimal sign; none if it is no number.
  std::optional<double> number(std::size_t row, std::size_t column) const {
    return number_of(cell(row, column));
  }
  std::optional<double> number_of(std::string_view text) const { return to_number(text, decimal_); }
  const CsvOptions& options() const { return options_; }  ///< as given
  char decimal() const { return decimal_; }               ///< as given, or found
  const std::vector<std::string>& names() const {
    return names_;
  }  ///< of the columns; empty without a header
  const std::vector<std::string>& classes() const { return classes_; }  ///< that scikit-learn's line names

  /// A column by its name or its place: "0" is the first, "-1" the last. Throws Error when there is no such
  /// column.
  std::size_t column(const std::string& which) const;
  /// Throws Error: file, line, column, and what is wrong there.
  [[noreturn]] void refuse_cell(std::size_t row, std::size_t column, const std::string& what) const;

 private:
  void take_header_away();

  std::filesystem::path file_;
  CsvOptions options_;
  std::vector<std::uint8_t> text_;  // what the cells are views of
  std::vector<std::string_view> cells_;
  std::vector<bool> quoted_;
  char decimal_ = '.';
  std::vector<std::int64_t> lines_;
  std::size_t columns_ = 0;
  std::vector<std::string> names_, classes_;
};

/// Is it empty, or one of NA, N/A, NaN, null, None, ? (in any case)?
bool is_missing(std::string_view text);
/// The same of a text among texts: only as programs write it, since `none` may be a defect, `na` sodium.
bool is_no_category(std::string_view text);

}  // namespace sibyl
