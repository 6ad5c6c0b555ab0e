#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace sibyl {

/// A configuration that is to be tried first, as `--try` takes it within a command line (see
/// given_configuration), and what it is called in messages.
struct GivenText {
  std::string text;
  std::string where;
};

/// Does the text of a `--try` name a file, and not a configuration?
bool names_given_file(const std::string& text);
/// The configurations in a file: a list of objects, {"NAME": VALUE, ...}, if it ends in .json; lines of
/// values below one of names, if it ends in .csv, where an empty cell says nothing. Throws UsageError that
/// names the file, with the row.
std::vector<GivenText> read_given_file(const std::filesystem::path& file);

}  // namespace sibyl
