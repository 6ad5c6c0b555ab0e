#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "train/hdf5/hdf5_file.hpp"

namespace sibyl {

/// An open file that is closed under the lock.
std::shared_ptr<const Hdf5Handle> shared_hdf5(const std::filesystem::path& path);

/// Rows of a dataset, read by several threads at a time: what the library does is done under its lock, but
/// chunks are unpacked, and plain bytes read, outside of it.
class Hdf5Rows {
 public:
  Hdf5Rows(const std::filesystem::path& path, std::shared_ptr<const Hdf5Handle> file,
           const std::string& name);
  ~Hdf5Rows();
  Hdf5Rows(const Hdf5Rows&) = delete;
  Hdf5Rows& operator=(const Hdf5Rows&) = delete;

  const std::string& name() const { return name_; }
  const std::vector<std::int64_t>& sizes() const { return sizes_; }
  /// Of what read() gives: as the file has them, or as read_hdf5() makes them.
  at::ScalarType type() const { return type_; }
  std::int64_t row_bytes() const { return row_bytes_; }
  /// Rows that are packed together; 1 where none are.
  std::int64_t chunk_rows() const { return chunk_.empty() ? 1 : chunk_.front(); }

  /// Throws Error for what is damaged.
  at::Tensor read(std::int64_t begin, std::int64_t count) const;

 private:
  enum class How { library, chunks, bytes };

  void look_at_layout();
  bool read_chunks(std::int64_t begin, const at::Tensor& into) const;
  bool read_bytes(std::int64_t begin, const at::Tensor& into) const;
  void read_by_library(std::int64_t begin, const at::Tensor& into) const;
  [[noreturn]] void refuse_damage() const;

  std::filesystem::path path_;
  std::shared_ptr<const Hdf5Handle> file_;
  std::string name_;
  std::unique_ptr<Hdf5Array> array_;
  std::vector<std::int64_t> sizes_;
  at::ScalarType type_ = at::kFloat;
  std::int64_t row_bytes_ = 0;
  How how_ = How::library;
  std::vector<std::int64_t> chunk_;    // the sizes of one
  std::vector<H5Z_filter_t> filters_;  // in the order of packing
  int plain_ = -1;                     // the file, for bytes that are read without the library
  std::uint64_t offset_ = 0;           // of those
};

}  // namespace sibyl
