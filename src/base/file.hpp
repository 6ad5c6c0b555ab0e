#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>

namespace sibyl {

/// An open file, closed when it goes. Every failure is an Error that says what could not be done, why (from
/// errno), and what to do about it.
class File {
 public:
  /// `flags` and a mode of 0666 go to open(2).
  File(std::filesystem::path path, int flags);
  ~File();
  File(File&& other) noexcept;
  File& operator=(File&& other) noexcept;

  std::uint64_t size() const;
  /// Reads until `out` is full or the file ends; returns how much it read.
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> out) const;
  void write_at(std::uint64_t offset, std::span<const std::byte> bytes);
  void resize(std::uint64_t size);
  /// Returns when contents and length are on the disk.
  void sync();
  /// Does its path still lead to this file, and not to nothing or to another one? On network file systems the
  /// answer may be some seconds old, unless it was this node that moved it.
  bool is_at_its_path() const;
  enum class Lock { taken, held_by_another, unknown_here };
  /// Locks the file for writers: until it is closed, no other open file can be locked so, in whichever
  /// process.
  Lock lock();
  bool is_locked_by_another() const;
  /// Does another program have it open, or this one a second time? Only on local file systems can that be
  /// seen; false elsewhere.
  bool is_open_elsewhere() const;

  const std::filesystem::path& path() const { return path_; }
  /// Somebody has renamed it.
  void renamed(std::filesystem::path path) { path_ = std::move(path); }

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
};

/// Makes a new name in the folder of `path` last through a crash of the machine.
void sync_folder_of(const std::filesystem::path& path);

/// Opens a new, empty file at the path. What was there is deleted first, not written to: it may be a link to
/// somebody's file, or have other names.
File create_anew(const std::filesystem::path& path);

/// The first of "name.rescued-1.bin", "name.rescued-2.bin", ... beside name.bin that is not in use.
std::filesystem::path rescue_path(const std::filesystem::path& path);

/// Puts `bytes` in the place of the file, whole or not at all: they are written beside it as `path`.tmp,
/// synced and renamed. A reader that has the old file open keeps it. After a failure the old file stands and
/// no .tmp is left.
void replace_file(const std::filesystem::path& path, std::span<const std::byte> bytes);

/// The same for a file that somebody else has written at `beside`.
void move_into_place(const std::filesystem::path& beside, const std::filesystem::path& path);

/// Throws Error: "Cannot <action> <path>: <reason of errno>. <what to do>".
[[noreturn]] void throw_io_error(const std::string& action, const std::filesystem::path& path, int error);

}  // namespace sibyl
