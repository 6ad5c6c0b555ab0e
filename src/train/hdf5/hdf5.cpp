#include "sibyl/data/hdf5.hpp"

#include <ATen/ATen.h>

#include "sibyl/data/split.hpp"
#include "train/datasets/input_file.hpp"
#include "train/hdf5/hdf5_file.hpp"

namespace sibyl {

at::Tensor read_hdf5(const std::filesystem::path& path, const std::string& name) {
  const auto lock = hdf5_lock();
  const QuietHdf5 quiet;
  const Hdf5Handle file = open_hdf5(path);
  const Hdf5Array array = open_array(path, file, name);
  at::Tensor tensor = at::empty(array.sizes, array.tensor);
  if (tensor.numel() > 0 &&
      H5Dread(array.id, array.memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, tensor.data_ptr()) < 0) {
    refuse(path, "its dataset '" + name +
                     "' can't be read: it is damaged, or packed in a way that this HDF5 does not know");
  }
  return tensor;
}

Split read_hdf5_samples(const std::filesystem::path& file, const std::string& x, const std::string& y) {
  return samples(read_hdf5(file, x), read_hdf5(file, y), file.string());
}

}  // namespace sibyl
