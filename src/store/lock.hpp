#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace sibyl {

/// One sweep, one owner: a lock on a sweep's directory that goes with the process that holds it, however that
/// ends. It is an open-file-description lock of fcntl(2) on the file `lock`, which says who holds it. Across
/// nodes it works where the file system passes POSIX locks on: NFS 4, and 3 with lockd; Lustre mounted with
/// -o flock; GPFS; BeeGFS with tuneUseGlobalFileLocks. A server that lost contact with a node keeps that
/// node's lock until its lease is over (NFS 4: 90 s).
class DirectoryLock {
 public:
  /// Throws Error when another process holds it, naming that process.
  explicit DirectoryLock(const std::filesystem::path& directory);
  ~DirectoryLock();
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

  /// False where the file system knows no locks (Lustre mounted without -o flock): then nothing was locked.
  bool works() const { return works_; }
  /// Deletes its file; what is left of the directory is nobody's.
  void remove();

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
  bool works_ = true;
};

/// What the latest owner of the directory has written into its lock: who that is; empty if there is none.
/// Other nodes see it too, if the directory is on a shared file system.
std::string lock_owner(const std::filesystem::path& directory);

/// Who holds the directory's lock ("process 4711 on node1"); none if nobody does. Takes no lock.
std::optional<std::string> lock_holder(const std::filesystem::path& directory);

}  // namespace sibyl
