#pragma once

#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "store/results/table.hpp"
#include "store/results/text.hpp"

namespace sibyl {

/// A column of the values that trials have for one name: of a hyperparameter, which may have several domains
/// (under several conditions), or of a note. Its type is the narrowest that holds all values that these and
/// the trials have.
class ValueColumn {
 public:
  /// `name`: the column's, "hp:width". `any`: its values may be any, so the marks of what is not there are
  /// always the same.
  ValueColumn(std::string name, bool any) : name_(std::move(name)), any_(any), minus_one_(any) {}

  void expect(const Domain& domain) {
    if (const auto* range = std::get_if<IntRange>(&domain)) {
      integers_ = true;
      minus_one_ = minus_one_ || (range->min <= -1 && -1 <= range->max);
    } else if (const auto* choices = std::get_if<Choices>(&domain)) {
      for (const Value& value : choices->values) expect(value);
    } else {
      reals_ = true;
    }
  }
  void expect(const Value& value) {
    if (std::holds_alternative<bool>(value)) booleans_ = true;
    if (std::holds_alternative<double>(value)) reals_ = true;
    if (const auto* text = std::get_if<std::string>(&value)) {
      texts_ = true;
      if (!any_ && (text->empty() || text->front() == '<')) like_marks_.insert(*text);
    }
    if (const auto* x = std::get_if<std::int64_t>(&value)) {
      integers_ = true;
      minus_one_ = minus_one_ || *x == -1;
    }
  }
  /// Another number: cells of another type, or another mark of what is inactive.
  int kind() const {
    const bool numbers = integers_ || reals_;
    if (texts_ || (booleans_ && numbers)) return 5 + static_cast<int>(like_marks_.size());
    if (reals_) return 1;
    return integers_ ? 2 + minus_one_ : 4;
  }
  void clear() { values_.clear(); }
  void set(std::size_t row, const Value& value) { values_.emplace_back(row, &value); }

  void add_to(store::Table& table, std::size_t rows) const {
    const bool numbers = integers_ || reals_;
    if (texts_ || (booleans_ && numbers)) {
      fill(table, std::vector<std::string>(rows, text_mark()),
           [](const Value& value) { return clean_utf8(to_string(value)); });
    } else if (reals_) {
      fill(table, std::vector<double>(rows, std::numeric_limits<double>::quiet_NaN()),
           [](const Value& value) {
             const auto* integer = std::get_if<std::int64_t>(&value);
             return integer ? static_cast<double>(*integer) : std::get<double>(value);
           });
    } else if (integers_) {
      const auto inactive = minus_one_ ? std::numeric_limits<std::int64_t>::min() : std::int64_t{-1};
      fill(table, std::vector<std::int64_t>(rows, inactive),
           [](const Value& value) { return std::get<std::int64_t>(value); });
    } else {
      fill(table, std::vector<std::int8_t>(rows, -1),
           [](const Value& value) { return std::int8_t{std::get<bool>(value)}; });
    }
  }

 private:
  // Nothing; where that is itself a possible value, a word that is none (hyperparameters.py does the same).
  std::string text_mark() const {
    std::string mark;
    while (like_marks_.contains(mark)) mark = mark.empty() ? "<inactive>" : "<" + mark + ">";
    return mark;
  }

  template <class T, class Convert>
  void fill(store::Table& table, std::vector<T> cells, Convert convert) const {
    for (const auto& [row, value] : values_) cells[row] = convert(*value);
    table.add(name_, std::move(cells));
  }

  std::string name_;
  bool any_;
  bool booleans_ = false, integers_ = false, reals_ = false, texts_ = false, minus_one_;
  std::set<std::string> like_marks_;  ///< possible values that look like a mark of the inactive
  std::vector<std::pair<std::size_t, const Value*>> values_;  ///< by row; the trials own them
};

}  // namespace sibyl
