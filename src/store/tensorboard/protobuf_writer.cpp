#include "store/tensorboard/protobuf_writer.hpp"

#include <bit>

namespace sibyl::protobuf {
namespace {

enum WireType : std::uint64_t { varint = 0, fixed_64 = 1, length_delimited = 2, fixed_32 = 5 };

void put_varint(std::string& message, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) message += static_cast<char>(value | 0x80);
  message += static_cast<char>(value);
}

void put_tag(std::string& message, int field, WireType type) {
  put_varint(message, (static_cast<std::uint64_t>(field) << 3) | type);
}

template <class Unsigned>
void put_little_endian(std::string& message, Unsigned bits) {
  for (std::size_t i = 0; i < sizeof bits; ++i) message += static_cast<char>(bits >> (8 * i));
}

}  // namespace

void put_integer(std::string& message, int field, std::int64_t value) {
  put_tag(message, field, varint);
  put_varint(message, static_cast<std::uint64_t>(value));
}

void put_float(std::string& message, int field, float value) {
  put_tag(message, field, fixed_32);
  put_little_endian(message, std::bit_cast<std::uint32_t>(value));
}

void put_double(std::string& message, int field, double value) {
  put_tag(message, field, fixed_64);
  put_little_endian(message, std::bit_cast<std::uint64_t>(value));
}

void put_bytes(std::string& message, int field, std::string_view value) {
  put_tag(message, field, length_delimited);
  put_varint(message, value.size());
  message += value;
}

}  // namespace sibyl::protobuf
