#include "store/hdf5.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

#include "core/error.hpp"
#include "store/text.hpp"

namespace sibyl::hdf5 {

void throw_error(const std::string& doing) {
  // Upward: the innermost call knows the cause.
  std::string reason;
  const auto note = [](unsigned, const H5E_error2_t* error, void* into) -> herr_t {
    auto& text = *static_cast<std::string*>(into);
    if (text.empty() && error->desc != nullptr) text = error->desc;
    return 0;
  };
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, note, &reason);
  throw Error("HDF5 could not " + doing + ": " + (reason.empty() ? "it gives no reason" : reason) +
              ". If memory is short, give rank 0 more of it.");
}

Quiet::Quiet() {
  H5Eget_auto2(H5E_DEFAULT, &print_, &data_);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

Quiet::~Quiet() {
  H5Eset_auto2(H5E_DEFAULT, print_, data_);
}

bool FileImage::Memory::resize(std::size_t wanted) {
  // Zeros where HDF5 leaves gaps: the same sweep is the same file, and no stray memory goes into it.
  void* resized = data == nullptr ? std::calloc(1, wanted) : std::realloc(data, wanted);
  if (resized == nullptr) return false;
  auto* bytes = static_cast<std::byte*>(resized);
  if (data != nullptr && wanted > size) std::fill(bytes + size, bytes + wanted, std::byte{0});
  data = bytes;
  size = wanted;
  return true;
}

// The library asks these for the memory of the file. The one that matters is `image_free`: when the file is
// closed the memory stays, since it is what we want.
H5FD_file_image_callbacks_t FileImage::callbacks(Memory* memory) {
  H5FD_file_image_callbacks_t callbacks{};
  callbacks.image_malloc = [](std::size_t size, H5FD_file_image_op_t, void*) { return std::malloc(size); };
  callbacks.image_memcpy = [](void* to, const void* from, std::size_t size, H5FD_file_image_op_t, void*) {
    return std::memcpy(to, from, size);
  };
  callbacks.image_realloc = [](void*, std::size_t size, H5FD_file_image_op_t, void* data) -> void* {
    auto& memory = *static_cast<Memory*>(data);
    return memory.resize(size) ? memory.data : nullptr;
  };
  callbacks.image_free = [](void*, H5FD_file_image_op_t, void*) -> herr_t { return 0; };
  callbacks.udata_copy = [](void* data) { return data; };
  callbacks.udata_free = [](void*) -> herr_t { return 0; };
  callbacks.udata = memory;
  return callbacks;
}

FileImage::FileImage(std::size_t expected) {
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "set up a file");
  check(H5Pset_fapl_core(access, std::max<std::size_t>(expected, 1 << 16), false), "set up a file in memory");
  auto ours = callbacks(&memory_);
  check(H5Pset_file_image_callbacks(access, &ours), "set up a file in memory");
  // Closing the file closes what an exception left open in it.
  check(H5Pset_fclose_degree(access, H5F_CLOSE_STRONG), "set up a file");
  file_ = check(H5Fcreate("results.h5", H5F_ACC_TRUNC, H5P_DEFAULT, access), "create a file in memory");
}

FileImage::~FileImage() {
  if (file_ >= 0) H5Fclose(file_);
  std::free(memory_.data);
}

std::span<const std::byte> FileImage::finish() {
  check(H5Fflush(file_, H5F_SCOPE_GLOBAL), "complete the file");
  // Without a buffer this only says how long the file is: the memory is larger.
  const auto size = static_cast<std::size_t>(check(H5Fget_file_image(file_, nullptr, 0), "measure the file"));
  check(H5Fclose(std::exchange(file_, -1)), "complete the file");
  // Space that was set aside at the end and never written: zeros in a file, too.
  if (size > memory_.size && !memory_.resize(size)) throw std::bad_alloc();
  return {memory_.data, size};
}

namespace {

void write_attribute(hid_t object, const std::string& name, hid_t type, const void* value) {
  const std::string doing = "write the attribute '" + name + "'";
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose, doing);
  const Handle attribute(H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose,
                         doing);
  check(H5Awrite(attribute, type, value), doing);
}

}  // namespace

void write_attribute(hid_t object, const std::string& name, const std::string& value) {
  const Handle type(H5Tcopy(H5T_C_S1), H5Tclose, "make a text type");
  check(H5Tset_size(type, H5T_VARIABLE), "make a text type");
  check(H5Tset_cset(type, H5T_CSET_UTF8), "make a text type");
  const std::string clean = clean_utf8(value);
  const char* text = clean.c_str();
  write_attribute(object, name, type, &text);
}

void write_attribute(hid_t object, const std::string& name, std::int64_t value) {
  write_attribute(object, name, H5T_STD_I64LE, &value);
}

void write_attribute(hid_t object, const std::string& name, std::uint64_t value) {
  write_attribute(object, name, H5T_STD_U64LE, &value);
}

void write_attribute(hid_t object, const std::string& name, double value) {
  write_attribute(object, name, H5T_IEEE_F64LE, &value);
}

}  // namespace sibyl::hdf5
