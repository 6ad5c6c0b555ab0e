#pragma once

#include <filesystem>
#include <string>

#include "sibyl/data/csv.hpp"

namespace sibyl {

/// Which table, which of its columns, and how it is written, in one text, as `--data` takes it:
///
///     houses.csv
///     houses.csv:price
///     houses.csv,column=price,header=no,separator=tab,decimal=comma,na=class
///
/// header: auto, yes, no. separator: auto, comma, semicolon, tab, pipe, space. decimal: auto, point, comma.
/// na: missing, class.
struct TableSource {
  std::filesystem::path file;
  std::string column;
  CsvOptions csv;
};

/// `column` is the one where the text names none. A text that is the name of a file is that file, whatever is
/// in it. Throws UsageError for an option or a value that there is not.
TableSource table_source(const std::filesystem::path& text, const std::string& column);

}  // namespace sibyl
