#pragma once

#include <hdf5.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>

#include "store/table.hpp"

namespace sibyl::hdf5 {

/// Throws Error with the library's own explanation of what just failed.
[[noreturn]] void throw_error(const std::string& doing);

/// The result of a call of the library, unless it failed.
template <class Result>
Result check(Result result, const std::string& doing) {
  if (result < 0) throw_error(doing);
  return result;
}

/// An identifier of the library, closed with the function of its kind.
class Handle {
 public:
  using Close = herr_t (*)(hid_t);
  Handle(hid_t id, Close close, const std::string& doing) : id_(check(id, doing)), close_(close) {}
  ~Handle() { close_(id_); }
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
  Quiet();
  ~Quiet();
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;

 private:
  H5E_auto2_t print_ = nullptr;
  void* data_ = nullptr;
};

/// A file that is built in memory. So the library never meets a full disk: after a failed write it neither
/// closes the file nor forgets it, and tries again (or crashes) at exit. We write the finished image
/// ourselves.
class FileImage {
 public:
  /// `expected` bytes are set aside at once; the file may become larger.
  explicit FileImage(std::size_t expected);
  ~FileImage();
  FileImage(const FileImage&) = delete;
  FileImage& operator=(const FileImage&) = delete;

  hid_t id() const { return file_; }
  /// Closes the file. The bytes live as long as this object.
  std::span<const std::byte> finish();

 private:
  struct Memory {
    std::byte* data = nullptr;
    std::size_t size = 0;
    bool resize(std::size_t wanted);
  };
  static H5FD_file_image_callbacks_t callbacks(Memory* memory);

  Memory memory_;
  hid_t file_ = -1;
};

/// A scalar attribute: text as a variable-length UTF-8 string, which h5py reads as `str`.
void write_attribute(hid_t object, const std::string& name, const std::string& value);
void write_attribute(hid_t object, const std::string& name, std::int64_t value);
void write_attribute(hid_t object, const std::string& name, std::uint64_t value);
void write_attribute(hid_t object, const std::string& name, double value);

/// Writes the table as a one-dimensional dataset of a compound type. The description of a type is at most 64
/// KiB in a file that every HDF5 since 1.8 can read, which is some 800 columns: what does not fit is left
/// out, and the attribute `columns_left_out` of the dataset says how many those are.
void write_table(hid_t file, const std::string& name, const Table& table);

/// About how many bytes write_table adds to a file.
std::size_t size_of(const Table& table);

}  // namespace sibyl::hdf5
