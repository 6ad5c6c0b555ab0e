#pragma once

#include <string>
#include <vector>

#include "store/hdf5/format.hpp"

namespace sibyl {

/// What a dataset of the results file says about itself, for whoever has the file and not its page.
struct ColumnNotes {
  std::string rows;      ///< what a row is; empty where the page knows no such table
  std::string units;     ///< a JSON object: of the columns that have one
  std::string meanings;  ///< a JSON object: of every column
};

/// As analysis/README.md says it, which is built into the program: there is one place to write it down.
ColumnNotes column_notes(const std::string& name, const std::vector<hdf5::Column>& columns);

}  // namespace sibyl
