#include "sibyl/data/npy.hpp"

#include <ATen/ATen.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "train/datasets/npy.hpp"

// numpy.org/doc/stable/reference/generated/numpy.lib.format.html: "\x93NUMPY", two bytes of version, the
// length of the header (2 bytes little-endian in version 1, else 4), the header, which is a Python
// dictionary, and the bytes of the array.

namespace sibyl {

namespace {

/// The text after 'key': in the header, up to the end of its value.
std::string value_of(const std::filesystem::path& file, const std::string& header, const std::string& key) {
  const auto found = header.find("'" + key + "'");
  const auto colon = found == std::string::npos ? found : header.find(':', found);
  const auto begin = colon == std::string::npos ? colon : header.find_first_not_of(' ', colon + 1);
  if (begin == std::string::npos) refuse(file, "is damaged: its header has no '" + key + "'");
  const char closing = header[begin] == '(' ? ')' : header[begin] == '[' ? ']' : ',';
  const auto end = header.find_first_of(std::string(1, closing) + "}", begin);
  return header.substr(begin, end - begin);
}

at::ScalarType type_of(const std::filesystem::path& file, const std::string& descr) {
  static const std::map<std::string, at::ScalarType> types = {
      {"'<f4'", at::kFloat}, {"'<f8'", at::kDouble}, {"'|u1'", at::kByte}, {"'|i1'", at::kChar},
      {"'<i2'", at::kShort}, {"'<i4'", at::kInt},    {"'<i8'", at::kLong}, {"'|b1'", at::kBool}};
  if (const auto found = types.find(descr); found != types.end()) return found->second;
  refuse(
      file,
      "holds the type " + descr +
          ", which is not read; save it as float32, float64, uint8, int8, int16, int32, int64 or bool, little-endian: array.astype('<f4'), say");
}

std::vector<std::int64_t> shape_of(const std::filesystem::path& file, const std::string& text) {
  std::vector<std::int64_t> sizes;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at < end) {
    if (*at == '(' || *at == ' ' || *at == ',' || *at == 'L') {
      ++at;
      continue;
    }
    std::int64_t size = 0;
    const auto [next, error] = std::from_chars(at, end, size);
    if (error != std::errc() || size < 0)
      refuse(file, "is damaged: its header says that the shape is " + text + ")");
    sizes.push_back(size);
    at = next;
  }
  return sizes;
}

bool is_gzipped(const std::filesystem::path& path) {
  std::array<unsigned char, 2> first{};
  std::ifstream(path, std::ios::binary).read(reinterpret_cast<char*>(first.data()), first.size());
  return first[0] == 0x1F && first[1] == 0x8B;
}

/// All of a file. Writing to the pages takes memory, which nothing is set aside for; where the system wants
/// that, they can only be read.
std::shared_ptr<void> mapped(const std::filesystem::path& path, std::size_t size) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) refuse(path, std::string("can't be opened: ") + std::strerror(errno));
  void* at = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, file, 0);
  if (at == MAP_FAILED) at = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
  const int why = errno;
  close(file);
  if (at == MAP_FAILED) {
    refuse(path, std::string("can't be mapped: ") + std::strerror(why) +
                     ". Is the address space limited (ulimit -v)?");
  }
  return {at, [size](void* begin) { munmap(begin, size); }};
}

}  // namespace

NpyHeader read_npy_header(InputFile& file) {
  const std::filesystem::path& path = file.path();
  std::array<char, 8> magic{};
  if (file.read(magic.data(), magic.size()) < magic.size() ||
      std::memcmp(magic.data(), "\x93NUMPY", 6) != 0) {
    refuse(
        path,
        "is no .npy file: it does not begin with \\x93NUMPY. (An .npz is an archive of several: unzip it.)");
  }
  const int version = magic[6];
  if (version < 1 || version > 3)
    refuse(path, "is of format " + std::to_string(version) + "; only 1, 2 and 3 are read");
  std::uint64_t length = 0;
  const auto bytes = file.read(version == 1 ? 2 : 4, "header");
  for (std::size_t i = 0; i < bytes.size(); ++i) length |= std::uint64_t{bytes[i]} << (8 * i);
  const auto header_bytes = file.read(length, "header");
  const std::string header(header_bytes.begin(), header_bytes.end());

  NpyHeader found;
  found.type = type_of(path, value_of(path, header, "descr"));
  if (value_of(path, header, "fortran_order") != "False") {
    refuse(path, "is in Fortran's order (columns first): save numpy.ascontiguousarray(array)");
  }
  found.sizes = shape_of(path, value_of(path, header, "shape"));
  found.begin = magic.size() + bytes.size() + length;
  found.bytes = c10::elementSize(found.type);
  for (const std::int64_t size : found.sizes) {
    constexpr std::uint64_t limit = std::uint64_t{1}
                                    << 50;  // no data set is larger; a damaged header may say so
    if (size > 0 && found.bytes > limit / static_cast<std::uint64_t>(size)) {
      refuse(path, "says that it holds more than a petabyte: its header is damaged");
    }
    found.bytes *= static_cast<std::uint64_t>(size);
  }
  return found;
}

NpyHeader read_plain_npy_header(const std::filesystem::path& path) {
  InputFile file(path);
  if (is_gzipped(path))
    refuse(path,
           "is gzipped, and only a plain file can be read in place: unpack it (gunzip), or take read_npy()");
  NpyHeader header = read_npy_header(file);
  const std::uint64_t there = std::filesystem::file_size(path) - header.begin;
  if (there < header.bytes) {
    refuse(path, "is truncated: it ends in its data, after " + std::to_string(there) + " of " +
                     std::to_string(header.bytes) + " bytes");
  }
  if (there > header.bytes)
    refuse(path, "has trailing bytes after the " + std::to_string(header.bytes) + " it promises");
  return header;
}

at::Tensor read_npy(const std::filesystem::path& path) {
  InputFile file(path);
  const NpyHeader header = read_npy_header(file);
  auto data = file.read(header.bytes, "data");
  file.expect_end(header.bytes);
  if (header.bytes == 0) return at::empty(header.sizes, header.type);
  return at::from_blob(data.data(), header.sizes, header.type).clone();
}

at::Tensor map_npy(const std::filesystem::path& path) {
  const NpyHeader header = read_plain_npy_header(path);
  if (header.bytes == 0) return at::empty(header.sizes, header.type);
  if (header.begin % c10::elementSize(header.type) != 0) {
    refuse(path, "its array begins at byte " + std::to_string(header.begin) +
                     ", where numbers of its type can't be mapped: save it anew with numpy.save()");
  }
  const std::shared_ptr<void> pages = mapped(path, header.begin + header.bytes);
  return at::from_blob(
      static_cast<char*>(pages.get()) + header.begin, header.sizes, [pages](void*) {},
      at::TensorOptions(header.type));
}

}  // namespace sibyl
