#include "train/hdf5/hdf5_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

#include "train/datasets/input_file.hpp"

namespace sibyl {

namespace {

herr_t add_name(hid_t, const char* name, const H5L_info_t*, void* names) {
  auto& text = *static_cast<std::string*>(names);
  text += (text.empty() ? "" : ", ") + std::string(name);
  return 0;
}

/// The library locks a file that it writes to.
bool is_being_written(const std::filesystem::path& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const bool locked = flock(file, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  close(file);  // unlocks it
  return locked;
}

std::pair<at::ScalarType, hid_t> types_of(const std::filesystem::path& file, const std::string& dataset,
                                          hid_t type) {
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

std::unique_lock<std::mutex> hdf5_lock() {
  static std::mutex mutex;
  return std::unique_lock(mutex);
}

Hdf5Handle open_hdf5(const std::filesystem::path& path) {
  if (!std::filesystem::is_regular_file(path)) refuse(path, "there is no such file");
  Hdf5Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  if (file >= 0) return file;
  if (is_being_written(path)) {
    refuse(
        path,
        "another process has it open for writing: what is read now may be half-written. Start again when that one has closed it, or give a copy");
  }
  if (H5Fis_hdf5(path.c_str()) > 0) {
    refuse(
        path,
        "can't be opened: it is damaged, or was not closed by who wrote it. If it is known to be whole, h5clear -s marks it as closed");
  }
  refuse(path, "is no HDF5 file, or damaged");
}

Hdf5Array open_array(const std::filesystem::path& path, hid_t file, const std::string& name) {
  Hdf5Handle dataset(H5Dopen2(file, name.c_str(), H5P_DEFAULT), H5Dclose);
  if (dataset < 0) {
    std::string there;
    H5Literate(file, H5_INDEX_NAME, H5_ITER_INC, nullptr, add_name, &there);
    refuse(path, "has no dataset '" + name + "'; there is " + (there.empty() ? "none" : there));
  }
  const Hdf5Handle type(H5Dget_type(dataset), H5Tclose);
  const auto [tensor, memory] = types_of(path, name, type);
  const Hdf5Handle space(H5Dget_space(dataset), H5Sclose);
  const int dimensions = H5Sget_simple_extent_ndims(space);
  if (dimensions < 0) refuse(path, "its dataset '" + name + "' is damaged");
  std::vector<hsize_t> sizes(static_cast<std::size_t>(dimensions));
  H5Sget_simple_extent_dims(space, sizes.data(), nullptr);
  return {std::move(dataset), {sizes.begin(), sizes.end()}, tensor, memory};
}

}  // namespace sibyl
