#pragma once

#include <filesystem>
#include <string>

#include "sibyl/data/table.hpp"

namespace sibyl {

/// Which table, which of its columns, and how it is written, in one text, as `--data` takes it:
///
///     houses.csv
///     houses.csv:price
///     houses.csv,column=price,drop=id,drop=name,text=postcode,dates=day_first
///     houses.csv,header=no,separator=tab,decimal=comma,na=class
///
/// column: what is to be said, perhaps several. drop, text: see TableOptions. dates: auto, day_first,
/// month_first. header: auto, yes, no. separator: auto, comma, semicolon, tab, pipe, space. decimal: auto,
/// point, comma. na: missing, class.
struct TableSource {
  std::filesystem::path file;
  TableOptions options;
};

/// What the text does not say is as in `defaults`. A text that is the name of a file is that file, whatever
/// is in it. Throws UsageError for an option or a value that there is not.
TableSource table_source(const std::filesystem::path& text, const TableOptions& defaults = {});

}  // namespace sibyl
