#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace sibyl {

/// Bytes that all processes of a user on a machine have in memory once: the first that wants them gives its
/// own, the others map these. They lie in memory that has no name (memfd_create), which whoever has it hands
/// on through an abstract socket: whichever processes die, and however, the others keep it, one of them hands
/// it on, and with the last it is gone.
class SharedBytes {
 public:
  /// Shares a copy of `own` under a name that says what they are (a hash, say), or maps what is shared under
  /// it already, if that is the same, byte for byte. Null where it can't be: `why` says what is in the way.
  static std::unique_ptr<SharedBytes> of(const std::string& name, std::span<const std::byte> own,
                                         std::string& why);
  ~SharedBytes();
  SharedBytes(const SharedBytes&) = delete;
  SharedBytes& operator=(const SharedBytes&) = delete;

  /// What is written here, nobody else sees: the pages become this process's own.
  std::span<std::byte> bytes() const { return bytes_; }
  /// Were they there already?
  bool is_from_another() const { return from_another_; }

 private:
  SharedBytes() = default;
  /// Until told to stop: hands the memory on, or watches the process that does, to take its place.
  void hand_on();
  bool watch(int& link);
  void serve(int listener);

  std::string name_;
  std::span<std::byte> bytes_;
  bool from_another_ = false;
  int memory_ = -1, stop_ = -1;
  int first_link_ = -1;  ///< what the thread begins with: a listening socket, or a connection to one
  std::thread thread_;
};

}  // namespace sibyl
