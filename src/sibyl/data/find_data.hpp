#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sibyl/data.hpp"

namespace sibyl {

/// A data set that lies in files of known names.
struct DataSet {
  std::string name;                ///< for people: "CIFAR-10"
  std::vector<std::string> files;  ///< a folder that has all of them, plain or with ".gz", has the data set
  std::filesystem::path folder;    ///< its folder below $SIBYL_DATA, or below that of `--data`
  std::filesystem::path system;    ///< where a package puts it; may be empty
  std::string source;              ///< "It comes with ..., or from https://...": a whole sentence
};

/// The folder with all the files: `options.directory` or its subfolder; when that is empty
/// $SIBYL_DATA/<folder>, then `system`. Throws Error when there is none: what is missing, where it was looked
/// for, and where people get it.
std::filesystem::path find_data(const DataSet& set, const DataOptions& options);

/// The same for a set of one file: that file, gzipped or plain. `options.directory` may be any file itself.
std::filesystem::path find_data_file(const DataSet& set, const DataOptions& options);

/// The folders that are looked at, in that order.
std::vector<std::filesystem::path> data_places(const DataSet& set, const DataOptions& options);

/// What find_data throws, for a data set whose names are found otherwise.
[[noreturn]] void throw_not_found(const DataSet& set, const std::vector<std::filesystem::path>& places,
                                  const std::string& missing);

/// The file in the folder, gzipped or plain; an empty path when there is neither.
std::filesystem::path plain_or_gzipped(const std::filesystem::path& folder, const std::string& name);

}  // namespace sibyl
