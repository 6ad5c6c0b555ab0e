#include "sibyl/data/find_data.hpp"

#include <cstdlib>

#include "sibyl/error.hpp"

namespace sibyl {

namespace fs = std::filesystem;

namespace {

std::vector<std::string> missing_from(const fs::path& folder, const DataSet& set) {
  std::vector<std::string> missing;
  for (const std::string& file : set.files) {
    if (plain_or_gzipped(folder, file).empty()) missing.push_back(file);
  }
  return missing;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

}  // namespace

fs::path plain_or_gzipped(const fs::path& folder, const std::string& name) {
  for (const char* suffix : {".gz", ""}) {
    fs::path path = folder / (name + suffix);
    if (fs::is_regular_file(path)) return path;
  }
  return {};
}

std::vector<fs::path> data_places(const DataSet& set, const DataOptions& options) {
  if (!options.directory.empty()) return {options.directory, options.directory / set.folder};
  std::vector<fs::path> places;
  if (const char* data = std::getenv("SIBYL_DATA"); data && *data)
    places.push_back(fs::path(data) / set.folder);
  if (!set.system.empty()) places.push_back(set.system);
  return places;
}

void throw_not_found(const DataSet& set, const std::vector<fs::path>& places, const std::string& missing) {
  std::vector<std::string> looked;
  for (const fs::path& place : places) looked.push_back(place.string());
  const std::string in = looked.empty() ? " where it was looked for: neither --data nor $SIBYL_DATA is set. "
                                        : " in " + joined(looked) + ". ";
  throw Error("There is no " + missing + " of " + set.name + in + set.source +
              " Then say --data DIRECTORY, or put it into $SIBYL_DATA/" + set.folder.string() + ".");
}

fs::path find_data(const DataSet& set, const DataOptions& options) {
  const auto places = data_places(set, options);
  // The place with the fewest missing is the one that was meant.
  std::vector<std::string> missing = set.files;
  for (const fs::path& place : places) {
    const auto missing_here = missing_from(place, set);
    if (missing_here.empty()) return place;
    if (missing_here.size() < missing.size()) missing = missing_here;
  }
  throw_not_found(set, places, joined(missing));
}

fs::path find_data_file(const DataSet& set, const DataOptions& options) {
  if (fs::is_regular_file(options.directory)) return options.directory;
  return plain_or_gzipped(find_data(set, options), set.files.at(0));
}

}  // namespace sibyl
