#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "sibyl/error.hpp"

namespace sibyl {

using Bytes = std::vector<std::byte>;

// Values as bytes: little-endian, lengths before contents, a variant's index before its value. A struct says
// its fields once, in the order in which they stand in the bytes, and is written and read by that:
//
//     void fields(auto& io, auto& x, const Slot*) { io(x.trial, x.rung); io.since(4, x.parent); }
//
// `since` names the version that brought a field, of any struct, wherever it stands. `may_end_before` names
// the last version in which the whole record may end before a field, and is only for the last fields of a
// record.
static_assert(std::endian::native == std::endian::little, "the bytes are little-endian");

class Writer {
 public:
  explicit Writer(Bytes& out) : out_(out) {}
  template <class... T>
  void operator()(const T&... fields) {
    (put(fields), ...);
  }
  template <class... T>
  void since(std::uint32_t, const T&... fields) {
    (*this)(fields...);
  }
  template <class... T>
  void may_end_before(std::uint32_t, const T&... fields) {
    (*this)(fields...);
  }

 private:
  void raw(const void* data, std::size_t size) {
    const auto* bytes = static_cast<const std::byte*>(data);
    out_.insert(out_.end(), bytes, bytes + size);
  }
  template <class T>
  requires std::is_arithmetic_v<T> || std::is_enum_v<T>
  void put(const T& x) { raw(&x, sizeof x); }
  void put(const std::string& text) {
    put(static_cast<std::uint32_t>(text.size()));
    raw(text.data(), text.size());
  }
  template <class T>
  void put(const std::vector<T>& items) {
    put(static_cast<std::uint32_t>(items.size()));
    for (const T& item : items) put(item);
  }
  template <class Key, class T>
  void put(const std::map<Key, T>& values) {
    put(static_cast<std::uint32_t>(values.size()));
    for (const auto& [name, value] : values) {
      put(name);
      put(value);
    }
  }
  template <class... T>
  void put(const std::variant<T...>& value) {
    put(static_cast<std::uint8_t>(value.index()));
    std::visit([this](const auto& held) { put(held); }, value);
  }
  void put(const std::filesystem::path& path) { put(path.string()); }
  template <class T>
  requires std::is_class_v<T>
  void put(const T& object) { fields(*this, object, static_cast<const T*>(nullptr)); }

  Bytes& out_;
};

class Reader {
 public:
  Reader(std::span<const std::byte> in, std::uint32_t version) : in_(in), version_(version) {}
  template <class... T>
  void operator()(T&... fields) {
    (get(fields), ...);
  }
  template <class... T>
  void since(std::uint32_t version, T&... fields) {
    if (version_ >= version) (*this)(fields...);
  }
  template <class... T>
  void may_end_before(std::uint32_t version, T&... fields) {
    if (version_ > version || !in_.empty()) (*this)(fields...);
  }
  void end() const {
    if (!in_.empty()) throw Error("a record is longer than its contents");
  }

  template <class T>
  requires std::is_arithmetic_v<T> || std::is_enum_v<T>
  void get(T& x) {
    if constexpr (std::is_same_v<T, bool>) {
      std::uint8_t byte = 0;
      get(byte);
      x = byte != 0;
    } else {
      std::memcpy(&x, take(sizeof x), sizeof x);
    }
  }
  void get(std::string& text) {
    const std::size_t size = count();
    text.assign(reinterpret_cast<const char*>(take(size)), size);
  }
  template <class T>
  void get(std::vector<T>& items) {
    items.resize(count());
    for (T& item : items) get(item);
  }
  template <class Key, class T>
  void get(std::map<Key, T>& values) {
    for (std::size_t left = count(); left > 0; --left) {
      Key name;
      get(name);
      get(values[std::move(name)]);
    }
  }
  template <class... T>
  void get(std::variant<T...>& value) {
    std::uint8_t index = 0;
    get(index);
    if (index >= sizeof...(T)) throw Error("a record is of a kind that this version does not know");
    std::size_t place = 0;
    (void)((place++ == index ? (get(value.template emplace<T>()), true) : false) || ...);
  }
  void get(std::filesystem::path& path) {
    std::string text;
    get(text);
    path = text;
  }
  template <class T>
  requires std::is_class_v<T>
  void get(T& object) { fields(*this, object, static_cast<const T*>(nullptr)); }

 private:
  const std::byte* take(std::size_t size) {
    if (size > in_.size()) throw Error("a record ends in the middle of its contents");
    const std::byte* at = in_.data();
    in_ = in_.subspan(size);
    return at;
  }
  // Every item takes at least a byte, so a count can't exceed what is left: no huge allocation from a bad
  // one.
  std::size_t count() {
    std::uint32_t count = 0;
    get(count);
    if (count > in_.size()) throw Error("a record ends in the middle of its contents");
    return count;
  }

  std::span<const std::byte> in_;
  std::uint32_t version_;
};

template <class T>
void write_to(Bytes& out, const T& object) {
  Writer{out}(object);
}

/// Reads back exactly what `write_to` wrote; throws Error for anything else (too short, too long, an unknown
/// index).
template <class T>
T read_from(std::span<const std::byte> bytes, std::uint32_t version) {
  T result;
  Reader in(bytes, version);
  in(result);
  in.end();
  return result;
}

}  // namespace sibyl
