#pragma once

#include <ATen/core/Tensor.h>
#include <hdf5.h>

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace sibyl {

/// Whoever calls the library holds this: it isn't made for threads.
std::unique_lock<std::mutex> hdf5_lock();

/// An identifier of the library, closed with the function of its kind.
class Hdf5Handle {
 public:
  using Close = herr_t (*)(hid_t);
  Hdf5Handle(hid_t id, Close close) : id_(id), close_(close) {}
  Hdf5Handle(Hdf5Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  ~Hdf5Handle() {
    if (id_ >= 0) close_(id_);
  }
  Hdf5Handle(const Hdf5Handle&) = delete;
  Hdf5Handle& operator=(const Hdf5Handle&) = delete;
  operator hid_t() const { return id_; }

 private:
  hid_t id_;
  Close close_;
};

/// Keeps the library from printing its errors while it lives: they go into our Errors.
class QuietHdf5 {
 public:
  QuietHdf5() {
    H5Eget_auto2(H5E_DEFAULT, &print_, &data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  }
  ~QuietHdf5() { H5Eset_auto2(H5E_DEFAULT, print_, data_); }
  QuietHdf5(const QuietHdf5&) = delete;
  QuietHdf5& operator=(const QuietHdf5&) = delete;

 private:
  H5E_auto2_t print_ = nullptr;
  void* data_ = nullptr;
};

/// A dataset of numbers, open for reading.
struct Hdf5Array {
  Hdf5Handle id;
  std::vector<std::int64_t> sizes;
  at::ScalarType tensor;  ///< what read_hdf5() makes of it
  hid_t memory;           ///< that type, for the library
};

// Both are called with the lock held, and errors kept quiet.

/// Throws Error when there is no such file, it is none of HDF5's or damaged, or another process writes it.
Hdf5Handle open_hdf5(const std::filesystem::path& path);
/// Throws Error when the dataset is missing or damaged, or holds something else than numbers.
Hdf5Array open_array(const std::filesystem::path& path, hid_t file, const std::string& name);

}  // namespace sibyl
