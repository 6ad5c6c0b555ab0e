#include "store/hdf5/format.hpp"

#include <algorithm>
#include <bit>

#include "store/hdf5/checksum.hpp"

namespace sibyl::hdf5 {

Encoder& Encoder::number(std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out_.push_back(static_cast<std::byte>(value >> (8 * i)));
  return *this;
}

Encoder& Encoder::text(std::string_view text) {
  for (const char each : text) out_.push_back(static_cast<std::byte>(each));
  return *this;
}

Encoder& Encoder::bytes(const Bytes& bytes) {
  out_.insert(out_.end(), bytes.begin(), bytes.end());
  return *this;
}

Encoder& Encoder::zeros(std::size_t count) {
  out_.insert(out_.end(), count, std::byte{0});
  return *this;
}

namespace {

constexpr int signed_number = 0x08, nul_padded_utf8 = 0x11, utf8 = 1;

Bytes fixed_point(std::size_t size, int flags) {
  Bytes type;
  Encoder(type).u8(0x10).u8(flags).u16(0).u32(size).u16(0).u16(8 * size);
  return type;
}

Bytes float64() {
  // Implied leading bit of the mantissa; sign 63, exponent 52..62 with bias 1023, mantissa 0..51.
  Bytes type;
  Encoder(type).u8(0x11).u8(0x20).u8(63).u8(0).u32(8).u16(0).u16(64).u8(52).u8(11).u8(0).u8(52).u32(1023);
  return type;
}

Bytes text_of_any_length() {
  Bytes type;
  Encoder(type).u8(0x19).u8(1).u8(utf8).u8(0).u32(16).bytes(fixed_point(1, 0));
  return type;
}

Bytes cell_type(const Column& column) {
  switch (column.type) {
    case CellType::int8:
    case CellType::int32:
    case CellType::int64:
      return fixed_point(column.size, signed_number);
    case CellType::float64:
      return float64();
    case CellType::text:
      break;
  }
  Bytes type;
  Encoder(type).u8(0x13).u8(nul_padded_utf8).u16(0).u32(column.size);
  return type;
}

std::size_t padded(std::size_t size) {
  return (size + 7) / 8 * 8;
}

// Of a column in a compound type: its name, its place, what is left of the time when it could be an array,
// and its own type, which takes 24 bytes at most.
constexpr std::size_t place_size = 32, largest_cell_type = 24;
constexpr std::size_t largest_description = 60'000;  // of 64 KiB for a message and its surroundings

/// A message of an object header.
struct Message {
  enum Type {
    dataspace = 0x01,
    link_info = 0x02,
    datatype = 0x03,
    fill_value = 0x05,
    link = 0x06,
    layout = 0x08,
    group_info = 0x0a,
    attribute = 0x0c,
    attribute_info = 0x15
  };
  Type type;
  Bytes body;
};

Bytes object_header(const std::vector<Message>& messages) {
  std::size_t size = 0;
  for (const Message& each : messages) size += 4 + each.body.size();
  Bytes header;
  Encoder out(header);
  constexpr int size_in_4_bytes = 2;
  out.text("OHDR").u8(2).u8(size_in_4_bytes).u32(size);
  for (const Message& each : messages) out.u8(each.type).u16(each.body.size()).u8(0).bytes(each.body);
  out.u32(lookup3(header));
  return header;
}

Message attribute(const Attribute& attribute, const TextHeap& heap) {
  Bytes type, data;
  Encoder value(data);
  if (const auto* x = std::get_if<std::int64_t>(&attribute.value)) {
    type = fixed_point(8, signed_number);
    value.u64(static_cast<std::uint64_t>(*x));
  } else if (const auto* x = std::get_if<std::uint64_t>(&attribute.value)) {
    type = fixed_point(8, 0);
    value.u64(*x);
  } else if (const auto* x = std::get_if<double>(&attribute.value)) {
    type = float64();
    value.u64(std::bit_cast<std::uint64_t>(*x));
  } else {
    type = text_of_any_length();
    heap.refer(value, std::get<std::string>(attribute.value));
  }
  Message message{Message::attribute, {}};
  Encoder(message.body)
      .u8(3)
      .u8(0)
      .u16(attribute.name.size() + 1)
      .u16(type.size())
      .u16(4)
      .u8(utf8)
      .text(attribute.name)
      .u8(0)
      .bytes(type)
      .u8(2)
      .u8(0)
      .u8(0)
      .u8(0)  // the space of a scalar
      .bytes(data);
  return message;
}

void add_attributes(std::vector<Message>& messages, const Attributes& attributes, const TextHeap& heap) {
  if (attributes.empty()) return;
  Bytes all_here;  // not in a heap with an index of its own
  Encoder(all_here).u8(0).u8(0).u64(undefined).u64(undefined);
  messages.push_back({Message::attribute_info, all_here});
  for (const Attribute& each : attributes) messages.push_back(attribute(each, heap));
}

}  // namespace

std::size_t columns_that_fit(const std::vector<Column>& columns) {
  std::size_t count = 0, description = 0;
  for (const Column& column : columns) {
    description += padded(column.name.size() + 1) + place_size + largest_cell_type;
    if (description > largest_description) break;
    ++count;
  }
  return count;
}

Bytes compound_type(const std::vector<Column>& columns) {
  std::size_t row = 0;
  for (const Column& column : columns) row += column.size;
  Bytes type;
  Encoder out(type);
  out.u8(0x16).u16(columns.size()).u8(0).u32(row);
  std::size_t offset = 0;
  for (const Column& column : columns) {
    out.text(column.name).zeros(padded(column.name.size() + 1) - column.name.size());
    out.u32(offset).zeros(place_size - 4).bytes(cell_type(column));
    offset += column.size;
  }
  return type;
}

void TextHeap::add(const Attributes& attributes) {
  for (const Attribute& each : attributes) {
    const auto* text = std::get_if<std::string>(&each.value);
    if (!text) continue;
    const auto [place, is_new] = places_.try_emplace(*text, static_cast<std::uint32_t>(texts_.size() + 1));
    if (is_new) texts_.push_back(&place->first);
  }
}

Bytes TextHeap::place(Address address) {
  address_ = address;
  constexpr std::size_t smallest = 4096, prefix = 16;
  std::size_t size = prefix;
  for (const std::string* text : texts_) size += prefix + padded(text->size());
  const std::size_t whole = std::max(size + prefix, smallest);
  Bytes heap;
  Encoder out(heap);
  out.text("GCOL").u8(1).zeros(3).u64(whole);
  for (std::size_t i = 0; i < texts_.size(); ++i) {
    const std::string& text = *texts_[i];
    out.u16(i + 1).u16(0).u32(0).u64(text.size()).text(text).zeros(padded(text.size()) - text.size());
  }
  out.u64(0).u64(whole - size).zeros(whole - size - prefix);  // what is free, with these two numbers
  return heap;
}

void TextHeap::refer(Encoder& out, const std::string& text) const {
  out.u32(text.size()).u64(address_).u32(places_.at(text));
}

Bytes table_header(const ChunkedTable& table, Address index, const TextHeap& heap) {
  std::size_t row = 0;
  for (const Column& column : table.columns) row += column.size;
  Message space{Message::dataspace, {}}, type{Message::datatype, compound_type(table.columns)};
  constexpr int has_maximum = 1, simple = 1;
  Encoder(space.body).u8(2).u8(1).u8(has_maximum).u8(simple).u64(table.rows).u64(undefined);
  Message fill{Message::fill_value, {}}, layout{Message::layout, {}};
  constexpr int allocated_bit_by_bit = 3, written_if_set = 2, zeros = 1;
  Encoder(fill.body).u8(2).u8(allocated_bit_by_bit).u8(written_if_set).u8(zeros).u32(0);
  constexpr int chunked = 2;
  Encoder(layout.body).u8(3).u8(chunked).u8(2).u64(index).u32(table.chunk_rows).u32(row);
  std::vector<Message> messages{space, type, fill, layout};
  add_attributes(messages, table.attributes, heap);
  return object_header(messages);
}

Bytes root_header(const std::vector<std::pair<std::string, Address>>& links, const Attributes& attributes,
                  const TextHeap& heap) {
  std::vector<Message> messages{{Message::link_info, {}}, {Message::group_info, {}}};
  Encoder(messages[0].body).u8(0).u8(0).u64(undefined).u64(undefined);
  Encoder(messages[1].body).u8(0).u8(0);
  for (const auto& [name, address] : links) {
    messages.push_back({Message::link, {}});
    Encoder(messages.back().body).u8(1).u8(0).u8(name.size()).text(name).u64(address);
  }
  add_attributes(messages, attributes, heap);
  return object_header(messages);
}

Bytes superblock(Address end, Address root) {
  Bytes block;
  Encoder out(block);
  out.text("\x89HDF\r\n\x1a\n").u8(2).u8(8).u8(8).u8(0).u64(0).u64(undefined).u64(end).u64(root);
  out.u32(lookup3(block));
  return block;
}

}  // namespace sibyl::hdf5
