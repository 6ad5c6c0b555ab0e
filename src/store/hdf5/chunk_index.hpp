#pragma once

#include <vector>

#include "store/hdf5/format.hpp"

namespace sibyl::hdf5 {

/// The B-tree (version 1) by which a reader finds the chunks of a table.
struct ChunkIndex {
  Bytes nodes;
  Address root = undefined;  ///< of a table without rows
};

/// `chunks`: where each is, by row. The nodes are to be written at `address`.
ChunkIndex chunk_index(const std::vector<Address>& chunks, std::uint64_t chunk_rows, std::size_t row_size,
                       Address address);

}  // namespace sibyl::hdf5
