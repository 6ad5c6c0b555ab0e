#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "base/sharing/sealed_memory.hpp"

namespace sibyl {

/// Bytes that all processes of a user on a machine have in memory once: the first that wants them makes them,
/// the others map these. They lie in memory that has no name (memfd_create), which whoever has it hands on
/// through an abstract socket: whichever processes die, and however, the others keep it, one of them hands it
/// on, and with the last it is gone.
class SharedBytes {
 public:
  /// For who waits until another process has made them.
  struct Waiting {
    std::chrono::milliseconds longest = std::chrono::hours(24 * 365);
    std::chrono::milliseconds first_said{10'000};  ///< and again after twice that, four times that, ...
    std::function<void(const std::string& maker, std::chrono::seconds so_far)> say = {};
  };
  /// What is to be shared; empty: it can't be, `why` says why not. It has to be there until once() returns.
  using Make = std::function<Pieces(std::string& why)>;

  /// Shares what `make` gives under a name that says what it is, or maps what is shared under it already, and
  /// waits for it if it is being made. If the process that makes it dies, another one takes its place; if
  /// that happens three times, or its `make` throws, all who wait get an Error that says so, and nobody makes
  /// it again for them: what failed once, after minutes perhaps, fails for all. Null where it can't be
  /// shared: `why` says what is in the way. `maker`: this process, for people.
  static std::unique_ptr<SharedBytes> once(const std::string& name, const std::string& maker,
                                           const Make& make, const Waiting& waiting, std::string& why);
  /// For bytes that each process has anyway: shares a copy of `own`, or maps what is shared under the name if
  /// that is the same, byte for byte.
  static std::unique_ptr<SharedBytes> of(const std::string& name, std::span<const std::byte> own,
                                         std::string& why);
  ~SharedBytes();
  SharedBytes(const SharedBytes&) = delete;
  SharedBytes& operator=(const SharedBytes&) = delete;

  /// What is written here, nobody else sees: the pages become this process's own.
  std::span<std::byte> bytes() const { return bytes_; }
  /// Did another process make them?
  bool is_from_another() const { return from_another_; }

 private:
  SharedBytes(std::string name, std::string maker);
  bool take(Descriptor memory, std::string& why);
  /// As the one who listens.
  bool make(Descriptor listener, const Make& make, std::string& why);
  /// What came of another process's making; its kind is 0 when that process is gone.
  static Packet await(int link, const Waiting& waiting, std::chrono::steady_clock::time_point began,
                      std::string& maker);

  // In a thread, until told to stop: hands the memory on, or watches the process that does, to take its
  // place.
  void start(Descriptor link);
  void hand_on(Descriptor link);
  bool watch(const Descriptor& link);
  void serve(const Descriptor& listener);
  /// To the thread: what all who wait are to be told from now on.
  void tell(char kind, std::string text);
  void wake() const;
  bool stopped();

  std::string name_, maker_;
  std::span<std::byte> bytes_;
  bool from_another_ = false;
  Descriptor wake_;
  std::mutex mutex_;  ///< of what follows
  Descriptor memory_;
  char told_;  ///< the kind of a packet
  std::string told_text_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace sibyl
