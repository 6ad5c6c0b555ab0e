#pragma once

#include <hdf5.h>

#include <vector>

#include "train/datasets/temporary_folder.hpp"

/// A file that a test writes.
class Hdf5File {
 public:
  Hdf5File()
      : path_(folder_.path() / "data.h5"),
        id_(H5Fcreate(path_.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT)) {}
  const std::filesystem::path& path() const { return path_; }

  /// `made`: a list of how the dataset is stored. No `data`: it is left as HDF5 makes it.
  void add(const char* name, const std::vector<hsize_t>& sizes, hid_t type, hid_t memory, const void* data,
           hid_t made = H5P_DEFAULT) {
    const hid_t space = H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr);
    const hid_t dataset = H5Dcreate2(id_, name, type, space, H5P_DEFAULT, made, H5P_DEFAULT);
    if (data) H5Dwrite(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, data);
    H5Dclose(dataset);
    H5Sclose(space);
  }
  void close() { H5Fclose(id_); }

 private:
  TemporaryFolder folder_;
  std::filesystem::path path_;
  hid_t id_;
};
