#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "store/hdf5/growing_file.hpp"

namespace sibyl {

/// Writes a whole update as a new file beside, synced and renamed. Throws Error when it can't; then what was
/// at the path before is unchanged, and nothing is left beside.
void write_results(const std::filesystem::path& path, const hdf5::Update& update);

/// The results file and, beside it as `path`.tmp, the file that was published before it. To publish, that one
/// is brought up to date, synced, and changes places with the results file: a publication costs what has
/// changed, and whoever opens `path` sees a whole file that nobody writes to. Who has the other one open
/// still, from when it was the results file, sees what it was then (see GrowingFile); and if we can see that
/// somebody has (a program that opens `path` twice might take the two for one), the file is left alone, and
/// the update goes into a copy of the newest one.
///
/// Where the file system can't let two files change places, or give a file a second name, each publication is
/// such a copy.
class ResultsFiles {
 public:
  explicit ResultsFiles(std::filesystem::path path);

  /// Publishes the next version. The first update must be whole. Throws Error when it can't; then the last
  /// version stands, nothing is left beside, and the next update must bring again what this one brought.
  void publish(const hdf5::Update& update);
  /// Removes the file beside: no more is to come soon.
  void tidy();

 private:
  hdf5::GrowingFile take_spare();
  bool spare_is_usable();
  void change_places(hdf5::GrowingFile written);

  std::filesystem::path path_, beside_;
  std::uint64_t version_ = 0;
  std::optional<hdf5::GrowingFile> newest_, spare_;
};

}  // namespace sibyl
