#pragma once

#include "sibyl/data/table.hpp"

namespace sibyl {

/// A column of features as the file has it; see read_table(). `is_text`: whatever it looks like.
TableColumn typed_column(const Csv& csv, std::size_t column, bool is_text, const TableOptions& options);

/// One cell as a float. Throws Error for a missing one and for what is no number.
float number_of(const Csv& csv, std::size_t row, std::size_t column);
/// Throws Error: the cell is no number, and how numbers are written.
[[noreturn]] void refuse_number(const Csv& csv, std::size_t row, std::size_t column);

/// A text in quotes, of which only the beginning is shown where it is long.
std::string in_quotes(std::string_view text);

}  // namespace sibyl
