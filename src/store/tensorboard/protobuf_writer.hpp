#pragma once

#include <cstdint>
#include <string>
#include <string_view>

// The little of Protocol Buffers' wire format that TensorBoard's messages need. Each function appends one
// field to a message. A message within a message is written as its bytes.
namespace sibyl::protobuf {

/// Of type int32, int64, bool or an enum.
void put_integer(std::string& message, int field, std::int64_t value);
void put_float(std::string& message, int field, float value);
void put_double(std::string& message, int field, double value);
/// Of type string, bytes or another message. A string must be UTF-8, or readers refuse the whole message.
void put_bytes(std::string& message, int field, std::string_view value);

}  // namespace sibyl::protobuf
