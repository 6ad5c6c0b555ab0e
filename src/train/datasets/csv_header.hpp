#pragma once

#include "sibyl/data/csv.hpp"

namespace sibyl {

// What a file of cells doesn't say of itself. Both are asked before a header is taken away.

/// The decimal sign: a comma where something else parts the cells, some are numbers with one, and none with a
/// point.
char find_decimal(const Csv& csv, char separator);

/// Does the first line name the columns? It does where it has a word above numbers, a number above words, or
/// a quoted number above plain ones. Where all its cells are numbers, it is a sample, unless they are such as
/// name columns: whole ones, each another, that count up (2019, 2020, 2021), or stand above numbers that all
/// have fractions. Then either might be silently wrong, and it throws Error, which asks for
/// CsvOptions::header.
bool has_header(const Csv& csv);

}  // namespace sibyl
