#include "sibyl/data/npy.hpp"

#include <ATen/ATen.h>

#include <charconv>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "train/datasets/input_file.hpp"

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

}  // namespace

at::Tensor read_npy(const std::filesystem::path& path) {
  InputFile file(path);
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

  const at::ScalarType type = type_of(path, value_of(path, header, "descr"));
  if (value_of(path, header, "fortran_order") != "False") {
    refuse(path, "is in Fortran's order (columns first): save numpy.ascontiguousarray(array)");
  }
  const auto sizes = shape_of(path, value_of(path, header, "shape"));
  std::uint64_t total = c10::elementSize(type);
  for (const std::int64_t size : sizes) {
    constexpr std::uint64_t limit = std::uint64_t{1}
                                    << 40;  // no data set is larger; a damaged header may say so
    if (size > 0 && total > limit / static_cast<std::uint64_t>(size)) {
      refuse(path, "says that it holds more than a terabyte: its header is damaged");
    }
    total *= static_cast<std::uint64_t>(size);
  }
  auto data = file.read(total, "data");
  file.expect_end(total);
  if (total == 0) return at::empty(sizes, type);
  return at::from_blob(data.data(), sizes, type).clone();
}

}  // namespace sibyl
