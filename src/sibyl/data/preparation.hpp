#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sibyl {

enum class Scaling : std::uint8_t {
  none,
  standardise,  ///< mean 0 and standard deviation 1 over the training samples
  normalise     ///< from 0 to 1 over the training samples
};

/// What is done to x before a model sees it: fitted to the training samples, applied to all, and part of the
/// model that is exported.
struct InputPreparation {
  Scaling scaling = Scaling::none;
  bool each_feature = true;  ///< of x (samples, features, ...) each by itself; false: all of x alike
  std::vector<std::int64_t> resize = {};  ///< pictures (samples, channels, height, width) to {height, width}
};

enum class ColumnKind : std::uint8_t { number, text, date };

/// How a column writes its dates; a time of the day may follow each.
enum class DateForm : std::uint8_t {
  year_first,  ///< 2024-01-31, 2024/1/31
  day_first,   ///< 31.01.2024
  month_first  ///< 01/31/2024
};

/// What becomes of one column of a table. Whatever is a number here was found in the training rows alone.
struct PreparedColumn {
  std::string name;
  ColumnKind kind = ColumnKind::number;
  std::int64_t gaps = 0;  ///< so many of the training rows had none
  double fill = 0;  ///< in place of a gap: the median number or day, the place of the most frequent category
  bool has_indicator = false;  ///< a feature more, which is 1 where there was a gap
  /// Of a number one; of a date those of its parts: day (since 1970), month, day of the week, and hour where
  /// there are times. A feature is (value - shift) / scale.
  std::vector<double> shift = {}, scale = {};
  DateForm date = DateForm::year_first;
  /// Of a text: they have the places 1, 2, ...; place 0 is that of all others.
  std::vector<std::string> categories = {};
  bool is_one_hot = true;  ///< a feature each; else one feature, which is the place: for an embedding
  bool has_other = false;  ///< one-hot: a feature for place 0; without it an unknown category is all zeros
};

/// A feature that is a category's place, 0 to below `count`.
struct PlaceFeature {
  std::int64_t feature = 0, count = 0;
};

/// A table's rows as numbers that a model takes. First each cell becomes a number ("raw": a number, a day, a
/// category's place, NaN for a gap), then each column one feature or more: those of numbers, of dates, of
/// texts, and the indicators of gaps, each in the columns' order.
struct TablePreparation {
  char decimal = '.';
  std::vector<PreparedColumn> columns;

  std::vector<std::string> features() const;
  /// Those of texts with too many categories for one-hot: for EmbedPlaces.
  std::vector<PlaceFeature> places() const;
  /// (rows, columns) of doubles as floats (rows, features).
  at::Tensor prepare(const at::Tensor& raw) const;
};

/// One step of what becomes of arrays, in the order in which they are made.
struct ArrayStep {
  enum class Kind : std::uint8_t {
    reshape,         ///< each sample to `sizes`
    channels_first,  ///< pictures (samples, height, width, channels) of sizes[0] channels are turned round
    resize,          ///< pictures to {height, width}, bilinearly
    scale            ///< (x - shift) / scale, both broadcast
  };
  Kind kind = Kind::scale;
  std::vector<std::int64_t> sizes = {};
  at::Tensor shift = {}, scale = {};
};

/// y = (value - shift) / scale, a number each for each label column: what brings outputs back to their units.
struct TargetPreparation {
  std::vector<std::string> names = {};  ///< of the label columns; may be empty
  std::vector<double> shift = {}, scale = {};
};

/// How raw input becomes x, and output what people read. It travels in Data, and goes with the exported
/// model.
struct Preparation {
  std::optional<TablePreparation> table;
  std::vector<ArrayStep> steps = {};  ///< behind the table's
  TargetPreparation target = {};

  /// Raw rows (see TablePreparation), or raw arrays, as x.
  at::Tensor prepare(const at::Tensor& raw) const;
};

/// The steps that this takes, for these training samples.
std::vector<ArrayStep> fit_steps(const InputPreparation& how, const at::Tensor& training_x);
at::Tensor apply_steps(const std::vector<ArrayStep>& steps, at::Tensor x);

/// As JSON, and back. The second throws Error for what is none.
std::string to_json(const Preparation& preparation);
Preparation preparation_from_json(const std::string& text);

/// The day since 1970-01-01 that a text of that form says, its time a fraction; none where it is no date.
std::optional<double> to_day(std::string_view text, DateForm form);

/// A cell as the preparation takes it: see TablePreparation. Throws Error, which says what is wrong with it.
double raw_cell(const PreparedColumn& column, std::string_view text, char decimal);

}  // namespace sibyl
