#include "store/hdf5/chunk_index.hpp"

#include <algorithm>
#include <span>

namespace sibyl::hdf5 {
namespace {

// What readers assume where the superblock says nothing else: at most 64 children a node, and a node takes
// the room for as many.
constexpr std::size_t max_children = 64;
constexpr std::size_t key_size = 8 + 2 * 8, address_size = 8;
constexpr std::size_t node_size = 24 + max_children * (key_size + address_size) + key_size;

/// A node or a chunk: where it is, and its first row.
struct Child {
  Address address;
  std::uint64_t row;
};

struct Level {
  int height;
  std::uint64_t last_row;  ///< of the table's last chunk the first one
  std::uint64_t chunk_bytes;
  std::size_t row_size;
};

void append_node(Bytes& nodes, const Level& level, std::span<const Child> children, Address left,
                 Address right, std::uint64_t next_row) {
  const std::size_t begin = nodes.size();
  Encoder out(nodes);
  constexpr int of_chunks = 1;
  out.text("TREE").u8(of_chunks).u8(level.height).u16(children.size()).u64(left).u64(right);
  for (const Child& each : children) out.u32(level.chunk_bytes).u32(0).u64(each.row).u64(0).u64(each.address);
  // Behind the last one: the next key there is, or, at the very end, anything greater.
  const bool is_last = right == undefined;
  out.u32(is_last ? 0 : level.chunk_bytes).u32(0);
  out.u64(is_last ? level.last_row : next_row).u64(is_last ? level.row_size : 0);
  out.zeros(begin + node_size - nodes.size());
}

}  // namespace

ChunkIndex chunk_index(const std::vector<Address>& chunks, std::uint64_t chunk_rows, std::size_t row_size,
                       Address address) {
  ChunkIndex index;
  if (chunks.empty()) return index;
  std::vector<Child> children;
  for (std::size_t i = 0; i < chunks.size(); ++i) children.push_back({chunks[i], i * chunk_rows});
  Level level{0, children.back().row, chunk_rows * row_size, row_size};
  do {
    const std::size_t count = (children.size() + max_children - 1) / max_children;
    const Address first = address + index.nodes.size();
    std::vector<Child> parents;
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t from = i * max_children, to = std::min(from + max_children, children.size());
      const Address here = first + i * node_size;
      append_node(index.nodes, level, std::span(children).subspan(from, to - from),
                  i == 0 ? undefined : here - node_size, i + 1 == count ? undefined : here + node_size,
                  to < children.size() ? children[to].row : 0);
      parents.push_back({here, children[from].row});
    }
    children = std::move(parents);
    ++level.height;
  } while (children.size() > 1);
  index.root = children.front().address;
  return index;
}

}  // namespace sibyl::hdf5
