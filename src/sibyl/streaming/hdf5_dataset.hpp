#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sibyl/streaming/parted_dataset.hpp"

namespace sibyl {

class Hdf5Rows;

struct Hdf5Names {
  std::string x = "x";
  std::string y = "y";
  std::vector<std::string> more = {};  ///< further inputs
  std::int64_t window = 0;             ///< parts that samples are mixed in; 0: see PartedDataset
};

/// Samples from an HDF5 file that is larger than memory: from datasets with a row a sample, in chunks and
/// packed (as h5py writes them with chunks=True, compression="gzip", shuffle=True) or in one piece. The
/// samples are those of read_hdf5_samples(): x and `more` as floats, y as classes or floats. Parts are rows
/// of whole chunks, of at least 256 KiB. Chunks packed with gzip are unpacked by all loader threads at once,
/// those packed otherwise one after the other, by the library. y stays in memory where it has at most 64 MiB.
///
/// The constructor throws Error where read_hdf5_samples() does, but reads x only later and doesn't look for
/// NaN in it; and where another process has the file open for writing. (Sibyl needs the serial HDF5 for it.)
class Hdf5Dataset : public PartedDataset {
 public:
  explicit Hdf5Dataset(const std::filesystem::path& file, const Hdf5Names& names = {});
  ~Hdf5Dataset() override;

  std::string describe() const override;

 protected:
  Split part(std::size_t number) const override;

 private:
  std::filesystem::path path_;
  std::vector<std::unique_ptr<Hdf5Rows>> inputs_;
  std::unique_ptr<Hdf5Rows> y_;  // none where it is in memory
};

}  // namespace sibyl
