#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "base/file.hpp"
#include "core/codec.hpp"
#include "sibyl/error.hpp"

namespace sibyl {

// The journal is the truth of a sweep: every event in the order in which the oracle was told, nothing else.
//
//     "SIBYLJNL"  u32 version                         the file's header: of the payloads' layout
//     u32 length  u32 place  u32 CRC-32  payload      a record: the CRC covers length, place and payload
//
// Numbers are little-endian; the payload is the core codec's packed Event, the place is how many bytes before
// the record its commit began. A commit is on the disk before the next one is written. So only the last one
// can be incomplete, and a machine that lost power may have kept any of its sectors: a broken record is the
// beginning of a torn tail, which was never acknowledged, if every sound record behind it belongs to a commit
// that began before it; otherwise it is damage.

/// Where the records of a journal end.
struct JournalTail {
  std::uint64_t valid_bytes = 0;  ///< of the header and all whole records
  std::uint64_t torn_bytes = 0;   ///< behind them: of a record that was being written when its writer died
  std::uint64_t records = 0;
  std::uint32_t version = layout_version;  ///< of the records' layout
};

/// Calls back with each event, in order. A torn tail is reported, not an error. Throws Error for a file that
/// is no journal, or of a newer version, or damaged: a bad record that valid ones follow.
JournalTail read_journal(const std::filesystem::path& path, const std::function<void(Event&&)>& callback);

/// Does the file begin as a journal does (of whatever version, damaged or not), or is it empty?
bool is_journal(const std::filesystem::path& path);

/// Throws Error when a process has the journal open to write to it.
void require_no_writer(const std::filesystem::path& path);

/// The file that a journal is written to is no longer there, or no longer what was written.
class JournalLost : public Error {
 public:
  using Error::Error;
};

/// A journal that is being written. Its file is locked meanwhile: one sweep, one writer, whatever became of
/// the directory's lock.
class Journal {
 public:
  /// Starts a new one; throws Error when the file exists.
  static Journal create(const std::filesystem::path& path);
  /// Goes on with one that was read just now: cuts the torn tail off. Throws Error when another process is
  /// writing to it, or was since it was read. One of an older version is first written anew in this one,
  /// beside it, and renamed: all records of a journal are of its header's version, so that no program
  /// misreads any.
  static Journal open(const std::filesystem::path& path, const JournalTail& tail);

  /// Takes the event into memory. Nothing is written before `commit`.
  void append(const Event& event);
  /// Returns when all appended events are on the disk: from then on they may be acknowledged. If that fails
  /// the file is cut back to the last committed record, the events stay in memory, and an Error is thrown;
  /// `commit` may be called again. Throws JournalLost when the file was deleted, replaced, cut or written to
  /// by others: then nothing is written, and the sweep must end.
  void commit();
  /// After JournalLost: writes all events, those that wait for a commit too, to a new file beside, as far as
  /// the lost one, which is still open, has them. Returns where; empty if it has not.
  std::filesystem::path rescue() const;

  /// Bytes that wait for a commit.
  std::uint64_t pending() const { return pending_.size(); }
  const std::filesystem::path& path() const { return file_.path(); }

 private:
  Journal(File file, std::uint64_t committed) : file_(std::move(file)), committed_(committed) {}
  static JournalTail rewrite(const std::filesystem::path& path);
  void require_own();
  void cut_back();

  File file_;
  std::uint64_t committed_;  ///< bytes of the file that are on the disk
  bool uncut_ = false;       ///< there may be more, of a commit that failed
  Bytes pending_;
};

}  // namespace sibyl
