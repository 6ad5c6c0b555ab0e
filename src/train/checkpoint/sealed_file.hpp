#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>

namespace sibyl {

// A checkpoint's file: LibTorch's archive (a zip, which stock tools open) and a trailer with its length and
// CRC. LibTorch does not check what it reads, so a file that a crash or a disk has damaged could pass for
// weights.

/// Takes bytes and says how many it took: all.
using WriteBytes = std::function<std::size_t(const void*, std::size_t)>;

/// Writes what `fill` gives; beside, synced, renamed, the folder made and synced: at every instant there is
/// either the old file or the new one. Throws Error when the disk does not take it.
void write_sealed(const std::filesystem::path& path, const std::function<void(const WriteBytes&)>& fill);

/// What was written, without its trailer; when the file is not whole, nothing, and `why` it is not.
std::string read_sealed(const std::filesystem::path& path, std::string& why);

}  // namespace sibyl
