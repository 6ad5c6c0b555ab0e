#include "sibyl/data/hdf5.hpp"

#include <ATen/ATen.h>
#include <hdf5.h>

#include <vector>

#include "sibyl/data/split.hpp"
#include "train/datasets/input_file.hpp"

namespace sibyl {

namespace {

/// An identifier of the library, closed with the function of its kind.
class Handle {
 public:
  using Close = herr_t (*)(hid_t);
  Handle(hid_t id, Close close) : id_(id), close_(close) {}
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  operator hid_t() const { return id_; }

 private:
  hid_t id_;
  Close close_;
};

/// Keeps the library from printing its errors while it lives: they go into our Errors.
class Quiet {
 public:
  Quiet() {
    H5Eget_auto2(H5E_DEFAULT, &print_, &data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  }
  ~Quiet() { H5Eset_auto2(H5E_DEFAULT, print_, data_); }
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;

 private:
  H5E_auto2_t print_ = nullptr;
  void* data_ = nullptr;
};

herr_t add_name(hid_t, const char* name, const H5L_info_t*, void* names) {
  auto& text = *static_cast<std::string*>(names);
  text += (text.empty() ? "" : ", ") + std::string(name);
  return 0;
}

struct Types {
  at::ScalarType tensor;
  hid_t memory;
};

Types types_of(const std::filesystem::path& file, const std::string& dataset, hid_t type) {
  const std::size_t size = H5Tget_size(type);
  switch (H5Tget_class(type)) {
    case H5T_FLOAT:
      if (size > 4) return {at::kDouble, H5T_NATIVE_DOUBLE};
      return {at::kFloat, H5T_NATIVE_FLOAT};
    case H5T_INTEGER:
      if (size == 1 && H5Tget_sign(type) == H5T_SGN_NONE) return {at::kByte, H5T_NATIVE_UINT8};
      return {at::kLong, H5T_NATIVE_INT64};
    default:
      refuse(file,
             "its dataset '" + dataset +
                 "' holds no plain numbers (but text, Booleans or a table): save whole or real numbers");
  }
}

}  // namespace

at::Tensor read_hdf5(const std::filesystem::path& path, const std::string& name) {
  if (!std::filesystem::is_regular_file(path)) refuse(path, "there is no such file");
  const Quiet quiet;
  const Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  if (file < 0) refuse(path, "is no HDF5 file, or damaged");
  const Handle dataset(H5Dopen2(file, name.c_str(), H5P_DEFAULT), H5Dclose);
  if (dataset < 0) {
    std::string there;
    H5Literate(file, H5_INDEX_NAME, H5_ITER_INC, nullptr, add_name, &there);
    refuse(path, "has no dataset '" + name + "'; there is " + (there.empty() ? "none" : there));
  }
  const Handle type(H5Dget_type(dataset), H5Tclose);
  const Types types = types_of(path, name, type);
  const Handle space(H5Dget_space(dataset), H5Sclose);
  const int dimensions = H5Sget_simple_extent_ndims(space);
  if (dimensions < 0) refuse(path, "its dataset '" + name + "' is damaged");
  std::vector<hsize_t> sizes(static_cast<std::size_t>(dimensions));
  H5Sget_simple_extent_dims(space, sizes.data(), nullptr);
  at::Tensor tensor = at::empty(std::vector<std::int64_t>(sizes.begin(), sizes.end()), types.tensor);
  if (tensor.numel() > 0 &&
      H5Dread(dataset, types.memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, tensor.data_ptr()) < 0) {
    refuse(path, "its dataset '" + name +
                     "' can't be read: it is damaged, or packed in a way that this HDF5 does not know");
  }
  return tensor;
}

Split read_hdf5_samples(const std::filesystem::path& file, const std::string& x, const std::string& y) {
  return samples(read_hdf5(file, x), read_hdf5(file, y), file.string());
}

}  // namespace sibyl
