#include "train/hdf5/hdf5_rows.hpp"

#include <ATen/ATen.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "train/datasets/input_file.hpp"
#include "train/hdf5/hdf5_chunk.hpp"

namespace sibyl {

namespace {

/// How many elements lie between neighbours, in each dimension of a row-major array.
std::vector<std::int64_t> strides_of(const std::vector<std::int64_t>& sizes) {
  std::vector<std::int64_t> strides(sizes.size(), 1);
  for (std::size_t i = sizes.size() - 1; i > 0; --i) strides[i - 1] = strides[i] * sizes[i];
  return strides;
}

struct NativeType {
  at::ScalarType tensor;
  hid_t native;
};

/// Is it a type of this machine's, that a tensor can have?
const NativeType* same_type(hid_t type) {
  static const std::array<NativeType, 7> types = {{{at::kFloat, H5T_NATIVE_FLOAT},
                                                   {at::kDouble, H5T_NATIVE_DOUBLE},
                                                   {at::kByte, H5T_NATIVE_UINT8},
                                                   {at::kChar, H5T_NATIVE_INT8},
                                                   {at::kShort, H5T_NATIVE_INT16},
                                                   {at::kInt, H5T_NATIVE_INT32},
                                                   {at::kLong, H5T_NATIVE_INT64}}};
  const auto found = std::find_if(types.begin(), types.end(),
                                  [&](const NativeType& each) { return H5Tequal(type, each.native) > 0; });
  return found == types.end() ? nullptr : found;
}

}  // namespace

std::shared_ptr<const Hdf5Handle> shared_hdf5(const std::filesystem::path& path) {
  const auto lock = hdf5_lock();
  const QuietHdf5 quiet;
  return {new Hdf5Handle(open_hdf5(path)), [](const Hdf5Handle* file) {
            const auto lock_to_close = hdf5_lock();
            delete file;
          }};
}

Hdf5Rows::Hdf5Rows(const std::filesystem::path& path, std::shared_ptr<const Hdf5Handle> file,
                   const std::string& name)
    : path_(path), file_(std::move(file)), name_(name) {
  const auto lock = hdf5_lock();
  const QuietHdf5 quiet;
  array_ = std::make_unique<Hdf5Array>(open_array(path, *file_, name));
  sizes_ = array_->sizes;
  if (sizes_.empty())
    refuse(path, "its dataset '" + name + "' is a single number: it has to have a row a sample");
  type_ = array_->tensor;
  look_at_layout();
  row_bytes_ = static_cast<std::int64_t>(c10::elementSize(type_));
  for (std::size_t i = 1; i < sizes_.size(); ++i) row_bytes_ *= sizes_[i];
}

Hdf5Rows::~Hdf5Rows() {
  const auto lock = hdf5_lock();
  array_.reset();
  if (plain_ >= 0) close(plain_);
}

void Hdf5Rows::look_at_layout() {
  const Hdf5Handle made(H5Dget_create_plist(array_->id), H5Pclose);
  const H5D_layout_t layout = H5Pget_layout(made);
  const auto rank = static_cast<int>(sizes_.size());
  if (layout == H5D_CHUNKED) {
    std::vector<hsize_t> chunk(sizes_.size());
    if (H5Pget_chunk(made, rank, chunk.data()) != rank) refuse_damage();
    chunk_.assign(chunk.begin(), chunk.end());
  }
  const Hdf5Handle stored(H5Dget_type(array_->id), H5Tclose);
  const NativeType* const same = same_type(stored);
  if (!same) return;
  type_ = same->tensor;
  array_->memory = same->native;
  if (layout == H5D_CONTIGUOUS && H5Pget_external_count(made) == 0) {
    const haddr_t offset = H5Dget_offset(array_->id);
    if (offset == HADDR_UNDEF) return;
    plain_ = open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    if (plain_ < 0) return;
    offset_ = offset;
    how_ = How::bytes;
  } else if (layout == H5D_CHUNKED) {
    unsigned partial = 0;
    if (H5Pget_chunk_opts(made, &partial) < 0 || partial != 0) return;
    const int filters = H5Pget_nfilters(made);
    for (int i = 0; i < filters; ++i) {
      unsigned flags = 0, config = 0;
      std::size_t values = 0;
      const H5Z_filter_t filter =
          H5Pget_filter2(made, static_cast<unsigned>(i), &flags, &values, nullptr, 0, nullptr, &config);
      if (filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE) return;
      filters_.push_back(filter);
    }
    how_ = How::chunks;
  }
}

at::Tensor Hdf5Rows::read(std::int64_t begin, std::int64_t count) const {
  std::vector<std::int64_t> sizes = sizes_;
  sizes.front() = count;
  at::Tensor rows = at::empty(sizes, type_);
  if (rows.numel() == 0) return rows;
  const bool done =
      (how_ == How::chunks && read_chunks(begin, rows)) || (how_ == How::bytes && read_bytes(begin, rows));
  if (!done) read_by_library(begin, rows);
  return rows;
}

/// Not where a chunk was never written: the library knows what its values are.
bool Hdf5Rows::read_chunks(std::int64_t begin, const at::Tensor& into) const {
  const std::size_t rank = sizes_.size();
  std::vector<std::int64_t> first(rank, 0), end = sizes_;  // what is wanted
  first[0] = begin;
  end[0] = begin + into.size(0);
  const auto from_strides = strides_of(chunk_), to_strides = strides_of(into.sizes().vec());
  const std::size_t element = c10::elementSize(type_);
  const auto chunk_bytes = static_cast<std::size_t>(from_strides[0] * chunk_[0]) * element;
  std::vector<std::int64_t> at(rank);  // where a chunk begins
  for (std::size_t i = 0; i < rank; ++i) at[i] = first[i] / chunk_[i] * chunk_[i];
  const std::vector<std::int64_t> corner = at;
  while (true) {
    RawBytes packed;
    std::uint32_t mask = 0;
    {
      const auto lock = hdf5_lock();
      const QuietHdf5 quiet;
      const std::vector<hsize_t> offset(at.begin(), at.end());
      hsize_t size = 0;
      if (H5Dget_chunk_storage_size(array_->id, offset.data(), &size) < 0 || size == 0) return false;
      if (size > 2 * chunk_bytes + 1024) refuse_damage();  // deflate adds some bytes at most
      packed = RawBytes(size);
      if (H5Dread_chunk(array_->id, H5P_DEFAULT, offset.data(), &mask, packed.data.get()) < 0)
        refuse_damage();
    }
    const RawBytes plain = unpacked_chunk(std::move(packed), filters_, mask, element, chunk_bytes);
    if (!plain.data) refuse_damage();
    std::vector<std::int64_t> box(rank);
    std::int64_t from = 0, to = 0;
    for (std::size_t i = 0; i < rank; ++i) {
      const std::int64_t low = std::max(at[i], first[i]);
      box[i] = std::min(at[i] + chunk_[i], end[i]) - low;
      from += (low - at[i]) * from_strides[i];
      to += (low - first[i]) * to_strides[i];
    }
    copy_box(plain.data.get() + static_cast<std::size_t>(from) * element, from_strides,
             static_cast<std::uint8_t*>(into.data_ptr()) + static_cast<std::size_t>(to) * element, to_strides,
             box, element);
    std::size_t i = rank;
    while (i > 0 && (at[i - 1] += chunk_[i - 1]) >= end[i - 1]) {
      at[i - 1] = corner[i - 1];
      --i;
    }
    if (i == 0) return true;
  }
}

bool Hdf5Rows::read_bytes(std::int64_t begin, const at::Tensor& into) const {
  auto* to = static_cast<char*>(into.data_ptr());
  auto offset = static_cast<off_t>(offset_ + static_cast<std::uint64_t>(begin * row_bytes_));
  for (std::size_t left = into.nbytes(); left > 0;) {
    const ssize_t got = pread(plain_, to, left, offset);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) refuse_damage();
    to += got;
    offset += got;
    left -= static_cast<std::size_t>(got);
  }
  return true;
}

void Hdf5Rows::read_by_library(std::int64_t begin, const at::Tensor& into) const {
  const auto lock = hdf5_lock();
  const QuietHdf5 quiet;
  std::vector<hsize_t> start(sizes_.size(), 0);
  start[0] = static_cast<hsize_t>(begin);
  const auto wanted = into.sizes();
  const std::vector<hsize_t> count(wanted.begin(), wanted.end());
  const Hdf5Handle there(H5Dget_space(array_->id), H5Sclose);
  const Hdf5Handle here(H5Screate_simple(static_cast<int>(count.size()), count.data(), nullptr), H5Sclose);
  if (H5Sselect_hyperslab(there, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr) < 0 ||
      H5Dread(array_->id, array_->memory, here, there, H5P_DEFAULT, into.data_ptr()) < 0)
    refuse_damage();
}

void Hdf5Rows::refuse_damage() const {
  refuse(path_, "its dataset '" + name_ +
                    "' can't be read: it is damaged, or packed in a way that this HDF5 does not know");
}

}  // namespace sibyl
